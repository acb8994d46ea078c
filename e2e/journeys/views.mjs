// Views: kept under a name, opened again, and passed on.
import { RUNS, chartOf, expect, seededRuns, test } from '../support/journey.mjs';
import { tracking } from '../support/tracking.mjs';

const viewsOf = page => page.getByRole('dialog', { name: 'Views' });

/** Opens the dialog and saves what is on the screen under `name`. */
async function save(page, name) {
  await page.getByRole('button', { name: 'Views' }).click();
  const field = viewsOf(page).getByRole('textbox', { name: 'Name of the view' });
  await field.fill(name);
  await field.press('Enter');
  await expect(field).toHaveValue('');
}

test('save what is on the screen, open it again, go back to an older one, open it first', async ({ page, server }) => {
  const experiment = await tracking(server.url).fill('curves', seededRuns());
  await page.goto(`${server.url}/experiments/${experiment}`);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-000');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 10 runs/);
  await save(page, 'first ten');
  await expect(viewsOf(page).getByRole('button', { name: 'first ten', exact: true })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.getByRole('searchbox', { name: 'Search runs' }).fill('');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(new RegExp(`: ${RUNS} runs`));
  await page.getByRole('button', { name: 'Views' }).click();
  await viewsOf(page).getByRole('button', { name: 'first ten', exact: true }).click();
  await expect(viewsOf(page)).toBeHidden();
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 10 runs/);
  await page.keyboard.press('Control+z');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(new RegExp(`: ${RUNS} runs`));

  // The same name again: what it meant before stays in its history.
  await save(page, 'first ten');
  await viewsOf(page).getByRole('button', { name: 'History of first ten' }).click();
  await expect(viewsOf(page).getByRole('button', { name: /^As saved/ })).toHaveCount(2);
  await viewsOf(page).getByRole('button', { name: /^As saved/ }).last().click();
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 10 runs/);

  // It opens first for whoever comes next.
  await save(page, 'first ten');
  await viewsOf(page).getByRole('button', { name: 'Open first' }).click();
  await expect(viewsOf(page).getByText('opens first')).toBeVisible();
  await page.goto(`${server.url}/experiments/${experiment}`);
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 10 runs/);
});

test('a view opens on the tab it was saved on, and is duplicated under a name of its own', async ({ page, server }) => {
  const experiment = await tracking(server.url).fill('curves', seededRuns());
  await page.goto(`${server.url}/experiments/${experiment}/table`);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-000');
  await expect(page.getByRole('status').filter({ hasText: `10 of ${RUNS} runs` })).toBeVisible();
  await save(page, 'ten rows');
  await viewsOf(page).getByRole('button', { name: 'Duplicate ten rows' }).click();
  await expect(viewsOf(page).getByRole('button', { name: 'ten rows copy', exact: true })).toBeVisible();
  await page.goto(`${server.url}/experiments/${experiment}`);
  await chartOf(page, 'train/loss');
  await page.getByRole('button', { name: 'Views' }).click();
  await viewsOf(page).getByRole('button', { name: 'ten rows copy', exact: true }).click();
  await expect(page).toHaveURL(/\/table\?view=/);
  await expect(page.getByRole('status').filter({ hasText: `10 of ${RUNS} runs` })).toBeVisible();
});

test('a link is copied on a plain address in a network, too, where browsers have no clipboard', async ({ page, seeded }) => {
  await page.addInitScript(() => {
    Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
    document.addEventListener('copy', () => { globalThis.copied = document.activeElement.value; });
  });
  await page.goto(`${seeded.address}/table`);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-000');
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  expect(await page.evaluate(() => globalThis.copied)).toMatch(/\/table\?view=/);
  await page.getByRole('button', { name: 'Export' }).click();
  await page.getByRole('menuitem', { name: 'Copy as a table' }).click();
  await expect.poll(() => page.evaluate(() => globalThis.copied)).toContain('run-0007');
});

test('a long address is copied as a short link, which opens the same view', async ({ page, seeded, browser }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  const noise = Array.from({ length: 2_600 }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919) % 20_000))).join('');
  await page.getByRole('searchbox', { name: 'Search panels' }).fill(noise);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/v\/[0-9a-f]{32}$/);

  const other = await (await browser.newContext()).newPage();
  await other.goto(link);
  await expect(other.getByRole('searchbox', { name: 'Search panels' })).toHaveValue(noise);
  await other.goto(`${seeded.url}/v/00000000000000000000000000000000`);
  await expect(other.getByText('There is no such view')).toBeVisible();
  await other.context().close();
});
