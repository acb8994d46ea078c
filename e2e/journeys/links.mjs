// Share links: made by one person, opened by another without an account, framed by pages of elsewhere, revoked.
import { createServer } from 'node:http';
import { BROWSER } from '../support/browser.mjs';
import { elsewhere } from '../support/elsewhere.mjs';
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';

/** A link by the API: the token of a panel of `curves`. */
async function link(seeded, wishes = {}, view = {}) {
  const placed = { experiment_id: String(seeded.curves), tab: '', view };
  const target = wishes.panel === null ? { kind: 'view', placed } : { kind: 'panel', placed, panel: 'train/loss' };
  const { panel, ...rest } = wishes;
  const answer = await fetch(`${seeded.url}/api/shares`, { method: 'POST', body: JSON.stringify({ target, ...rest }) });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()).token;
}

const picture = frame => frame.locator('#picture');
const drawn = locator => expect.poll(() => locator.evaluate(image => image.complete && image.naturalWidth)).toBeGreaterThan(100);

test('share a view, open the link in a fresh profile, and revoke it', async ({ page, browser, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-001');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await dialog.getByLabel('Title').fill('Ten runs for you');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await dialog.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
  expect(address).toMatch(/\/s\/[\w-]{22}$/);
  for (const place of ['HTML iframe', 'Confluence', 'Notion', 'GitLab', 'GitHub', 'MediaWiki', 'BookStack', 'Obsidian', 'Markdown picture with link']) {
    await expect(dialog.getByText(place, { exact: true })).toBeVisible();
  }
  await dialog.getByRole('textbox', { name: 'Host to check' }).fill('https://wiki.example.org');
  await dialog.getByRole('button', { name: 'May it frame this?' }).click();
  await expect(dialog.getByText('https://wiki.example.org may frame it.')).toBeVisible();

  const fresh = await browser.newContext();
  const theirs = await fresh.newPage();
  const asked = [];
  theirs.on('request', request => asked.push(new URL(request.url())));
  await theirs.goto(address);
  await expect(theirs.getByRole('heading', { name: 'Ten runs for you' })).toBeVisible();
  const panel = panelOf(theirs, 'train/loss');
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(panel.getByRole('img')).toHaveAccessibleName(/: 10 runs/);
  expect(asked.filter(url => url.pathname.startsWith('/api/') && !url.pathname.startsWith('/api/shared/'))).toEqual([]);
  expect(asked.filter(url => url.origin !== seeded.url)).toEqual([]);
  expect(await fresh.cookies()).toEqual([]);

  await page.goto(`${seeded.url}/shares`);
  await page.getByRole('button', { name: 'Revoke Ten runs for you' }).click();
  await expect(page.getByRole('row', { name: /Ten runs for you/ })).toContainText('revoked');
  await theirs.goto(address);
  await expect(theirs.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible();
  await fresh.close();
});

test('find a report and a link by a part of its title', async ({ page, seeded }) => {
  for (const title of ['Learning rates', 'Dropout']) {
    await fetch(`${seeded.url}/api/reports`, { method: 'POST', body: JSON.stringify({ markdown: `# ${title}\n\nwords\n` }) });
    await link(seeded, { title });
  }
  for (const [path, name, none] of [
    ['reports', 'Search reports', 'No report has this in its title.'],
    ['shares', 'Search links', 'No link has this in its title.'],
  ]) {
    await page.goto(`${seeded.url}/${path}`);
    await expect(page.getByRole('row', { name: /Learning rates/ })).toBeVisible();
    await page.getByRole('searchbox', { name }).fill('dropO');
    await expect(page.getByRole('row', { name: /Dropout/ })).toBeVisible();
    await expect(page.getByRole('row', { name: /Learning rates/ })).toHaveCount(0);
    await page.getByRole('searchbox', { name }).fill('neither');
    await expect(page.getByText(none)).toBeVisible();
  }
});

test('a link with a password opens for who knows it', async ({ browser, seeded }) => {
  const token = await link(seeded, { password: 'correct horse', title: 'Locked' });
  const fresh = await browser.newContext();
  const page = await fresh.newPage();
  await page.goto(`${seeded.url}/s/${token}`);
  await page.getByLabel('Password').fill('wrong horse');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('alert')).toContainText('not the password');
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(panelOf(page, 'train/loss').getByRole('img')).toHaveAccessibleName(/: 40 runs/);
  await fresh.close();
});

test('an embed lives in pages of elsewhere: plain, nested, sandboxed, without cookies', async ({ browser, seeded }) => {
  const token = await link(seeded);
  const source = `${seeded.url}/embed/${token}`;
  const inner = await elsewhere({ '/': `<iframe title="embed" src="${source}" width="700" height="420"></iframe>` });
  const outer = await elsewhere({
    '/plain': `<iframe title="embed" src="${source}" width="700" height="420"></iframe>`,
    '/sandboxed': `<iframe title="embed" sandbox="allow-scripts" src="${source}" width="700" height="420"></iframe>`,
    '/nested': `<iframe title="inner" src="${inner.url}/" width="760" height="480"></iframe>`,
  });
  // A profile that takes no storage of anyone's in a frame.
  const strict = await browser.newContext({ storageState: { cookies: [], origins: [] } });
  for (const path of ['/plain', '/sandboxed', '/nested']) {
    const page = await strict.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    await page.goto(outer.url + path);
    let frame = page.frameLocator('iframe[title=inner], iframe[title=embed]');
    if (path === '/nested') frame = frame.frameLocator('iframe[title=embed]');
    await drawn(picture(frame));
    await picture(frame).hover();
    const panel = frame.getByRole('figure', { name: 'train/loss' });
    await expect(panel, path).toHaveAttribute('aria-busy', 'false');
    await expect(panel.getByRole('img')).toHaveAccessibleName(/: 40 runs/);
    await expect(picture(frame)).toHaveCount(0);
    expect(errors, path).toEqual([]);
    await page.close();
  }
  expect(await strict.cookies()).toEqual([]);
  await strict.close();
  inner.close();
  outer.close();
});

test('with scripts off an embed is a picture', async ({ browser, seeded }) => {
  const token = await link(seeded);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${seeded.url}/embed/${token}`);
  const image = page.locator('a img');
  await expect(image).toBeVisible();
  await expect(image).toHaveAttribute('alt', /train\/loss/);
  expect((await page.request.get(new URL(await image.getAttribute('src'), seeded.url).href)).status()).toBe(200);
  await plain.close();
});

test('only the hosts that a link names may frame it, and nobody the app', async ({ page, seeded }) => {
  const host = await elsewhere({});
  const [ours, others] = [await link(seeded, { hosts: [host.url] }), await link(seeded, { hosts: ['https://wiki.example.org'] })];
  host.close();
  const pages = {
    '/ours': `<iframe title="embed" src="${seeded.url}/embed/${ours}" width="700" height="420"></iframe>`,
    '/others': `<iframe title="embed" src="${seeded.url}/embed/${others}" width="700" height="420"></iframe>`,
    '/app': `<iframe title="embed" src="${seeded.address}" width="700" height="420"></iframe>`,
    '/page': `<iframe title="embed" src="${seeded.url}/s/${ours}" width="700" height="420"></iframe>`,
  };
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><body>${pages[request.url] ?? ''}`);
  });
  await new Promise(resolve => server.listen(new URL(host.url).port, '127.0.0.1', resolve));
  await page.goto(`${host.url}/ours`);
  await drawn(picture(page.frameLocator('iframe')));
  for (const path of ['/others', '/app', '/page']) {
    const refused = page.waitForEvent('console', message => message.text().includes('frame-ancestors') || message.text().includes('refused'));
    await page.goto(host.url + path);
    await refused;
    await expect(page.frameLocator('iframe').locator('#picture, .shell, .shared')).toHaveCount(0);
  }
  server.close();
});

