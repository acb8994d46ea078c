// What is on the screen is in the address.
import { addressOf, chartOf, drag, expect, test } from '../support/journey.mjs';

test('send the address to a colleague, who sees the same picture', async ({ page, browser, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  await page.getByRole('radio', { name: 'Log', exact: true }).click();
  await page.getByRole('slider', { name: 'Smoothing' }).fill('0.6');
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-001');
  await drag(page, chart, [0.3, 0.5], [0.8, 0.5]);
  await page.mouse.move(700, 5);
  await expect(chart).toHaveAccessibleName(/step \d\d to 2\d\d: 10 runs/);
  await page.getByRole('checkbox', { name: 'Show run-0011' }).uncheck();
  await expect(chart).toHaveAccessibleName(/: 9 runs/);
  await page.mouse.move(700, 5);
  const address = await addressOf(page);
  await page.mouse.move(700, 5);

  const colleague = await browser.newContext({ viewport: page.viewportSize(), locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
  const theirs = await colleague.newPage();
  await theirs.goto(address);
  const same = await chartOf(theirs, 'train/loss');
  await expect(same).toHaveAccessibleName(await (await chartOf(page, 'train/loss')).getAttribute('aria-label'));
  await expect(theirs.getByRole('searchbox', { name: 'Search runs' })).toHaveValue('run-001');
  await expect(theirs.getByRole('radio', { name: 'Log', exact: true })).toBeChecked();
  await expect.poll(async () => (await same.screenshot()).equals(await chart.screenshot())).toBe(true);
  await colleague.close();
});

test('an address that holds no view says so and shows the plain one', async ({ page, seeded }) => {
  await page.goto(`${seeded.address}?view=damaged`);
  await expect(page.getByRole('alert')).toContainText('The address holds no view that can be shown');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('alert')).toBeHidden();
});

test('going back leads to what was on the screen', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-0005');
  await expect(page).toHaveURL(/\?view=/);
  await page.getByRole('link', { name: 'run-0005' }).click();
  await expect(page.getByRole('heading', { name: 'run-0005' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('searchbox', { name: 'Search runs' })).toHaveValue('run-0005');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 1 run\b/);
});
