// From the front page to the runs that matter.
import { RUNS, chartOf, expect, test } from '../support/journey.mjs';

test('open an experiment and see every run drawn', async ({ page, seeded }) => {
  await page.goto(seeded.url);
  const row = page.getByRole('row', { name: /curves/ });
  await expect(row).toContainText(String(RUNS));
  await page.getByRole('link', { name: 'curves' }).click();

  await expect(page).toHaveURL(seeded.address);
  await expect(page).toHaveTitle(/curves/);
  await expect(page.getByRole('complementary', { name: 'Runs' }).getByRole('status')).toHaveText(`${RUNS} runs, ${RUNS} shown`);
  for (const section of ['train', 'val']) await expect(page.getByRole('region', { name: section, exact: true })).toBeVisible();
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/train\/loss over step .* 40 runs, values .* with NaN/);
});

test('search experiments on the front page', async ({ page, seeded }) => {
  await page.goto(seeded.url);
  const search = page.getByRole('searchbox', { name: 'Search experiments' });
  await search.fill('CURV');
  await expect(page.getByRole('link', { name: 'curves' })).toBeVisible();
  await search.fill('no such thing');
  await expect(page.getByText('No experiment has this in its name.')).toBeVisible();
});

test('find runs by name; the charts show the same runs as the list', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search runs' })).toBeFocused();
  await page.keyboard.type('run-000');
  await expect(page.getByRole('status').filter({ hasText: `10 of ${RUNS} runs, 10 shown` })).toBeVisible();
  await expect(page.getByRole('list', { name: 'Runs' }).getByRole('listitem')).toHaveCount(10);
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 10 runs/);

  await page.getByRole('searchbox', { name: 'Search runs' }).fill('');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
});

test('order the list by a metric and turn it around', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const names = page.getByRole('list', { name: 'Runs' }).getByRole('link');
  await page.getByRole('combobox', { name: 'Order runs by' }).selectOption('Name');
  await expect(names.first()).toHaveText('run-0039');
  await page.getByRole('button', { name: 'Descending order' }).click();
  await expect(names.first()).toHaveText('run-0000');

  await page.getByRole('combobox', { name: 'Order runs by' }).selectOption('val/acc');
  await page.getByRole('button', { name: 'Ascending order' }).click();
  const values = page.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  await expect.poll(async () => {
    const shown = (await values.allInnerTexts()).map(text => Number(text.trim().split(/\s+/).at(-1)));
    return shown.length > 5 && shown.every((value, i) => i === 0 || value <= shown[i - 1]);
  }).toBe(true);
});

test('hide a run, undo, hide all, show all', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  const box = page.getByRole('checkbox', { name: 'Show run-0007' });
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-000');
  await box.uncheck();
  await expect(chart).toHaveAccessibleName(/: 9 runs/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(box).toBeChecked();
  await expect(chart).toHaveAccessibleName(/: 10 runs/);

  await page.getByRole('button', { name: 'Show or hide runs' }).click();
  await page.getByRole('menuitem', { name: 'Hide all runs' }).click();
  await expect(box).not.toBeChecked();
  await box.check();
  await expect(chart).toHaveAccessibleName(/: 1 run\b/);
  await page.getByRole('button', { name: 'Show or hide runs' }).click();
  await page.getByRole('menuitem', { name: 'Show all runs' }).click();
  await expect(chart).toHaveAccessibleName(/: 10 runs/);
});

test('an unknown experiment and an unknown page say so', async ({ page, seeded }) => {
  await page.goto(`${seeded.url}/experiments/987654321`);
  await expect(page.getByRole('heading', { name: 'There is no experiment 987654321' })).toBeVisible();
  await page.goto(`${seeded.url}/experiments/${seeded.curves}/runs/${'0'.repeat(32)}`);
  await expect(page.getByRole('heading', { name: /There is no run/ })).toBeVisible();
  await page.goto(`${seeded.url}/nowhere`);
  await expect(page.getByRole('heading', { name: /no page/i })).toBeVisible();
});

test('an empty server says how to log the first run', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByRole('heading', { name: 'No run has logged here yet' })).toBeVisible();
  await expect(page.getByText(`mlflow.set_tracking_uri("${server.url}")`)).toBeVisible();
});
