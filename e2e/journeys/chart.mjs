// What a hand does with a chart.
import { SPIKE, longRuns } from '../support/learning.mjs';
import { tracking } from '../support/tracking.mjs';
import { chartOf, drag, expect, hoverLine, panelOf, rowOf, test } from '../support/journey.mjs';

const METRIC = 'train/loss';

test('drag to zoom every panel, double click to go back', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, METRIC);
  await expect(chart).toHaveAccessibleName(/step 0 to 299:/);
  await drag(page, chart, [0.4, 0.5], [0.7, 0.5]);
  await expect(chart).toHaveAccessibleName(/step 1\d\d to 2\d\d:/);
  await expect(await chartOf(page, 'val/acc')).toHaveAccessibleName(/step 1\d\d to 2\d\d:/);
  await expect(page.getByRole('button', { name: 'Show all of x again' })).toBeVisible();

  const { x, y, width, height } = await chart.boundingBox();
  await page.mouse.dblclick(x + width / 2, y + height / 2);
  await expect(chart).toHaveAccessibleName(/step 0 to 299:/);
  await expect(page.getByRole('button', { name: 'Show all of x again' })).toBeHidden();
});

test('hover names the nearest run and raises it in the list and in the other panels', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-0003');
  const chart = await chartOf(page, METRIC);
  await expect(chart).toHaveAccessibleName(/: 1 run\b/);
  const other = await chartOf(page, 'val/loss');
  const plain = await other.screenshot();

  const tooltip = page.getByRole('tooltip');
  expect(await hoverLine(page, chart)).toMatch(/step \d+[\s\S]*run-0003/i);
  await expect(rowOf(page, 'run-0003').locator('[data-raised=true]')).toBeVisible();
  await expect.poll(async () => (await other.screenshot()).equals(plain), 'the other panel raises it, too').toBe(false);

  await page.mouse.move(0, 0);
  await expect(tooltip).toBeHidden();
  await expect(rowOf(page, 'run-0003').locator('[data-raised=true]')).toHaveCount(0);
});

test('point at a run in the list and see its line', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, METRIC);
  const plain = await chart.screenshot();
  await rowOf(page, 'run-0030').hover();
  await expect.poll(async () => (await chart.screenshot()).equals(plain)).toBe(false);
  await page.mouse.move(700, 5);
  await expect.poll(async () => (await chart.screenshot()).equals(plain)).toBe(true);
});

test('time along x, logarithms along y, smoothing', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, METRIC);
  const linear = await chart.screenshot();
  await page.getByRole('radio', { name: 'Log', exact: true }).click();
  await expect(page.getByRole('radio', { name: 'Log', exact: true })).toBeChecked();
  await expect.poll(async () => (await chart.screenshot()).equals(linear)).toBe(false);
  await page.getByRole('radio', { name: 'Linear' }).click();

  await page.getByRole('radio', { name: 'Relative' }).click();
  await expect(chart).toHaveAccessibleName(/over relative time 0.* to 4m 59s:/);
  await page.getByRole('radio', { name: 'Wall time' }).click();
  await expect(chart).toHaveAccessibleName(/over wall time 2025-10-09 .* to 2025-10-09 /);
  await page.getByRole('radio', { name: 'Step' }).click();
  await expect(chart).toHaveAccessibleName(/over step 0 to 299:/);

  await chartOf(page, METRIC);
  const rough = await chart.screenshot();
  await page.getByRole('slider', { name: 'Smoothing' }).fill('0.9');
  await expect.poll(async () => (await chart.screenshot()).equals(rough)).toBe(false);
});

test('a panel fills the screen, and the next one after it', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const panel = panelOf(page, METRIC);
  const before = await (await chartOf(page, METRIC)).boundingBox();
  await panel.getByRole('button', { name: /full screen/i }).click();
  await expect(page.getByRole('figure')).toHaveCount(1);
  const after = await (await chartOf(page, METRIC)).boundingBox();
  expect(after.width * after.height).toBeGreaterThan(2 * before.width * before.height);
  await page.keyboard.press('ArrowRight');
  await expect(panelOf(page, 'val/acc')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('figure')).toHaveCount(4);
});

test('a panel says how many points it shows; a spike of one step is among them', async ({ page, seeded, server }) => {
  await page.goto(seeded.address);
  await chartOf(page, METRIC);
  await expect(panelOf(page, METRIC)).toContainText(/all [\d,]+ points, [\d,]+ non-finite/);

  const client = tracking(server.url);
  const [long] = longRuns(1, 60_000);
  const experiment = await client.fill('long', [long]);
  await page.goto(`${server.url}/experiments/${experiment}`);
  const chart = await chartOf(page, 'train_loss');
  await expect(panelOf(page, 'train_loss')).toContainText(/[\d,]+ of 60,000 points, every extreme kept/);
  await expect(chart).toHaveAccessibleName(new RegExp(`: 1 run, values .* to ${SPIKE}`));
});

test('click a line to pin its run, Esc to let it go', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-0003');
  const chart = await chartOf(page, METRIC);
  await expect(chart).toHaveAccessibleName(/: 1 run\b/);
  await hoverLine(page, chart);
  await page.mouse.down();
  await page.mouse.up();
  await page.mouse.move(700, 5);
  const pinned = rowOf(page, 'run-0003').locator('[data-pinned=true]');
  await expect(pinned).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(pinned).toHaveCount(0);
});

test('tooltips say what tells runs apart, or what their template asks for', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  expect(await hoverLine(page, chart)).toMatch(/run-\d+ (adamw|sgd|lion|adafactor|none|light|heavy|cosine|linear|constant)/);
  await page.mouse.move(0, 0);
  await page.getByRole('button', { name: 'Settings of all panels' }).click();
  const field = page.getByRole('combobox', { name: 'Lines are called in tooltips' });
  await field.fill('lr {params.l');
  await expect(page.getByRole('option', { name: '{params.lr}' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(field).toHaveValue('lr {params.lr}');
  await page.getByRole('button', { name: 'Close settings' }).click();
  expect(await hoverLine(page, await chartOf(page, 'train/loss'))).toMatch(/lr \d/);
  await expect(page.getByRole('tooltip')).not.toContainText('run-');
});

test('a tooltip of long words stays inside the board', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('button', { name: 'Settings of all panels' }).click();
  await page.getByRole('combobox', { name: 'Lines are called in tooltips' }).fill(`${'long '.repeat(20)} {params.lr}`);
  await page.getByRole('button', { name: 'Close settings' }).click();
  const chart = await chartOf(page, 'train/loss');
  expect(await hoverLine(page, chart, 0.6)).toContain('long');
  const board = await page.getByRole('region', { name: 'Panels' }).boundingBox();
  const tooltip = await page.getByRole('tooltip').boundingBox();
  expect(tooltip.x).toBeGreaterThanOrEqual(board.x);
  expect(tooltip.x + tooltip.width).toBeLessThanOrEqual(board.x + board.width);
  expect(tooltip.width).toBeGreaterThan(300);
});
