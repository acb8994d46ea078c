// Which runs: a filter built from rows, typed, taken back, shared; and one that cannot be read.
import { RUNS, addressOf, chartOf, expect, test } from '../support/journey.mjs';
import { tracking } from '../support/tracking.mjs';

const fieldOf = page => page.getByRole('textbox', { name: 'Filter runs' });
const countOf = page => page.getByRole('complementary', { name: 'Runs' }).getByRole('status');

test('build a filter from rows with the mouse: text, list and panels follow', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  await expect(countOf(page)).toContainText(`${RUNS} runs`);
  await page.getByRole('button', { name: 'Build' }).click();
  const rows = page.getByRole('dialog', { name: 'Build a filter' });
  await rows.getByRole('button', { name: 'Add condition' }).click();
  const first = rows.getByRole('group', { name: 'Condition' }).first();
  await first.getByRole('combobox', { name: 'Column' }).selectOption('run_name');
  await first.getByRole('combobox', { name: 'Comparison' }).selectOption('RLIKE');
  await first.getByRole('combobox', { name: 'Value' }).fill('^run-00[12]');
  await first.getByRole('combobox', { name: 'Value' }).press('Enter');
  await expect(fieldOf(page)).toHaveValue("run_name RLIKE '^run-00[12]'");
  await expect(countOf(page)).toContainText('20 runs pass the filter');
  await expect(chart).toHaveAccessibleName(/: 20 runs/);

  await rows.getByRole('button', { name: 'Add group' }).click();
  const group = rows.getByRole('group', { name: 'Group', exact: true });
  for (const [at, name] of ['run-0011', 'run-0025'].entries()) {
    const row = group.getByRole('group', { name: 'Condition' }).nth(at);
    await row.getByRole('combobox', { name: 'Column' }).selectOption('run_name');
    await row.getByRole('combobox', { name: 'Comparison' }).selectOption('=');
    await row.getByRole('combobox', { name: 'Value' }).fill(name);
    await row.getByRole('combobox', { name: 'Value' }).press('Enter');
  }
  await expect(fieldOf(page)).toHaveValue("run_name RLIKE '^run-00[12]' AND (run_name = 'run-0011' OR run_name = 'run-0025')");
  await expect(countOf(page)).toContainText('2 runs pass the filter');
  await expect(chart).toHaveAccessibleName(/: 2 runs/);

  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: "Remove run_name = 'run-0011' OR run_name = 'run-0025'" }).click();
  await expect(countOf(page)).toContainText('20 runs');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(countOf(page)).toContainText('2 runs');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(countOf(page)).toContainText('20 runs');
});

test('type a filter with the keyboard alone, share it, take it back', async ({ page, seeded, browser }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  await page.keyboard.press('q');
  await expect(fieldOf(page)).toBeFocused();
  await page.keyboard.type("run_name = 'run-0003' or not run_name ~ '^run-00[0-2]'");
  await expect(page.getByText('Enter applies it.')).toBeVisible();
  await expect(countOf(page)).toContainText(`${RUNS} runs`);
  await page.keyboard.press('Enter');
  await expect(countOf(page)).toContainText('11 runs pass the filter');
  await expect(chart).toHaveAccessibleName(/: 11 runs/);

  const other = await (await browser.newContext()).newPage();
  await other.goto(await addressOf(page));
  await expect(countOf(other)).toContainText('11 runs pass the filter');
  await expect(await chartOf(other, 'train/loss')).toHaveAccessibleName(/: 11 runs/);
  await other.context().close();

  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(countOf(page)).toContainText(`${RUNS} runs`);
  await expect(fieldOf(page)).toHaveValue('');
});

test('params are compared as numbers, times and durations as people write them, in text and rows', async ({ page, server }) => {
  const api = tracking(server.url);
  const experiment = await api.fill('rates', [['slow', '1e-4'], ['middle', '0.01'], ['same', '1e-2'], ['fast', '0.1'], ['auto', 'auto']]
    .map(([name, lr]) => ({ name, params: { lr, batch: '32' }, curves: { loss: [1, 2] } })));
  await page.goto(`${server.url}/experiments/${experiment}`);
  for (const [text, runs] of [
    ['params.lr >= 0.01', '3 runs pass the filter'],
    ['params.lr = 0.01', '2 runs pass the filter'],
    ["params.lr = '0.01'", '1 run passes the filter'],
    ['NOT params.lr < 1', '1 run passes the filter'],
    ["start_time > '2025-01-31 14:00' AND duration > 90s", '5 runs pass the filter'],
  ]) {
    await fieldOf(page).fill(text);
    await fieldOf(page).press('Enter');
    await expect(countOf(page), text).toContainText(runs);
  }
  await page.getByRole('button', { name: 'Build' }).click();
  const rows = page.getByRole('dialog', { name: 'Build a filter' }).getByRole('group', { name: 'Condition' });
  await expect(rows.nth(0).getByRole('combobox', { name: 'Value' })).toHaveValue('2025-01-31 14:00');
  await rows.nth(1).getByRole('combobox', { name: 'Value' }).fill('2h');
  await rows.nth(1).getByRole('combobox', { name: 'Value' }).press('Enter');
  await expect(fieldOf(page)).toHaveValue("start_time > '2025-01-31 14:00' AND duration > 2h");
  await rows.nth(1).getByRole('combobox', { name: 'Column' }).selectOption('params.lr');
  await rows.nth(1).getByRole('combobox', { name: 'Comparison' }).selectOption('<=');
  await rows.nth(1).getByRole('combobox', { name: 'Value' }).fill('1e-2');
  await rows.nth(1).getByRole('combobox', { name: 'Value' }).press('Enter');
  await expect(countOf(page)).toContainText('3 runs pass the filter');
  await page.keyboard.press('Escape');
  await fieldOf(page).fill("duration > 'an hour'");
  await expect(page.getByRole('group', { name: 'Filter' }).getByRole('alert')).toContainText('a duration such as 90s');
});

