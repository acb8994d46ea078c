// Runs in groups, sorted by many keys, pinned, measured against a baseline, selected under a name.
import { RUNS, addressOf, chartOf, expect, rowOf, test } from '../support/journey.mjs';

const gridOf = page => page.getByRole('treegrid', { name: 'Runs' });
const groupsOf = page => gridOf(page).locator('[aria-expanded][aria-level="1"]');
const listOf = page => page.getByRole('complementary', { name: 'Runs' });

/** The texts of a column in sight, top down. */
const textsOf = (page, column) => gridOf(page).locator(`[role=gridcell][data-column="${column}"]`).allInnerTexts();

/** The table with few columns, grouped by the optimizer. */
async function grouped(page, seeded) {
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('combobox', { name: 'Add a column to group by' }).fill('params.optimizer');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(groupsOf(page)).toHaveCount(4);
}

test('group by mouse: open a group, hide another from every panel, undo, share', async ({ page, seeded, browser }) => {
  await grouped(page, seeded);
  await expect(page.getByRole('status').filter({ hasText: `${RUNS} runs in 4 groups` })).toBeVisible();
  const lion = groupsOf(page).filter({ hasText: 'lion' });
  const runs = Number(await lion.getByTitle('Runs of the group').innerText());
  await lion.getByRole('button', { name: `lion, ${runs} runs` }).click();
  await expect(lion).toHaveAttribute('aria-expanded', 'true');
  await expect(gridOf(page).locator('[aria-level="2"]')).toHaveCount(runs);
  await expect(lion.locator('[data-column="params.depth"]')).toHaveAttribute('title', new RegExp(`^Mean .*standard deviation .*min .*max .*, ${runs} runs$`));

  await lion.getByRole('checkbox', { name: 'Show the runs of lion' }).uncheck();
  const shared = await addressOf(page);
  await page.getByRole('link', { name: 'Charts' }).click();
  await expect(listOf(page).getByRole('status').first()).toHaveText(`${RUNS} runs in 4 groups, ${RUNS - runs} shown`);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(listOf(page).getByRole('status').first()).toHaveText(`${RUNS} runs in 4 groups, ${RUNS} shown`);

  const other = await (await browser.newContext()).newPage();
  await other.goto(shared);
  await expect(groupsOf(other).filter({ hasText: 'lion' })).toHaveAttribute('aria-expanded', 'true');
  await expect(other.getByRole('status').filter({ hasText: `${RUNS - runs} shown` })).toBeVisible();
  await other.context().close();
});

test('group by keyboard: choose the column, open and fold with the arrows', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await expect(gridOf(page).getByRole('rowheader').first()).toBeVisible();
  await page.keyboard.press('g');
  await expect(page.getByRole('dialog', { name: 'Group and sort' })).toBeFocused();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('combobox', { name: 'Add a column to group by' })).toBeFocused();
  await page.keyboard.type('no such column');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert').filter({ hasText: 'No column is called that.' })).toBeVisible();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('schedule');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(groupsOf(page)).toHaveCount(3);
  await gridOf(page).focus();
  await page.keyboard.press('ArrowDown');
  await expect(gridOf(page).getByRole('rowheader').first()).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(groupsOf(page).first()).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await expect(gridOf(page).locator('[aria-level="2"]').first()).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowLeft');
  await expect(groupsOf(page).first()).toHaveAttribute('aria-expanded', 'false');
});

test('brushed runs are what the groups hold, and a group raises its lines', async ({ page, seeded }) => {
  await grouped(page, seeded);
  await page.getByRole('link', { name: 'Charts' }).click();
  await chartOf(page, 'train/loss');
  const plot = page.getByRole('figure', { name: 'train/loss' }).locator('.plot');
  await expect(plot).toHaveAttribute('data-raised', 'false');
  await page.getByRole('list', { name: 'Runs' }).getByText('lion').hover();
  await expect(plot).toHaveAttribute('data-raised', 'true');
  await page.mouse.move(700, 5);
  await expect(plot).toHaveAttribute('data-raised', 'false');

  const button = page.getByRole('list', { name: 'Runs' }).getByRole('button', { name: /^lion, / });
  await button.focus();
  await page.keyboard.press('ArrowRight');
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('j');
  await page.keyboard.press('Space');
  await expect(listOf(page).getByRole('status').first()).toHaveText(`${RUNS} runs in 4 groups, ${RUNS - 1} shown`);
});

