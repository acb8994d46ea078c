// Parts of the app lie in files of their own and come when somebody first looks for them. An app that was built for work
// on it is one file, and fails here.
import { elsewhere } from '../support/elsewhere.mjs';
import { chartOf, expect, test } from '../support/journey.mjs';

/** The files of parts, not the first one. */
const PART = /\/app-[0-9a-f]+_(?!bg)\w+\.wasm$/;

/** The files of parts that `page` asks for from now on. */
function partsOf(page) {
  const asked = [];
  page.on('request', request => { if (PART.test(request.url())) asked.push(request.url()); });
  return asked;
}

/** What a first load may weigh, as the server sends it: the goal of docs/bench.md. */
const FIRST_BYTES = 900_000;

test('the first pages load no part, the table brings its own, once', async ({ page, seeded }) => {
  const asked = partsOf(page);
  const app = [];
  page.on('requestfinished', request => { if (/\.(js|css|wasm|svg)$|\/$/.test(request.url())) app.push(request); });
  await page.goto(seeded.url);
  await page.getByRole('link', { name: 'curves' }).click();
  await chartOf(page, 'train/loss');
  expect(asked).toEqual([]);
  const sizes = await Promise.all(app.map(request => request.sizes()));
  const bytes = sizes.reduce((sum, size) => sum + size.responseBodySize + size.responseHeadersSize, 0);
  expect(bytes, 'bytes of the first load').toBeLessThan(FIRST_BYTES);
  expect(bytes).toBeGreaterThan(FIRST_BYTES / 4);

  await page.getByRole('link', { name: 'Table' }).click();
  await expect(page.getByRole('treegrid')).toBeVisible();
  const loaded = asked.length;
  expect(loaded).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'Charts' }).click();
  await page.getByRole('link', { name: 'Table' }).click();
  await expect(page.getByRole('treegrid')).toBeVisible();
  expect(asked).toHaveLength(loaded);
});

for (const [where, heading] of [['reports', 'Reports'], ['shares', 'Share links']]) {
  test(`open ${where} cold, by its address`, async ({ page, seeded }) => {
    await page.goto(`${seeded.url}/${where}`);
    await expect(page.getByRole('heading', { name: heading, exact: true })).toBeVisible();
  });
}

test('a part that cannot be loaded says so in its place, and comes when it can', async ({ page, seeded }) => {
  await page.route(PART, route => route.abort());
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.getByRole('link', { name: 'Table' }).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('could not be loaded');
  await expect(page.getByRole('link', { name: 'Charts' })).toBeVisible();

  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(alert).toContainText('could not be loaded');
  await page.unroute(PART);
  await alert.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('treegrid')).toBeVisible();
  await expect(alert).toBeHidden();
});

test('a page of before an update asks to be loaded again', async ({ page, seeded }) => {
  await page.route(PART, route => route.fulfill({ status: 404, contentType: 'application/json', body: '{}' }));
  await page.goto(`${seeded.address}/table`);
  await expect(page.getByRole('alert')).toContainText('load the whole page again');
  await page.unroute(PART);
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await expect(page.getByRole('treegrid')).toBeVisible();
});

test('an embed in a sandbox, which is of no origin, gets its part, too', async ({ browser, request, seeded }) => {
  const target = { kind: 'view', placed: { experiment_id: String(seeded.curves), tab: 'table', view: { version: 1 } } };
  const { token } = await (await request.post(`${seeded.url}/api/shares`, { data: { target } })).json();
  const frame = `<iframe title="embed" sandbox="allow-scripts" src="${seeded.url}/embed/${token}?interactive=1" width="800" height="480"></iframe>`;
  const outer = await elsewhere({ '/': frame });
  const page = await browser.newPage();
  const asked = partsOf(page);
  await page.goto(outer.url);
  await expect(page.frameLocator('iframe').getByRole('treegrid')).toBeVisible();
  expect(asked.length).toBeGreaterThan(0);
  await page.close();
  outer.close();
});
