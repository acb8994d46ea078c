// How the browser journeys run: the real program, a seeded store, Debian's Chromium. No retries: a test that fails now and
// then has found something.
import { defineConfig } from '@playwright/test';
import { BROWSER } from './support/browser.mjs';

export default defineConfig({
  testDir: 'journeys',
  testMatch: '*.mjs',
  outputDir: 'test-results',
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: process.env.CI ? 'dot' : 'list',
  use: {
    launchOptions: BROWSER,
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