test('sort by two columns, the first counts most', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('checkbox', { name: 'Only what differs' }).check();
  const heading = name => page.getByRole('columnheader', { name: new RegExp(`^${name}`) });
  await heading('augment').getByRole('button').first().click();
  await heading('batch_size').getByRole('button').first().click({ modifiers: ['Shift'] });
  await heading('batch_size').getByRole('button').first().click({ modifiers: ['Shift'] });
  await expect(heading('augment')).toHaveAttribute('aria-sort', 'ascending');
  await expect(heading('batch_size')).toHaveAttribute('aria-sort', 'descending');
  await expect(heading('batch_size').locator('sup')).toHaveText('2');
  await expect.poll(async () => {
    const [augments, sizes] = [await textsOf(page, 'params.augment'), (await textsOf(page, 'params.batch_size')).map(Number)];
    return sizes.length > 9 && augments.every((text, i) => i === 0 || augments[i - 1] < text || (augments[i - 1] === text && sizes[i - 1] >= sizes[i]));
  }).toBe(true);
  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('button', { name: 'Move sort key 2 up' }).click();
  await page.keyboard.press('Escape');
  await expect(heading('batch_size').locator('sup')).toHaveText('1');
});

test('pinned runs stay on top, and the table and the comparer measure against the baseline', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  const boxes = page.getByRole('list', { name: 'Runs' }).getByRole('checkbox', { name: /^Show/ });
  for (const run of ['run-0007', 'run-0020']) {
    await page.getByRole('checkbox', { name: `Show ${run}` }).focus();
    await page.keyboard.press('p');
  }
  await page.getByRole('checkbox', { name: 'Show run-0012' }).focus();
  await page.keyboard.press('b');
  await expect(page.getByRole('checkbox', { name: 'Show run-0012' })).toBeFocused();
  await expect(rowOf(page, 'run-0012')).toContainText('Baseline');
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-003');
  const names = ['run-0012', 'run-0020', 'run-0007', 'run-0039'];
  for (const [at, run] of names.entries()) await expect(boxes.nth(at)).toHaveAccessibleName(`Show ${run}`);

  await page.getByRole('link', { name: 'Table' }).click();
  await expect(gridOf(page).getByRole('rowheader').first()).toContainText('Baseline');
  await gridOf(page).evaluate(grid => { grid.scrollLeft = grid.scrollWidth; });
  const deltas = gridOf(page).locator('[data-column="metrics.val/loss"]').getByRole('img');
  await expect(deltas.first()).toHaveAccessibleName(/(better|worse) than the baseline$/);
  await expect(deltas.first()).toHaveText(/^[▲▼] /);

  await page.getByRole('link', { name: 'Compare' }).click();
  await expect(page.getByRole('grid', { name: 'Runs side by side' }).getByRole('columnheader').nth(1)).toHaveText(/run-0012\s*Base/);
});

