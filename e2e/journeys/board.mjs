// A board of one's own: panels made by hand, their settings, groups and notes, by mouse and by keyboard.
import { addressOf, chartOf, expect, panelOf, test } from '../support/journey.mjs';

const settingsOf = page => page.getByRole('complementary', { name: /^Settings/ });

test('build a board from nothing by mouse, undo, and share it', async ({ page, browser, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.getByRole('button', { name: 'Settings of all panels' }).click();
  await settingsOf(page).getByRole('combobox', { name: 'Automatic panels' }).selectOption({ label: 'None: only panels made by hand' });
  await expect(page.getByRole('heading', { name: 'The board is empty' })).toBeVisible();

  await page.getByRole('button', { name: 'Add panel' }).first().click();
  const settings = settingsOf(page);
  await expect(panelOf(page, 'Panel')).toContainText('It shows nothing yet');
  await settings.getByRole('combobox', { name: 'Line 1' }).fill('val/lo');
  await settings.getByRole('option', { name: 'val/loss' }).click();
  const chart = await chartOf(page, 'Panel');
  await expect(chart).toHaveAccessibleName(/Line chart of Panel over step .*: 40 runs/);
  await settings.getByRole('textbox', { name: 'Title of the panel' }).fill('Losses');
  await settings.getByRole('combobox', { name: 'Pattern of metrics' }).fill('^train/loss$');
  await expect(settings).toContainText('Finds 1 metric.');
  await expect(await chartOf(page, 'Losses')).toHaveAccessibleName(/: 80 lines of 40 runs/);

  await settings.getByRole('combobox', { name: 'Y scale' }).selectOption('Log');
  await expect(settings.getByRole('button', { name: 'Revert Y scale' })).toBeVisible();
  await settings.getByRole('button', { name: 'Section' }).click();
  await expect(settingsOf(page).getByRole('group', { name: 'Y scale' })).toContainText('default');
  await settingsOf(page).getByRole('button', { name: 'Close settings' }).click();

  // Someone else opens the address and sees the same picture.
  await page.mouse.move(700, 5);
  const address = await addressOf(page);
  await page.mouse.move(700, 5);
  const mine = await chartOf(page, 'Losses');
  const name = await mine.getAttribute('aria-label');
  const colleague = await browser.newContext({ viewport: page.viewportSize(), locale: 'en-GB', timezoneId: 'UTC', reducedMotion: 'reduce' });
  const theirs = await colleague.newPage();
  await theirs.goto(address);
  const same = await chartOf(theirs, 'Losses');
  await expect(same).toHaveAccessibleName(name);
  await expect(theirs.getByRole('figure')).toHaveCount(1);
  await expect.poll(async () => (await same.screenshot()).equals(await mine.screenshot())).toBe(true);
  await colleague.close();

  // It goes without a question, and comes back.
  await panelOf(page, 'Losses').hover();
  await panelOf(page, 'Losses').getByRole('button', { name: 'Actions of Losses' }).click();
  await page.getByRole('menuitem', { name: /^Remove/ }).click();
  await expect(page.getByRole('heading', { name: 'The board is empty' })).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(await chartOf(page, 'Losses')).toHaveAccessibleName(name);
});

test('build a board from nothing by keyboard alone', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.keyboard.press('n');
  const settings = settingsOf(page);
  await expect(settings).toBeFocused();
  // The first field of a new panel is its title; its lines come after.
  const line = settings.getByRole('combobox', { name: 'Line 1' });
  for (let presses = 0; presses < 15 && !(await line.evaluate(field => field === document.activeElement)); presses += 1) {
    await page.keyboard.press('Tab');
  }
  await expect(line).toBeFocused();
  await page.keyboard.type('val/acc');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(await chartOf(page, 'Panel')).toHaveAccessibleName(/: 40 runs/);
  await page.keyboard.press('Escape');
  await expect(settings).toBeHidden();
  await expect(panelOf(page, 'Panel')).toBeFocused();
  // A copy of it, which moves behind it, and goes again.
  await page.keyboard.press('d');
  await expect(settingsOf(page)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(panelOf(page, 'Copy of Panel')).toBeFocused();
  const names = () => page.getByRole('figure').evaluateAll(all => all.slice(0, 2).map(one => one.getAttribute('aria-label')));
  await expect.poll(names).toEqual(['Panel', 'Copy of Panel']);
  await page.keyboard.press('Alt+ArrowLeft');
  await expect.poll(names).toEqual(['Copy of Panel', 'Panel']);
  await expect(panelOf(page, 'Copy of Panel')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(panelOf(page, 'Copy of Panel')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(panelOf(page, 'Copy of Panel')).toBeVisible();
});

test('what is wrong is said where it is typed, and the rest is drawn', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await page.getByRole('button', { name: 'Add panel' }).first().click();
  const settings = settingsOf(page);
  await settings.getByRole('combobox', { name: 'Line 1' }).fill('val/loss');
  await settings.getByRole('combobox', { name: 'Line 1' }).press('Enter');
  await expect(await chartOf(page, 'Panel')).toHaveAccessibleName(/: 40 runs/);
  await settings.getByRole('combobox', { name: 'Line 2' }).fill('val/loss - (train/loss');
  await expect(settings.getByRole('alert')).toContainText('at character');
  await expect(await chartOf(page, 'Panel')).toHaveAccessibleName(/: 40 runs/);
  await settings.getByRole('combobox', { name: 'Line 2' }).fill('');
  await settings.getByRole('combobox', { name: 'Pattern of metrics' }).fill('val/(');
  await expect(settings.getByRole('alert')).toContainText('No regular expression');
  await expect(await chartOf(page, 'Panel')).toHaveAccessibleName(/: 40 runs/);
  await settings.getByRole('combobox', { name: 'Pattern of metrics' }).fill('');
  // A metric that no run has.
  await settings.getByRole('combobox', { name: 'Line 1' }).fill('never/logged');
  await settings.getByRole('combobox', { name: 'Line 1' }).press('Enter');
  await expect(panelOf(page, 'Panel')).toContainText('None of the runs that are shown logged');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
});

test('a panel is dragged to another place, hidden, and brought back', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  const order = () => page.getByRole('region', { name: 'train' }).getByRole('figure').evaluateAll(all => all.map(one => one.getAttribute('aria-label')));
  await expect.poll(order).toEqual(['train/grad_norm', 'train/loss']);
  await panelOf(page, 'train/loss').getByText('train/loss', { exact: true }).dragTo(panelOf(page, 'train/grad_norm'), { targetPosition: { x: 20, y: 100 } });
  await expect.poll(order).toEqual(['train/loss', 'train/grad_norm']);
  await panelOf(page, 'train/loss').focus();
  await page.keyboard.press('Delete');
  await expect.poll(order).toEqual(['train/grad_norm']);
  await page.getByRole('button', { name: 'Settings of all panels' }).click();
  await settingsOf(page).getByRole('button', { name: 'Show train/loss' }).click();
  await expect.poll(order).toEqual(['train/loss', 'train/grad_norm']);
});

test('the menu of a panel at the bottom stays inside the window', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  const last = page.getByRole('figure').last();
  await last.scrollIntoViewIfNeeded();
  await last.hover();
  await last.getByRole('button', { name: /^Actions of/ }).click();
  for (const item of await page.getByRole('menuitem').all()) await expect(item).toBeInViewport({ ratio: 1 });
});

