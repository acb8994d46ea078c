// What the address of a frame and the page around it may ask for, and what who holds a link finds on its page.
import { elsewhere } from '../support/elsewhere.mjs';
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';

/** The token of a link by the API. */
async function linkTo(seeded, target, wishes = {}) {
  const answer = await fetch(`${seeded.url}/api/shares`, { method: 'POST', body: JSON.stringify({ target, ...wishes }) });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return (await answer.json()).token;
}
const placed = seeded => ({ experiment_id: String(seeded.curves), tab: '', view: {} });
const panelLink = (seeded, wishes) => linkTo(seeded, { kind: 'panel', placed: placed(seeded), panel: 'train/loss' }, wishes);

/** The colour of a plot where no line is. */
const ground = plot => plot.evaluate(figure => {
  const at = canvas => canvas.getContext('2d').getImageData(canvas.width * 0.85, canvas.height * 0.2, 1, 1).data;
  return [...[...figure.querySelectorAll('.plot canvas')].map(at).find(([, , , alpha]) => alpha > 0) ?? []];
});

test('the theme of a frame reaches its chart, also when the page around it changes its mind', async ({ page, seeded }) => {
  const token = await panelLink(seeded);
  const frame = theme => `<iframe title="${theme}" sandbox="allow-scripts" src="${seeded.url}/embed/${token}?interactive=1&theme=${theme}" width="700" height="360"></iframe>`;
  const wiki = await elsewhere({ '/': `<body style="background:#bfe3c0">${frame('light')}${frame('transparent')}` });
  await page.goto(wiki.url);
  const of = theme => page.frameLocator(`iframe[title=${theme}]`);
  for (const theme of ['light', 'transparent']) await expect(panelOf(of(theme), 'train/loss')).toHaveAttribute('aria-busy', 'false');

  // The ground of the wiki is seen through a transparent frame, and through no other.
  await expect(of('transparent').locator('html')).toHaveAttribute('data-theme', 'transparent');
  for (const [theme, seen] of [['light', 'rgb(255, 255, 255)'], ['transparent', 'rgba(0, 0, 0, 0)']]) {
    await expect(panelOf(of(theme), 'train/loss')).toHaveCSS('background-color', seen === 'rgba(0, 0, 0, 0)' ? seen : /^(rgb\(255, 255, 255\)|oklch\(1 )/);
  }

  expect(await ground(panelOf(of('transparent'), 'train/loss'))).toEqual([]);
  const light = await ground(panelOf(of('light'), 'train/loss'));
  await page.evaluate(() => document.querySelector('iframe[title=light]').contentWindow.postMessage({ type: 'throughline:set', theme: 'dark' }, '*'));
  await expect(of('light').locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect.poll(async () => (await ground(panelOf(of('light'), 'train/loss')))[0]).toBeLessThan(80);
  expect(light[0]).toBeGreaterThan(200);
  wiki.close();
});

test('a frame is drawn as its address says, and shows the part that the page around it asks for', async ({ page, seeded }) => {
  const token = await panelLink(seeded);
  const source = `${seeded.url}/embed/${token}?interactive=1&x=relative&smooth=0.6&title=0&height=333`;
  const wiki = await elsewhere({ '/': `<script src="${seeded.url}/embed.js"></script><iframe title="embed" sandbox="allow-scripts" src="${source}" style="width:700px;height:200px;border:0"></iframe>` });
  await page.goto(wiki.url);
  const frame = page.frameLocator('iframe');
  const panel = frame.getByRole('figure');
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(panel.getByRole('img')).toHaveAccessibleName(/relative time.*: 40 runs/);
  await expect(panel.locator('.panel-title')).toBeHidden();
  await expect.poll(() => page.locator('iframe').evaluate(node => node.getBoundingClientRect().height)).toBe(333);
  wiki.close();

  const steps = await elsewhere({ '/': `<iframe title="embed" sandbox="allow-scripts" src="${seeded.url}/embed/${token}?interactive=1" style="width:700px;height:300px"></iframe>` });
  await page.goto(steps.url);
  const chart = panelOf(frame, 'train/loss').getByRole('img');
  await expect(chart).toHaveAccessibleName(/: 40 runs/);
  const set = message => page.evaluate(message => document.querySelector('iframe').contentWindow.postMessage({ type: 'throughline:set', ...message }, '*'), message);
  await set({ xrange: [50, 100] });
  await expect(chart).toHaveAccessibleName(/step 50 to 100/);
  await set({ xrange: [9, 'x'] });
  await set({ xrange: { from: 1 }, url: 'https://example.org', html: '<b>' });
  await set({ xrange: null });
  await expect(chart).not.toHaveAccessibleName(/step 50 to 100/);
  steps.close();
});

test('a picture is drawn as its address says', async ({ request, seeded }) => {
  const [live, frozen] = [await panelLink(seeded), await panelLink(seeded, { frozen: true })];
  const svg = async (token, query) => (await request.get(`${seeded.url}/p/${token}.svg?w=700&h=400${query}`)).text();
  const plain = await svg(live, '');
  const named = />\s*train\/loss\s*<\/text>/;
  expect(plain).toMatch(named);
  for (const query of ['&smooth=0.9', '&x=relative', '&title=0']) expect(await svg(live, query), query).not.toBe(plain);
  expect(await svg(live, '&title=0')).not.toMatch(named);
  for (const query of ['&smooth=much', '&x=%3Cb%3E', '&smooth=7']) expect(await svg(live, query), query).toBe(plain);
  // What is frozen is drawn as it was.
  expect(await svg(frozen, '&smooth=0.9&x=wall')).toBe(await svg(frozen, ''));
  // In a frame of a wiki, a picture is better than words about its address.
  for (const query of ['xmin=a&xmax=2', 'xmin=9&xmax=1', 'theme=%3Cscript%3E']) {
    expect((await request.get(`${seeded.url}/embed/${live}?${query}`)).status(), query).toBe(200);
  }
});

test('an embed that is to be a chart at once waits until it is in sight', async ({ page, seeded }) => {
  const token = await panelLink(seeded);
  const wiki = await elsewhere({ '/': `<div style="height:4000px">far</div><iframe title="embed" sandbox="allow-scripts" src="${seeded.url}/embed/${token}?interactive=1" width="700" height="360"></iframe>` });
  const wasm = [];
  page.on('request', request => { if (request.url().endsWith('.wasm')) wasm.push(request.url()); });
  await page.goto(wiki.url, { waitUntil: 'load' });
  const picture = page.frameLocator('iframe').locator('#picture');
  await expect.poll(() => picture.evaluate(image => image.complete && image.naturalWidth)).toBeGreaterThan(100);
  expect(wasm).toEqual([]);
  await page.locator('iframe').scrollIntoViewIfNeeded();
  await expect(panelOf(page.frameLocator('iframe'), 'train/loss')).toHaveAttribute('aria-busy', 'false');
  expect(wasm).not.toEqual([]);
  wiki.close();
});

test('who holds a link to a run reads its params, and finds nothing to arrange', async ({ page, seeded }) => {
  const search = await fetch(`${seeded.url}/api/2.0/mlflow/runs/search`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ experiment_ids: [String(seeded.curves)], max_results: 1 }) });
  const { info, data } = (await search.json()).runs[0];
  const target = { kind: 'run', experiment_id: String(seeded.curves), run_id: info.run_id, view: {} };
  await page.goto(`${seeded.url}/s/${await linkTo(seeded, target)}`);
  await expect(page.getByRole('heading', { name: new RegExp(`^${info.run_name} · curves`), level: 1 })).toBeVisible();
  await chartOf(page, 'train/loss');
  const params = page.getByRole('region', { name: 'Params' });
  for (const { key, value } of data.params) await expect(params.getByRole('row', { name: `${key} ${value}` })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Latest metrics' }).getByRole('row', { name: /^train\/loss/ })).toBeVisible();
  for (const name of ['Add panel', 'Settings of all panels', 'Edit panel', /^Actions of section/]) {
    await expect(page.getByRole('button', { name }), String(name)).toHaveCount(0);
  }
  await expect(page.getByText('Artifacts')).toHaveCount(0);

  // Hidden names stay hidden: neither what it is called nor when it began.
  await page.goto(`${seeded.url}/s/${await linkTo(seeded, target, { anonymous: true })}`);
  await chartOf(page, 'train/loss');
  await expect(page.getByText(info.run_name)).toHaveCount(0);
  await expect(page.getByText(/Started/)).toHaveCount(0);
});