test('a column with the least of a metric, and columns moved by drag', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('button', { name: /^Columns/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByRole('combobox', { name: 'Column to add', exact: true }).selectOption({ label: 'val/loss' });
  await dialog.getByRole('combobox', { name: 'Number of Column to add' }).selectOption({ label: 'min' });
  await dialog.getByRole('button', { name: 'Add column' }).click();
  await page.keyboard.press('Escape');
  const heads = page.getByRole('columnheader');
  await expect(heads.nth(1)).toContainText('val/loss (min)');
  await expect.poll(async () => (await textsOf(page, 'metrics@min.val/loss')).filter(text => /^[\d.e-]+$/.test(text)).length).toBeGreaterThan(9);

  const from = await heads.nth(1).boundingBox();
  await page.mouse.move(from.x + 30, from.y + 16);
  await page.mouse.down();
  await page.mouse.move(from.x + 30 + 130, from.y + 16, { steps: 5 });
  await page.mouse.up();
  await expect(heads.nth(2)).toContainText('val/loss (min)');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(heads.nth(1)).toContainText('val/loss (min)');
});

test('the mean of a metric is a column, a sort key and a filter', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('button', { name: /^Columns/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByRole('combobox', { name: 'Column to add', exact: true }).selectOption({ label: 'val/loss' });
  await dialog.getByRole('combobox', { name: 'Number of Column to add' }).selectOption({ label: 'mean' });
  await dialog.getByRole('button', { name: 'Add column' }).click();
  await page.keyboard.press('Escape');
  const head = page.getByRole('columnheader').filter({ hasText: 'val/loss (mean)' });
  await head.getByRole('button').first().click();
  await expect(head).toHaveAttribute('aria-sort', 'ascending');
  const means = async () => (await textsOf(page, 'metrics@mean.val/loss')).filter(text => /^[\d.e-]+$/.test(text)).map(Number);
  await expect.poll(async () => (await means()).length).toBeGreaterThan(9);
  await expect.poll(async () => { const now = await means(); return now.every((mean, at) => at === 0 || mean >= now[at - 1]); }).toBe(true);
  const [, , third] = await means();
  await page.getByRole('textbox', { name: 'Filter runs' }).fill(`metrics@mean.\`val/loss\` < ${third * 1.0005}`);
  await page.getByRole('textbox', { name: 'Filter runs' }).press('Enter');
  await expect.poll(async () => (await means()).length).toBeLessThan(9);
  expect(Math.max(...await means())).toBeCloseTo(third);
});

test('a selection gets a name, is all the runs there are, and is joined with another', async ({ page, seeded, browser }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  const bar = page.getByRole('toolbar', { name: 'Selected runs' });
  const save = async name => {
    await page.getByRole('button', { name: /^Selections/ }).click();
    await page.getByRole('textbox', { name: 'Name of the selection' }).fill(name);
    await page.getByRole('button', { name: 'Save the selected' }).click();
  };
  const use = async (name, item) => {
    await page.getByRole('button', { name: `Use of the selection ${name}` }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await rowOf(page, 'run-0030').hover();
  await rowOf(page, 'run-0030').getByRole('checkbox', { name: 'Select run-0030' }).click();
  await rowOf(page, 'run-0027').hover();
  await rowOf(page, 'run-0027').getByRole('checkbox', { name: 'Select run-0027' }).click({ modifiers: ['Shift'] });
  await expect(bar.getByRole('status')).toHaveText('4 selected');
  await save('four');
  await page.keyboard.press('Escape');
  await page.getByRole('checkbox', { name: 'Show run-0027' }).focus();
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await expect(bar.getByRole('status')).toHaveText('4 selected');
  await save('other');
  await use('four', 'Keep only those in both');
  await expect(page.getByRole('dialog').getByRole('status')).toHaveText('3 selected');
  await use('four', 'Use as all the runs there are');
  await page.keyboard.press('Escape');
  await expect(listOf(page).getByRole('status').first()).toHaveText('4 runs pass the filter, 4 shown');

  const other = await (await browser.newContext()).newPage();
  await other.goto(await addressOf(page));
  await expect(await chartOf(other, 'train/loss')).toHaveAccessibleName(/: 4 runs/);
  await other.context().close();
  await page.getByRole('button', { name: 'Only runs in four, use all again' }).click();
  await expect(listOf(page).getByRole('status').first()).toHaveText(`${RUNS} runs, ${RUNS} shown`);
});
