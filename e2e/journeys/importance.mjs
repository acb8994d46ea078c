// Which params a metric depends on: the answer, how sure it is, and what follows from it.
import { addressOf, expect, test } from '../support/journey.mjs';

/** The figure of a target, once its answer is there. */
async function figureOf(page, target) {
  const figure = page.getByRole('figure', { name: `Importance of params for ${target}` });
  await expect(figure).toHaveAttribute('aria-busy', 'false');
  return figure;
}

/** The params in the order of their rows. */
const paramsOf = figure => figure.getByRole('rowheader').allTextContents();

const open = async (page, seeded) => {
  await page.goto(seeded.address);
  await page.getByRole('link', { name: 'Importance' }).click();
  return figureOf(page, 'val/acc');
};

test('params stand by how much the metric depends on them, and by name', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  await expect(figure.getByRole('status')).toHaveText(/^\d+ runs; the params predict their order with an R² of -?0\.\d\d ± \d\.\d\d \(out of bag\)/);
  await expect(figure.getByRole('rowheader').first()).toHaveText('lr');
  await expect(figure.getByRole('row', { name: /^lr / })).toContainText(/\d\.\d\d ± \d\.\d\d/);
  await expect(figure.getByRole('columnheader', { name: 'Importance' })).toHaveAttribute('aria-sort', 'descending');
  await figure.getByRole('button', { name: 'Param' }).click();
  await expect(figure.getByRole('columnheader', { name: 'Param' })).toHaveAttribute('aria-sort', 'ascending');
  const names = await paramsOf(figure);
  expect(names).toEqual([...names].sort());
  await page.keyboard.press('Control+z');
  await expect(figure.getByRole('rowheader').first()).toHaveText('lr');
});

test('the target is chosen by keyboard, kept in the address, and shared', async ({ page, seeded, browser }) => {
  await open(page, seeded);
  const tools = page.getByRole('toolbar', { name: 'Importance of params' });
  await tools.getByLabel('Metric', { exact: true }).selectOption('train/loss');
  await tools.getByLabel('Which of its values').selectOption('least');
  const figure = await figureOf(page, 'train/loss (min)');
  await expect(figure.getByRole('status')).toHaveText(/^\d+ runs; /);
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(await addressOf(page));
  const shared = await figureOf(fresh, 'train/loss (min)');
  await expect(shared.getByRole('status')).toHaveText(await figure.getByRole('status').textContent());
  await fresh.context().close();
});

test('it follows the runs that are shown, and says when they are too few', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  const before = await figure.getByRole('status').textContent();
  await page.keyboard.press('q');
  await page.keyboard.type("run_name IN ('run-0001', 'run-0002')");
  await page.keyboard.press('Enter');
  await expect(figure).toContainText('too few to compare');
  await expect(figure.getByRole('table')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(figure.getByRole('status')).toHaveText(before);
});

test('a param becomes an axis, and those that matter are shown in parallel', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  await figure.getByRole('button', { name: 'Add depth as an axis' }).press('Enter');
  await expect(figure.getByRole('row', { name: /^depth / })).toContainText('an axis');
  await page.getByRole('button', { name: 'Show in Parallel' }).click();
  const parallel = page.getByRole('figure', { name: 'Parallel coordinates' });
  await expect(parallel).toHaveAttribute('aria-busy', 'false');
  for (const axis of ['depth', 'lr', 'val/acc']) await expect(parallel.getByRole('button', { name: `Axis ${axis}` })).toBeVisible();
});

test('the target is chosen on a narrow window, too', async ({ page, seeded }) => {
  await page.setViewportSize({ width: 800, height: 900 });
  await open(page, seeded);
  await page.getByRole('toolbar', { name: 'Importance of params' }).getByLabel('Metric', { exact: true }).selectOption('train/loss');
  await figureOf(page, 'train/loss');
});