test('a link that opens nothing leads nowhere', async ({ page, seeded }) => {
  const gone = 'A'.repeat(22);
  await page.goto(`${seeded.url}/s/${gone}`);
  await expect(page.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible();
  await expect(page.getByRole('link')).toHaveCount(0);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${seeded.url}/embed/${gone}`);
  await expect(page.getByText('This link opens nothing')).toBeVisible();
  await expect(page.locator('body')).toHaveCSS('background-color', 'rgb(22, 25, 30)');
});

test('links are copied also where pages have no clipboard', async ({ page, seeded }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }));
  await page.goto(seeded.address);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const link = await dialog.getByRole('textbox', { name: 'Link', exact: true }).inputValue();
  const copy = dialog.getByRole('button', { name: 'Copy the link' });
  await copy.click();
  await expect(copy).toHaveText('Copied');
  await dialog.getByRole('textbox', { name: 'Host to check' }).focus();
  await page.keyboard.press('Control+v');
  await expect(dialog.getByRole('textbox', { name: 'Host to check' })).toHaveValue(link);

  // Words for every place are read without moving the dialog sideways.
  for (const summary of await dialog.locator('summary').all()) await summary.click();
  expect(await dialog.evaluate(box => box.scrollWidth - box.clientWidth)).toBe(0);
});

test('a file that is no picture is refused in words, and the page stays', async ({ page, server }) => {
  const begun = await fetch(`${server.url}/api/reports`, { method: 'POST', body: JSON.stringify({ markdown: 'words\n' }) });
  await page.goto(`${server.url}/reports/${(await begun.json()).id}?edit=1`);
  await page.getByText('words').evaluate(block => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'run.exe', { type: 'application/x-msdownload' }));
    for (const kind of ['dragover', 'drop']) block.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  });
  await expect(page.getByText('run.exe is none')).toBeVisible();
  // Beside the blocks, browsers would open the file in place of the page.
  const opened = await page.locator('.report-scroll').evaluate(ground => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(['x'], 'a.png', { type: 'image/png' }));
    return ['dragover', 'drop'].map(kind => ground.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true })));
  });
  expect(opened).toEqual([false, false]);
});
