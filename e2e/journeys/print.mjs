// Printing: every panel is drawn before the browser makes pages, light and as wide as paper.
import { PANELS, chartOf, expect, panelOf, test } from '../support/journey.mjs';
import { link, publish, report } from '../support/shared.mjs';

/** What the page is when it is printed. */
const watchPrints = page => page.addInitScript(() => {
  window.prints = [];
  window.print = () => window.prints.push({
    theme: document.documentElement.dataset.theme,
    busy: document.querySelectorAll('main [aria-busy=true]').length,
    charts: [...document.querySelectorAll('main [role=img][aria-label*=" runs"]')].map(chart => Math.round(chart.getBoundingClientRect().width)),
  });
});

test('print a report: light, whole, and dark again afterwards', async ({ page, seeded }) => {
  const id = await report(seeded, 'On paper');
  await publish(seeded, id);
  const token = await link(seeded, id);
  await page.emulateMedia({ colorScheme: 'dark' });
  await watchPrints(page);
  for (const path of [`/reports/${id}`, `/s/${token}`]) {
    await page.goto(seeded.url + path);
    await expect(page.getByRole('article')).toHaveCount(1);
    await expect(page.locator('#still')).toHaveCount(0);
    await chartOf(page, 'train/loss');
    await page.keyboard.press('Control+p');
    await expect.poll(() => page.evaluate(() => window.prints.length)).toBe(1);
    const [print] = await page.evaluate(() => window.prints);
    expect({ ...print, charts: print.charts.length }).toEqual({ theme: 'light', busy: 0, charts: 1 });
    expect(print.charts[0]).toBeLessThan(719);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  }
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('button', { name: 'Save' })).toBeHidden();
  await expect(page.getByRole('heading', { name: 'On paper' }).last()).toBeVisible();
});

test('print what was not in sight yet, as well', async ({ page, seeded }) => {
  const placed = { experiment_id: String(seeded.curves), tab: '', view: {} };
  const metrics = Object.values(PANELS);
  const blocks = metrics.map((metric, at) => ({ id: `g${at}`, kind: 'panels', sets: [{ placed }], panels: [{ id: 'p', metric, set: 0, span: 12, height: 1200 }] }));
  const id = await report(seeded, 'A long way down', '', blocks);
  await watchPrints(page);
  await page.goto(`${seeded.url}/reports/${id}`);
  await expect(page.getByRole('region', { name: 'Runs' })).toBeVisible();
  await expect(panelOf(page, 'val/acc')).toHaveCount(0);
  await page.keyboard.press('Control+p');
  await expect.poll(() => page.evaluate(() => window.prints.length)).toBe(1);
  const [print] = await page.evaluate(() => window.prints);
  expect({ ...print, charts: print.charts.length }).toEqual({ theme: 'light', busy: 0, charts: metrics.length + 1 });
});

test('a workspace on paper has no chrome', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.emulateMedia({ media: 'print' });
  for (const gone of [page.getByRole('list', { name: 'Runs' }), page.getByRole('button', { name: 'Share' }), page.getByRole('slider', { name: 'Smoothing' })]) {
    await expect(gone).toBeHidden();
  }
  await expect(panelOf(page, 'train/loss').getByRole('img')).toBeVisible();
});
