// Without a mouse, and in the dark.
import { chartOf, expect, test } from '../support/journey.mjs';

test('from the front page to a run with the keyboard alone', async ({ page, seeded }) => {
  await page.goto(seeded.url);
  const link = page.getByRole('link', { name: 'curves' });
  await expect(link).toBeVisible();
  for (let presses = 0; presses < 20 && !(await link.evaluate(node => node === document.activeElement)); presses++) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  const chart = await chartOf(page, 'train/loss');

  await page.keyboard.press('/');
  await page.keyboard.type('run-002');
  await expect(chart).toHaveAccessibleName(/: 10 runs/);
  const boxes = page.getByRole('list', { name: 'Runs' }).getByRole('checkbox');
  for (let presses = 0; presses < 10 && !(await boxes.first().evaluate(node => node === document.activeElement)); presses++) {
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('j');
  await expect(boxes.nth(1)).toBeFocused();
  await page.keyboard.press('Space');
  await expect(chart).toHaveAccessibleName(/: 9 runs/);
  await page.keyboard.press('Control+z');
  await expect(chart).toHaveAccessibleName(/: 10 runs/);

  await page.keyboard.press('k');
  await page.keyboard.press('p');
  await expect(page).toHaveURL(/\?view=/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /run-002\d/ })).toBeVisible();
});

test('find a run and a metric with Ctrl K', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('grad');
  await expect(page.getByRole('listbox', { name: 'Found' }).getByRole('option', { name: /train\/grad_norm/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(page.getByRole('figure', { name: 'train/grad_norm' })).toBeVisible();
  await expect(page.getByRole('figure')).toHaveCount(1);

  await page.keyboard.press('Control+k');
  await page.keyboard.type('run-0012');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'run-0012' })).toBeVisible();
});

test('the keys are listed', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys).toContainText('Search runs');
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
});

test('light and dark: the system decides until the person does', async ({ page, seeded }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  const light = [await background(), await chart.screenshot()];
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(background).not.toBe(light[0]);
  await expect.poll(async () => (await chart.screenshot()).equals(light[1]), 'the chart follows').toBe(false);

  await page.getByRole('button', { name: 'Use the light theme' }).click();
  await expect.poll(background).toBe(light[0]);
  await page.reload();
  await chartOf(page, 'train/loss');
  expect(await background(), 'the choice is kept').toBe(light[0]);
});
