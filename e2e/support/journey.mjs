// What every journey starts from: the real program with a seeded store, and words for what a person sees.
import { test as base, expect } from '@playwright/test';
import { learningRuns } from './learning.mjs';
import { program } from './program.mjs';
import { tracking } from './tracking.mjs';

export { expect };
export const RUNS = 40;
export const STEPS = 300;
/** The panels of the seeded experiment, by the names that its runs log. */
export const PANELS = { train_loss: 'train/loss', val_loss: 'val/loss', val_acc: 'val/acc', grad_norm: 'train/grad_norm' };

/** The seeded runs: 40 of at most 300 steps, some of them diverged, under names with sections. */
export function* seededRuns() {
  for (const run of learningRuns(RUNS, STEPS)) {
    const curves = Object.fromEntries(Object.entries(PANELS).map(([from, to]) => [to, run.curves[from]]));
    yield { ...run, curves };
  }
}

export const test = base.extend({
  /** A server with the experiment "curves", shared by the journeys of a worker: they look, and change nothing in it. */
  seeded: [async ({}, use) => {
    const server = await program();
    const curves = await tracking(server.url).fill('curves', seededRuns());
    await use({ url: server.url, curves, address: `${server.url}/experiments/${curves}` });
    await server.remove();
  }, { scope: 'worker' }],

  /** A server of this journey's own, empty. */
  server: async ({}, use) => {
    const server = await program();
    await use(server);
    await server.remove();
  },

  /** A journey must leave no error behind in the console. */
  page: async ({ page }, use) => {
    const errors = [];
    page.on('pageerror', error => errors.push(String(error)));
    // What a panic says; a request that fails is said here too, but pages answer for that themselves.
    page.on('console', message => { if (message.text().includes('panicked')) errors.push(message.text()); });
    await use(page);
    expect(errors, 'errors of the page').toEqual([]);
  },
});

/** The panel of a metric. */
export const panelOf = (page, metric) => page.getByRole('figure', { name: metric, exact: true });

/** The chart of a metric, once its pixels are final. */
export async function chartOf(page, metric) {
  const panel = panelOf(page, metric);
  await panel.scrollIntoViewIfNeeded();
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  return panel.getByRole('img');
}

/** The row of a run in the run list. */
export const rowOf = (page, run) => page.getByRole('list', { name: 'Runs' }).getByRole('listitem').filter({ hasText: run });

/** Presses at `from`, moves to `to`, lets go: places in a chart as parts of its width and height. */
export async function drag(page, chart, from, to) {
  const { x, y, width, height } = await chart.boundingBox();
  const at = ([u, v]) => [x + width * u, y + height * v];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at(to), { steps: 8 });
  await page.mouse.up();
}

/** Moves down `chart` at a share of its width until a line is near, and resolves to what the tooltip then says. */
export async function hoverLine(page, chart, share = 0.5) {
  const { x, y, width, height } = await chart.boundingBox();
  const tooltip = page.getByRole('tooltip');
  await expect(async () => {
    for (let v = 0.2; v < 0.95; v += 0.05) {
      await page.mouse.move(x + width * share, y + height * v);
      if (await tooltip.isVisible()) return;
    }
    throw new Error('no line is near there');
  }).toPass();
  return tooltip.innerText();
}

/** The address that `Copy link` copies: what is on the screen now, though the bar may follow a moment later. */
export async function addressOf(page) {
  await page.getByRole('button', { name: 'Copy link' }).click();
  return page.evaluate(() => location.href);
}
