// The table of runs: every column, sorted, narrowed, taken along.
import { readFile } from 'node:fs/promises';
import { RUNS, addressOf, expect, test } from '../support/journey.mjs';

const rowsOf = page => page.getByRole('treegrid', { name: 'Runs' }).getByRole('row');
/** The names of the runs in sight, top down. */
const namesOf = page => page.getByRole('treegrid', { name: 'Runs' }).getByRole('rowheader').allInnerTexts();

test('sort by a metric, both ways, and go back', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('link', { name: 'Table' }).click();
  await expect(page).toHaveURL(`${seeded.address}/table`);
  await expect(page.getByRole('status').filter({ hasText: `${RUNS} runs` })).toBeVisible();
  const first = await namesOf(page);
  const heading = page.getByRole('columnheader', { name: 'batch_size' });
  await heading.getByRole('button').first().click();
  await expect(heading).toHaveAttribute('aria-sort', 'ascending');
  await expect.poll(() => namesOf(page)).not.toEqual(first);
  await heading.getByRole('button').first().click();
  await expect(heading).toHaveAttribute('aria-sort', 'descending');
  await heading.getByRole('button').first().click();
  await expect(heading).toHaveAttribute('aria-sort', 'none');
  await expect.poll(() => namesOf(page)).toEqual(first);
});

test('leave out what all runs share, choose columns, and share the address', async ({ page, seeded, browser }) => {
  await page.goto(`${seeded.address}/table`);
  await expect(page.getByRole('columnheader', { name: 'User' })).toBeVisible();
  await page.getByRole('checkbox', { name: 'Only what differs' }).check();
  await expect(page.getByRole('columnheader', { name: 'User' })).toBeHidden();
  await page.getByRole('button', { name: /^Columns/ }).click();
  await page.getByRole('dialog', { name: 'Columns' }).getByRole('checkbox', { name: 'depth' }).uncheck();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('columnheader', { name: 'depth' })).toBeHidden();

  const other = await (await browser.newContext()).newPage();
  await other.goto(await addressOf(page));
  await expect(other.getByRole('columnheader', { name: 'dropout' })).toBeVisible();
  await expect(other.getByRole('columnheader', { name: 'depth' })).toBeHidden();
  await other.context().close();
});

test('hide a run in the table and it is gone from the charts; take the table along as CSV', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await rowsOf(page).filter({ hasText: 'run-0039' }).getByRole('checkbox', { name: 'Show run-0039' }).uncheck();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: new RegExp(`^CSV, ${RUNS} runs × \\d+ columns$`) }).click();
  expect((await saved).suggestedFilename()).toBe('runs.csv');
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(RUNS + 1);
  expect(lines[0]).toMatch(/^run_id,.*params\.lr/);

  await page.getByRole('link', { name: 'Charts' }).click();
  await expect(page.getByRole('complementary', { name: 'Runs' }).getByRole('status')).toHaveText(`${RUNS} runs, ${RUNS - 1} shown`);
});

test('Parquet of what passes filter and search, and every point of it, by keyboard', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('textbox', { name: 'Filter runs' }).fill("run_name ~ '^run-00[12]'");
  await page.getByRole('textbox', { name: 'Filter runs' }).press('Enter');
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-001');
  await expect(page.getByRole('status').filter({ hasText: '10 of 20 runs' })).toBeVisible();
  await page.getByRole('button', { name: 'Export' }).focus();
  for (const [name, file] of [[/^Parquet, 10 runs × \d+ columns$/, 'runs.parquet'], [/^Parquet, every point of 4 metrics$/, 'points.parquet']]) {
    await page.getByRole('button', { name: 'Export' }).press('Enter');
    await expect(page.getByRole('menuitem', { name })).toBeVisible();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).press('Enter');
    expect((await saved).suggestedFilename()).toBe(file);
    const bytes = await readFile(await (await saved).path());
    expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    expect(bytes.subarray(-4).toString(), 'a file that is whole').toBe('PAR1');
  }
});

test('a pinned column stays beside the name, a cell is copied, and undo lets the column go', async ({ page, context, seeded }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${seeded.address}/table`);
  const grid = page.getByRole('treegrid', { name: 'Runs' });
  const heading = page.getByRole('columnheader', { name: /^optimizer/ });
  await heading.getByRole('button', { name: 'Column optimizer' }).click();
  await page.getByRole('menuitem', { name: 'Pin it beside the name' }).click();
  await expect(page.getByRole('columnheader').nth(1)).toContainText('optimizer');
  const left = async () => Math.round((await heading.boundingBox()).x);
  const before = await left();
  await grid.evaluate(node => { node.scrollLeft = node.scrollWidth; });
  await expect(page.getByRole('columnheader', { name: /^val\/loss/ })).toBeVisible();
  expect(await left()).toBe(before);
  const cell = grid.locator('[data-column="params.optimizer"]').first();
  await expect.poll(async () => Math.round((await cell.boundingBox()).x)).toBe(before);

  await cell.click();
  await cell.press('Control+c');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await cell.innerText());
  await page.keyboard.press('ArrowRight');
  await expect(grid.locator(':focus')).toBeInViewport();
  await page.keyboard.press('Control+z');
  await grid.evaluate(node => { node.scrollLeft = 0; });
  await expect(page.getByRole('columnheader').nth(1)).toContainText('Status');
});
