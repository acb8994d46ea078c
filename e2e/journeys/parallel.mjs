// Parallel coordinates: brushes that every panel follows.
import { addressOf, chartOf, expect, rowOf, test } from '../support/journey.mjs';

/** The figure, once its pixels are final. */
async function figureOf(page) {
  const figure = page.getByRole('figure', { name: 'Parallel coordinates' });
  await expect(figure).toHaveAttribute('aria-busy', 'false');
  await expect(figure.getByRole('img')).toHaveAccessibleName(/Parallel coordinates of \d+ runs/);
  return figure;
}

/** Presses on the axis of `column` at `from`, lets go at `to`: parts of the plot's height. */
async function brush(page, figure, column, from, to) {
  const head = await figure.getByRole('button', { name: `Axis ${column}` }).boundingBox();
  const plot = await figure.getByRole('img').boundingBox();
  const [x, y] = [head.x + head.width / 2, share => plot.y + plot.height * share];
  await page.mouse.move(x, y(from));
  await page.mouse.down();
  await page.mouse.move(x, y(to), { steps: 6 });
  await page.mouse.up();
}

const open = async (page, seeded) => {
  await page.goto(seeded.address);
  await page.getByRole('link', { name: 'Parallel' }).click();
  return figureOf(page);
};

test('a brush is counted, followed by the lines, undone and shared', async ({ page, seeded, browser }) => {
  const figure = await open(page, seeded);
  const status = page.getByRole('toolbar', { name: 'Parallel coordinates' }).getByRole('status');
  await expect(status).toHaveText('40 of 40 runs');
  await brush(page, figure, 'lr', 0.2, 0.5);
  await expect(status).toHaveText(/^([1-9]|[12]\d) of 40 runs$/);
  const [passing] = (await status.textContent()).match(/\d+/);

  await page.getByRole('link', { name: 'Charts' }).click();
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(new RegExp(`: ${passing} runs?\\b`));
  const shared = await addressOf(page);
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(shared);
  await expect(await chartOf(fresh, 'train/loss')).toHaveAccessibleName(new RegExp(`: ${passing} runs?\\b`));
  await fresh.context().close();

  await page.getByRole('link', { name: 'Parallel' }).click();
  await figureOf(page);
  await expect(status).toHaveText(`${passing} of 40 runs`);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(status).toHaveText('40 of 40 runs');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(status).toHaveText(`${passing} of 40 runs`);
  await page.keyboard.press('Escape');
  await expect(status).toHaveText('40 of 40 runs');
});

test('a second brush adds, a click removes, keep keeps', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  const status = page.getByRole('toolbar', { name: 'Parallel coordinates' }).getByRole('status');
  const passing = async () => Number((await status.textContent()).match(/\d+/)[0]);
  await brush(page, figure, 'lr', 0.15, 0.4);
  const one = await passing();
  await brush(page, figure, 'lr', 0.6, 0.85);
  await expect.poll(passing).toBeGreaterThan(one);
  await brush(page, figure, 'lr', 0.7, 0.7);
  await expect.poll(passing).toBe(one);
  await page.getByRole('button', { name: 'Keep' }).click();
  await expect(status).toHaveText(`${one} of ${one} runs`);
  await page.getByRole('button', { name: 'Show hidden runs' }).click();
  await expect(status).toHaveText('40 of 40 runs');
});

test('axes move, invert, brush and go by keyboard', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  const status = page.getByRole('toolbar', { name: 'Parallel coordinates' }).getByRole('status');
  const names = async () => (await figure.getByRole('img').getAttribute('aria-label')).split(/axes: |\. /)[1].split(', ');
  const before = await names();
  const second = figure.getByRole('button', { name: `Axis ${before[1]}`, exact: true });
  await second.focus();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(names).toEqual([before[1], before[0], ...before.slice(2)]);
  await expect(second).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(status).not.toHaveText('40 of 40 runs');
  await page.keyboard.press('Backspace');
  await expect(status).toHaveText('40 of 40 runs');
  await page.keyboard.press('Delete');
  await expect.poll(names).toEqual([before[0], ...before.slice(2)]);
  await page.getByRole('combobox', { name: 'Add an axis' }).selectOption({ label: before[1] });
  await expect.poll(names).toEqual([before[0], ...before.slice(2), before[1]]);
});

test('an axis is thrown off by its title, however fast, and colours are chosen on a narrow window, too', async ({ page, seeded }) => {
  await page.setViewportSize({ width: 800, height: 900 });
  const figure = await open(page, seeded);
  await page.getByRole('combobox', { name: 'Colour by' }).selectOption({ label: 'val/acc' });
  const title = figure.getByRole('button', { name: 'Axis depth', exact: true });
  const { x, y } = await title.boundingBox();
  await page.mouse.move(x + 8, y + 8);
  await page.mouse.down();
  // At once beyond the title.
  await page.mouse.move(x + 12, y - 60);
  await page.mouse.move(x + 12, y - 70);
  await page.mouse.up();
  await expect(title).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(title).toBeVisible();
});

test('hover names a run and raises it in the list, a click opens it', async ({ page, seeded }) => {
  const figure = await open(page, seeded);
  const plot = await figure.getByRole('img').boundingBox();
  const tooltip = page.getByRole('tooltip');
  // A drag beside the axes opens nothing, wherever it ends.
  for (let share = 0.2; share < 0.8; share += 0.1) {
    await page.mouse.move(plot.x + plot.width * 0.45, plot.y + plot.height * share);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.45, plot.y + plot.height * (share + 0.1), { steps: 3 });
    await page.mouse.up();
  }
  await expect(page).toHaveURL(/parallel/);
  await expect(async () => {
    for (let share = 0.2; share < 0.9; share += 0.02) {
      await page.mouse.move(plot.x + plot.width * 0.45, plot.y + plot.height * share);
      if (await tooltip.isVisible()) return;
    }
    throw new Error('no line is here');
  }).toPass();
  const [name] = (await tooltip.innerText()).match(/run-\d+/);
  await expect(tooltip).toContainText('lr');
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(name);
});
