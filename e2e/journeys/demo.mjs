// What a newcomer sees after `make demo`.
import { expect, test } from '../support/journey.mjs';
import { program } from '../support/program.mjs';

test('the demo shows hundreds of real runs, three long ones, and one that is still going', async ({ page }) => {
  const demo = await program({ command: 'demo' });
  try {
    await page.goto(demo.url);
    const digits = page.getByRole('row', { name: /digits/i });
    const runs = Number(await digits.getByRole('cell').nth(1).innerText());
    expect(runs).toBeGreaterThanOrEqual(240);
    await digits.getByRole('link').click();
    await expect(page.getByRole('status').filter({ hasText: `${runs} runs, ${runs} shown` })).toBeVisible();

    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('link', { name: /million steps/ }).click();
    const long = page.getByRole('figure').first();
    await expect(long).toHaveAttribute('aria-busy', 'false');
    await expect(long.getByRole('img')).toHaveAccessibleName(/step 1 to 1,000,000: 3 runs, values .* to 50/);
    await expect(long).toContainText(/ of [23],\d{3},\d{3} points, every extreme kept/);

    await page.getByRole('link', { name: 'Experiments', exact: true }).click();
    await page.getByRole('link', { name: /training now/ }).click();
    const growing = page.getByRole('img', { name: /train\/loss/ });
    const before = await growing.getAttribute('aria-label');
    await expect(growing, 'its sentence changes with each step').not.toHaveAccessibleName(before);
  } finally {
    await demo.remove();
  }
});
