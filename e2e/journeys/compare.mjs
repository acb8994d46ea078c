// Runs side by side: choose them, measure them against a base, keep only what differs, share it.
import { readFile } from 'node:fs/promises';
import { RUNS, addressOf, expect, rowOf, test } from '../support/journey.mjs';

const gridOf = page => page.getByRole('grid', { name: 'Runs side by side' });
/** The names of the facts in sight, top down. */
const factsOf = async page => (await gridOf(page).getByRole('rowheader').allInnerTexts()).map(text => text.trim());
const summaryOf = page => page.getByRole('status').filter({ hasText: /facts? differ/ });
/** Chooses runs by name in the dialog. */
async function choose(page, ...runs) {
  await page.getByRole('button', { name: /^Choose runs|^Runs:/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Compare which runs' });
  for (const run of runs) {
    await dialog.getByRole('searchbox').fill(run);
    await dialog.getByRole('checkbox', { name: run }).check();
  }
  await page.keyboard.press('Escape');
}

test('the runs that are shown are compared until some are chosen', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page).toHaveURL(`${seeded.address}/compare`);
  await expect(summaryOf(page)).toHaveText(new RegExp(`^${RUNS} runs, `));
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-000');
  await expect(summaryOf(page)).toHaveText(/^10 runs, /);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('');

  await choose(page, 'run-0002', 'run-0007');
  await expect(summaryOf(page)).toHaveText(/^2 runs, /);
  await expect(gridOf(page).getByRole('columnheader')).toHaveText([/Fact/, /run-0002/, /run-0007/]);
  await rowOf(page, 'run-0030').hover();
  await rowOf(page, 'run-0030').getByRole('button', { name: 'Compare run-0030' }).click();
  await expect(gridOf(page).getByRole('columnheader')).toHaveCount(4);
  await gridOf(page).getByRole('button', { name: 'Leave out run-0002' }).click();
  await expect(gridOf(page).getByRole('columnheader')).toHaveText([/Fact/, /run-0007/, /run-0030/]);
});

test('only differences, another base, a search, and all of it behind the address', async ({ page, seeded, browser }) => {
  await page.goto(`${seeded.address}/compare`);
  await choose(page, 'run-0002', 'run-0007', 'run-0011');
  await expect.poll(() => factsOf(page)).toContain('User');
  await page.getByRole('checkbox', { name: 'Only differences' }).check();
  await expect.poll(() => factsOf(page)).not.toContain('User');

  await page.getByRole('combobox', { name: 'Base run' }).selectOption('run-0007');
  await expect(gridOf(page).getByRole('columnheader').nth(1)).toHaveText(/run-0007\s*Base/);
  await page.getByRole('searchbox', { name: 'Search facts' }).fill('val/loss');
  const row = gridOf(page).getByRole('row').filter({ hasText: 'val/loss' });
  await expect(row.getByRole('gridcell').nth(0)).not.toHaveText(/%/);
  await expect(row.getByRole('gridcell').nth(1)).toHaveText(/[+-][\d.]+.* [+-][\d.k]+%/);

  const other = await (await browser.newContext()).newPage();
  await other.goto(await addressOf(page));
  await expect(gridOf(other).getByRole('columnheader')).toHaveText([/Fact/, /run-0007\s*Base/, /run-0002/, /run-0011/]);
  expect(await factsOf(other)).toEqual(await factsOf(page));
  await expect(other.getByRole('checkbox', { name: 'Only differences' })).toBeChecked();
  await other.context().close();
});

test('walk over the cells by keys, look into one, fold a section, take it along', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/compare`);
  await choose(page, 'run-0002', 'run-0007');
  const section = page.getByRole('button', { name: /^Params/ });
  await gridOf(page).focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight']) await page.keyboard.press(key);
  const active = gridOf(page).getByRole('gridcell', { selected: true });
  await expect(active).toHaveCount(1);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Value' });
  await expect(dialog).toContainText('run-0007, beside the base run-0002');
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(gridOf(page)).toBeFocused();
  for (const key of ['ArrowUp', 'Enter']) await page.keyboard.press(key);
  await expect(section).toHaveAttribute('aria-expanded', 'false');
  await page.keyboard.press('Enter');
  await expect(section).toHaveAttribute('aria-expanded', 'true');

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Actions of the comparison' }).click();
  await page.getByRole('menuitem', { name: 'Save as CSV' }).click();
  const lines = (await readFile(await (await saved).path(), 'utf8')).trim().split('\n');
  expect(lines[0]).toBe('section,fact,run-0002,run-0007');
  expect(lines.some(line => /^metrics,val\/loss,[\d.e-]+,[\d.e-]+$/.test(line))).toBe(true);
});
