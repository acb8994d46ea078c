// Makes the picture of the README from the real demo.   node screenshot.mjs [FILE]   (after `make build`)
import { chromium, expect } from '@playwright/test';
import { BROWSER } from './support/browser.mjs';
import { hoverLine } from './support/journey.mjs';
import { program } from './support/program.mjs';

const file = process.argv[2] ?? new URL('../docs/screenshot.png', import.meta.url).pathname;
const demo = await program({ command: 'demo' });
const browser = await chromium.launch(BROWSER);
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light', reducedMotion: 'reduce' });
  await page.goto(demo.url);
  await page.getByRole('link', { name: /digits/i }).click();
  await expect(page.getByRole('figure').first()).toBeVisible();
  await expect.poll(() => page.locator('figure[aria-busy=true]').count(), { timeout: 30_000 }).toBe(0);
  await hoverLine(page, page.getByRole('img').first());
  await page.screenshot({ path: file });
} finally {
  await browser.close();
  await demo.remove();
}
