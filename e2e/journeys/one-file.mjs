// One file: saved by a person, opened from a disk where there is neither server nor network.
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chartOf, expect, hoverLine, panelOf, test } from '../support/journey.mjs';
import { BINARY } from '../support/program.mjs';
import { begin, gridOf, say, two } from '../support/report.mjs';
import { link, publish, report } from '../support/shared.mjs';

const EVIL = '</title></script><script>window.evil = 1</script>\u2028<img src=x onerror="window.evil = 2">';

/** Opens a file in a profile without a network, and what it asked for and complained about. */
async function offline(browser, path, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce', ...options });
  await context.setOffline(true);
  const page = await context.newPage();
  const [asked, errors] = [[], []];
  page.on('request', request => { if (!/^(file|data|blob):/.test(request.url())) asked.push(request.url()); });
  page.on('pageerror', error => errors.push(String(error)));
  page.on('console', message => { if (/panicked|Refused|violates/.test(message.text())) errors.push(message.text()); });
  await page.goto(pathToFileURL(path).href);
  return { page, asked, errors, close: () => context.close() };
}

test('save a report as one file, and read it from a disk without a network', async ({ page, browser, seeded }, info) => {
  const id = await report(seeded, EVIL, `It **does**. ${EVIL}`);
  await publish(seeded, id);
  await page.goto(`${seeded.url}/reports/${id}`);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await dialog.getByRole('radio', { name: 'One file' }).check({ force: true });
  await dialog.getByRole('button', { name: 'Make the file' }).click();
  await expect(dialog.getByRole('status')).toHaveText(/^\d+\.\d MB in all; the app takes \d+\.\d MB of it\.$/, { timeout: 30_000 });
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save the file' }).click();
  const path = info.outputPath('report.html');
  await (await download).saveAs(path);

  const { page: theirs, asked, errors, close } = await offline(browser, path);
  await expect(theirs.locator('#still')).toHaveCount(0, { timeout: 30_000 });
  await expect(theirs.getByRole('heading', { level: 1 }).last()).toHaveText(EVIL);
  await expect(theirs.getByText('It does.')).toBeVisible();
  const chart = await chartOf(theirs, 'train/loss');
  await expect(chart).toHaveAccessibleName(/: 10 runs/);
  expect(await hoverLine(theirs, chart)).toMatch(/run-000\d/);
  const picture = theirs.getByRole('img', { name: 'One dot' });
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBe(8);
  await expect(theirs.getByRole('region', { name: 'Runs' }).getByRole('row')).toHaveCount(4);
  expect(await theirs.evaluate(() => window.evil)).toBeUndefined();
  expect({ asked, errors }).toEqual({ asked: [], errors: [] });
  await close();

  // Where scripts are not run it is read all the same.
  const plain = await offline(browser, path, { javaScriptEnabled: false });
  await expect(plain.page.getByText('It does.')).toBeVisible();
  await expect(plain.page.getByRole('img', { name: 'train/loss' })).toBeVisible();
  await plain.close();
});

