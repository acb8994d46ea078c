// Printing: every panel is drawn before the browser makes pages, light and as wide as paper.
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';
import { link, publish, report } from '../support/reports.mjs';

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

test('print a workspace: all panels, also those that were not in sight', async ({ page, seeded }) => {
  await watchPrints(page);
  await page.setViewportSize({ width: 900, height: 500 });
  await page.goto(seeded.address);
  await expect(panelOf(page, 'val/loss')).toHaveAttribute('aria-busy', 'true');
  await page.keyboard.press('Control+p');
  await expect.poll(() => page.evaluate(() => window.prints.length)).toBe(1);
  const [print] = await page.evaluate(() => window.prints);
  expect({ ...print, charts: print.charts.length }).toEqual({ theme: 'light', busy: 0, charts: 4 });
});