test('a filter that cannot be read says where, and the page goes on', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  for (const [text, words] of [
    ["run_name ~ 'run-['", /At character 17: not a regular expression: unclosed character class/],
    ["run_name = 'a' OR", /At character 18: found the end/],
    ["run_nam = 'a'", /At character 1: 'run_nam' is no attribute/],
  ]) {
    await fieldOf(page).fill(text);
    await expect(page.getByRole('group', { name: 'Filter' }).getByRole('alert')).toContainText(words);
    await fieldOf(page).press('Enter');
    await expect(fieldOf(page)).toHaveValue(text);
    await expect(fieldOf(page)).toHaveAttribute('aria-invalid', 'true');
  }
  await expect(chart).toHaveAccessibleName(new RegExp(`: ${RUNS} runs`));
  await fieldOf(page).press('Escape');
  await expect(fieldOf(page)).toHaveValue('');
});

test('from a cell of the table: only its value, with the keyboard and with the menu', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  const grid = page.getByRole('treegrid', { name: 'Runs' });
  await expect(page.getByRole('status').filter({ hasText: `${RUNS} runs` })).toBeVisible();
  await grid.focus();
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowRight', '=']) await page.keyboard.press(key);
  await expect(fieldOf(page)).toHaveValue("status = 'FINISHED'");
  await grid.getByRole('gridcell').filter({ hasText: 'finished' }).first().click({ button: 'right' });
  await page.getByRole('menuitem', { name: /Only runs with another/ }).click();
  await expect(fieldOf(page)).toHaveValue("status = 'FINISHED' AND status != 'FINISHED'");
  await expect(page.getByText('No run passes the filter and the search.')).toBeVisible();
  await page.getByRole('button', { name: "Remove status != 'FINISHED'" }).click();
  await expect(grid.getByRole('gridcell').first()).toBeVisible();
});

test('groups in groups: text and rows are one filter, by keyboard', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await expect(countOf(page)).toContainText(`${RUNS} runs`);
  const text = "run_name ~ '^run-00' AND NOT (run_name = 'run-0001' OR (run_name = 'run-0002' AND NOT status = 'FAILED'))";
  const written = "run_name RLIKE '^run-00' AND NOT (run_name = 'run-0001' OR (run_name = 'run-0002' AND NOT status = 'FAILED'))";
  await fieldOf(page).fill(text);
  await fieldOf(page).press('Enter');
  await page.getByRole('button', { name: 'Build' }).press('Enter');
  const rows = page.getByRole('dialog', { name: 'Build a filter' });
  await expect(rows.getByRole('group', { name: 'Condition' })).toHaveCount(4);
  await expect(rows.getByRole('group', { name: 'Group', exact: true })).toHaveCount(2);
  const outer = rows.getByRole('group', { name: 'Group', exact: true }).first();
  await expect(outer.getByRole('button', { name: 'Not this group' }).first()).toHaveAttribute('aria-pressed', 'true');

  await outer.getByRole('group', { name: 'Group', exact: true }).getByRole('button', { name: 'Add group to the group' }).press('Enter');
  const deepest = outer.getByRole('group', { name: 'Group', exact: true }).last();
  await expect(deepest.getByRole('combobox', { name: 'Column' }).first()).toBeFocused();
  await page.keyboard.type('run_name');
  await deepest.getByRole('combobox', { name: 'Value' }).first().fill('run-0003');
  await page.keyboard.press('Enter');
  await expect(fieldOf(page)).toHaveValue(/NOT status = 'FAILED' AND run_name = 'run-0003'\)\)$/);
  await deepest.getByRole('button', { name: 'Remove group' }).press('Enter');
  await expect(fieldOf(page)).toHaveValue(written);
  await outer.getByRole('button', { name: 'Not this group' }).first().press('Enter');
  await expect(fieldOf(page)).toHaveValue(written.replace('AND NOT (run', 'AND (run'));
  await page.keyboard.press('Escape');
  await expect(rows).toBeHidden();

  await fieldOf(page).fill("run_name IN ('a,b')");
  await fieldOf(page).press('Enter');
  await page.getByRole('button', { name: 'Build' }).click();
  await expect(rows).toContainText('Rows cannot show');
});