test('who holds a link saves what it shows, with no name that it hides', async ({ page, browser, seeded }, info) => {
  const id = await report(seeded, 'Blind');
  await publish(seeded, id);
  const token = await link(seeded, id, { anonymous: true });
  await page.goto(`${seeded.url}/s/${token}`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Make the file' }).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  const path = info.outputPath('blind.html');
  await (await download).saveAs(path);
  expect(await readFile(path, 'utf8')).not.toMatch(/run-000\d/);
  const { page: theirs, asked, errors, close } = await offline(browser, path);
  await expect(panelOf(theirs, 'train/loss').getByRole('img')).toHaveAccessibleName(/: 10 runs/, { timeout: 30_000 });
  expect(await theirs.content()).not.toMatch(/run-000\d/);
  expect({ asked, errors }).toEqual({ asked: [], errors: [] });
  await close();
});

test('a workspace becomes a file on the command line', async ({ browser, seeded }, info) => {
  const [view, path] = [info.outputPath('view.json'), info.outputPath('view.html')];
  await writeFile(view, JSON.stringify({ version: 1, filter: "attributes.run_name LIKE 'run-000%'", order_by: 'attributes.start_time ASC' }));
  await promisify(execFile)(BINARY, ['render', '--server', seeded.url, '--experiment', String(seeded.curves), '--view', view, '--out', path]);
  const { page, asked, errors, close } = await offline(browser, path);
  for (const metric of ['train/loss', 'val/acc']) {
    await expect(await chartOf(page, metric)).toHaveAccessibleName(/: 10 runs/, { timeout: 30_000 });
  }
  expect({ asked, errors }).toEqual({ asked: [], errors: [] });
  await close();
});

test('a report of several run sets is read from a disk: together, as one line each, as tables and as pictures', async ({ server, browser }, info) => {
  const { a, b } = await two(server);
  const table = { placed: { experiment_id: a, view: { version: 1, table: { columns: ['params.lr'] } } }, name: 'warm', also: [{ name: 'cold', placed: { experiment_id: b, view: { version: 1 } } }], limit: 2 };
  const sets = [['warm', a], ['cold', b]];
  const { id } = await begin(server.url, [
    '# Two labs', gridOf(sets, ['loss']), '# Pooled', gridOf(sets, ['loss'], { pooled: true }), `\`\`\`throughline-runs\n${JSON.stringify(table)}\n\`\`\``,
  ].join('\n\n'));
  const { token } = await say(server.url, '/api/shares', 'POST', { target: { kind: 'report', report_id: id } });
  for (const [name, at] of [['target', '/api/file'], ['link', `/api/shared/${token}/file`]]) {
    const body = name === 'target' ? { method: 'POST', body: JSON.stringify({ target: { kind: 'report', report_id: id } }) } : {};
    const path = info.outputPath(`${name}.html`);
    await writeFile(path, await (await fetch(server.url + at, body)).text());
    const { page, asked, errors, close } = await offline(browser, path);
    await expect(page.locator('#still')).toHaveCount(0, { timeout: 30_000 });
    const [together, pooled] = [page.getByRole('figure', { name: 'loss' }).first(), page.getByRole('figure', { name: 'loss' }).last()];
    await expect(together.getByRole('img')).toHaveAccessibleName(/: 5 runs/);
    await pooled.scrollIntoViewIfNeeded();
    await expect(pooled.getByRole('img')).toHaveAccessibleName(/2 groups/);
    await expect(pooled).toContainText('5 runs in 2 groups');
    const runs = page.getByRole('region', { name: 'Runs' });
    await runs.scrollIntoViewIfNeeded();
    await expect(runs.getByRole('columnheader')).toHaveText(['Run', 'Run set', 'lr']);
    await expect(runs.getByRole('rowheader')).toHaveText(['w2', 'w1', 'c3', 'c2']);
    await expect(runs).toContainText('cold: 2 of 3 runs');
    expect({ asked, errors }, name).toEqual({ asked: [], errors: [] });
    await close();

    const plain = await offline(browser, path, { javaScriptEnabled: false });
    const pictures = plain.page.getByRole('img', { name: 'loss' });
    await expect(pictures).toHaveCount(2);
    for (const picture of await pictures.all()) {
      await picture.scrollIntoViewIfNeeded();
      await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBeGreaterThan(400);
    }
    await expect(plain.page.getByRole('rowheader')).toHaveText(['w2', 'w1', 'c3', 'c2']);
    await expect(plain.page.getByText('2 of 3 runs')).toBeVisible();
    await plain.page.screenshot({ path: info.outputPath(`${name}.png`), fullPage: true });
    await plain.close();
  }
});

test('a table in a file is sorted, filtered, searched and grouped from what the file holds', async ({ seeded, browser }, info) => {
  const columns = ['params.optimizer', 'params.batch_size', 'metrics.val/loss'];
  const placed = { experiment_id: String(seeded.curves), tab: 'table', view: { version: 1, table: { columns } } };
  const answer = await fetch(`${seeded.url}/api/file`, { method: 'POST', body: JSON.stringify({ target: { kind: 'view', placed } }) });
  const path = info.outputPath('table.html');
  await writeFile(path, await answer.text());
  const { page, asked, errors, close } = await offline(browser, path);
  const grid = page.getByRole('treegrid', { name: 'Runs' });
  const cells = async column => (await grid.locator(`[data-column="${column}"]`).allInnerTexts()).filter(Boolean);
  const said = words => expect(page.getByRole('status').filter({ hasText: words })).toBeVisible({ timeout: 30_000 });
  await said('40 runs');
  const heading = page.getByRole('columnheader', { name: /^batch_size/ });
  await heading.getByRole('button').first().click();
  await expect(heading).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(async () => {
    const sizes = (await cells('params.batch_size')).map(Number);
    return sizes.length > 9 && sizes.every((size, at) => at === 0 || sizes[at - 1] <= size);
  }).toBe(true);

  const filter = page.getByRole('textbox', { name: 'Filter runs' });
  await filter.fill("run_name ~ '^run-00[12]'");
  await filter.press('Enter');
  await said('20 runs');
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-001');
  await said('10 of 20 runs');
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('');
  await filter.fill("run_name ~ '['");
  await filter.press('Enter');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await filter.fill('');
  await filter.press('Enter');
  await said('40 runs');

  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('combobox', { name: 'Add a column to group by' }).fill('params.optimizer');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await said('40 runs in 4 groups');
  await page.screenshot({ path: info.outputPath('grouped.png') });
  expect({ asked, errors }).toEqual({ asked: [], errors: [] });
  await close();
});