test('a note stands where the crosshair was', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  const chart = await chartOf(page, 'train/loss');
  const { x, y, width, height } = await chart.boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await panelOf(page, 'train/loss').focus();
  await page.keyboard.press('a');
  const settings = settingsOf(page);
  await settings.getByRole('textbox', { name: 'Note 1', exact: true }).fill('learning rate drops');
  await settings.getByRole('textbox', { name: 'Note 1', exact: true }).press('Enter');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/1 annotation/);
  await settings.getByRole('button', { name: 'Remove note 1' }).click();
  await expect(await chartOf(page, 'train/loss')).not.toHaveAccessibleName(/annotation/);
});

test('group runs, see a line and a band a group, and take it back', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
  await page.getByRole('combobox', { name: 'Group by' }).selectOption({ label: 'optimizer' });
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: \d groups of 40 runs \(mean, band min to max\)/);
  await expect(panelOf(page, 'train/loss')).toContainText(/points of 40 runs in \d groups/);
  await page.mouse.move(700, 5);
  await page.getByRole('heading', { name: 'train' }).first().click();
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);
});

test('an expression is completed: metrics, functions with a word on each, by keyboard', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await page.getByRole('button', { name: 'Add panel' }).click();
  const line = page.getByRole('combobox', { name: 'Line 1' });
  await line.fill('val/loss - rolling_me');
  const options = page.getByRole('listbox').getByRole('option');
  await expect(options).toHaveText([/^rolling_mean\(x, n\) mean of the last n values$/, /^rolling_median\(x, n\) median of the last n values$/]);
  await page.keyboard.press('ArrowDown');
  const chosen = await line.getAttribute('aria-activedescendant');
  await expect(page.locator(`#${chosen}`)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(line).toHaveValue('val/loss - rolling_mean(');
  await page.keyboard.type('train/lo');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type(', 0)');
  const wrong = page.getByRole('complementary', { name: /^Settings/ }).getByRole('alert');
  await expect(wrong).toContainText('at character');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Backspace');
  await page.keyboard.type('9');
  await expect(line).toHaveValue('val/loss - rolling_mean(train/loss, 9)');
  await page.keyboard.press('Enter');
  await expect(wrong).toHaveCount(0);
  await expect(page.getByRole('figure', { name: 'Panel', exact: true }).getByRole('img')).toHaveAccessibleName(/40 runs/);
});