test('the height of a frame follows its embed, and strangers are not heard', async ({ page, seeded }) => {
  const token = await link(seeded);
  const host = await elsewhere({
    '/': `<script src="${seeded.url}/embed.js"></script><iframe title="embed" src="${seeded.url}/embed/${token}" style="width:800px;height:150px;border:0"></iframe>`,
  });
  await page.goto(host.url);
  const frame = page.locator('iframe');
  const height = () => frame.evaluate(node => node.getBoundingClientRect().height);
  await expect.poll(height).toBe(450);
  await frame.evaluate(node => { node.style.width = '600px'; });
  await expect.poll(height).toBe(338);
  await page.evaluate(() => postMessage({ type: 'throughline:height', height: 9000 }, '*'));
  await page.evaluate(() => document.querySelector('iframe').contentWindow.postMessage({ type: 'throughline:set', theme: 'dark', html: '<b>' }, '*'));
  const inside = page.frameLocator('iframe');
  await expect(inside.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect.poll(height).toBe(338);
  host.close();
});

test('the picture shows what the canvas shows', async ({ page, seeded }) => {
  const token = await link(seeded);
  await page.setViewportSize({ width: 900, height: 600 });
  await page.goto(`${seeded.url}/s/${token}`);
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
  await expect(panelOf(page, 'train/loss')).toHaveAttribute('aria-busy', 'false');
  // How much of the plot each run's colour covers, in the canvas and in the picture.
  const colours = source => page.evaluate(async source => {
    const image = source ? await createImageBitmap(await (await fetch(source)).blob()) : document.querySelector('canvas.plot-series');
    const sheet = new OffscreenCanvas(image.width, image.height);
    const context = sheet.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const counts = {};
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b] = [data[at] >> 5, data[at + 1] >> 5, data[at + 2] >> 5];
      if (Math.max(r, g, b) - Math.min(r, g, b) > 1) counts[`${r},${g},${b}`] = (counts[`${r},${g},${b}`] ?? 0) + 1;
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return Object.fromEntries(Object.entries(counts).map(([colour, count]) => [colour, count / all]));
  }, source);
  const canvas = await colours(null);
  const still = await colours(`/p/${token}.png?w=900&h=560`);
  const all = new Set([...Object.keys(canvas), ...Object.keys(still)]);
  const apart = [...all].reduce((sum, colour) => sum + Math.abs((canvas[colour] ?? 0) - (still[colour] ?? 0)), 0) / 2;
  expect(apart, JSON.stringify({ canvas, still })).toBeLessThan(0.25);
});

test('an embed lives in a page of its own origin, and where third-party cookies are blocked', async ({ browser, seeded }) => {
  const token = await link(seeded);
  const frame = `<!doctype html><iframe title="embed" src="${seeded.url}/embed/${token}?interactive=1" width="700" height="420"></iframe>`;
  const wiki = await elsewhere({ '/': frame });
  const strict = await browser.browserType().launch({ ...BROWSER, args: [...BROWSER.args, '--test-third-party-cookie-phaseout'] });
  for (const [of, address] of [[browser, `${seeded.url}/wiki`], [strict, wiki.url]]) {
    const context = await of.newContext();
    const page = await context.newPage();
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    // A page of ours that somebody's proxy puts at the same name.
    await page.route(`${seeded.url}/wiki`, route => route.fulfill({ contentType: 'text/html', body: frame }));
    await page.goto(address);
    const panel = page.frameLocator('iframe').getByRole('figure', { name: 'train/loss' });
    await expect(panel, address).toHaveAttribute('aria-busy', 'false');
    await expect(panel.getByRole('img')).toHaveAccessibleName(/: 40 runs/);
    expect({ cookies: await context.cookies(), errors }, address).toEqual({ cookies: [], errors: [] });
    await context.close();
  }
  await strict.close();
  wiki.close();
});

test('the address of an embed says which panel, which part of x, and what stands around it', async ({ page, seeded }) => {
  const token = await link(seeded, { panel: null }, { range: [0, 200] });
  const asked = [];
  page.on('request', request => { if (request.url().includes('/p/')) asked.push(new URL(request.url()).searchParams); });
  const options = 'panel=val%2Facc&xmin=50&xmax=900&legend=0&controls=0';
  await page.goto(`${seeded.url}/embed/${token}?${options}`);
  await drawn(picture(page));
  for (const [name, value] of new URLSearchParams(options)) {
    if (name !== 'controls') expect(asked[0].get(name), name).toBe(value);
  }
  await picture(page).hover();
  const panel = panelOf(page, 'val/acc');
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(panel.getByRole('img')).toHaveAccessibleName(/step 50 to 200: 40 runs/);
  await expect(page.getByRole('figure')).toHaveCount(1);
  await expect(panel.getByRole('button', { name: 'Edit panel' })).toBeHidden();
  await expect(panel.getByRole('list', { name: 'Legend' })).toBeHidden();
  // More than the link shows is not to be had, whatever the address says.
  const get = address => page.request.get(`${seeded.url}${address}`);
  expect((await get(`/p/${token}.png?panel=nothing`)).status()).toBe(403);
  expect((await get(`/p/${token}.png?xmin=5`)).status()).toBe(400);
  const [part, whole] = await Promise.all(['&xmin=50&xmax=900', '&xmin=50&xmax=200'].map(async x => (await get(`/p/${token}.svg?panel=val%2Facc${x}`)).text()));
  expect(part).toBe(whole);
});
