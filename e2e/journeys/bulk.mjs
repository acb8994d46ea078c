// What is done to many runs: tagged, renamed, deleted, restored, removed for good; and taken back.
import { expect, rowOf, test } from '../support/journey.mjs';
import { learningRuns } from '../support/learning.mjs';
import { tracking } from '../support/tracking.mjs';

test('tag, take it back, rename, delete, restore, and remove for good', async ({ page, server }) => {
  const experiment = await tracking(server.url).fill('few', learningRuns(6, 20));
  const address = `${server.url}/experiments/${experiment}`;
  await page.goto(`${address}/table`);
  const grid = page.getByRole('treegrid', { name: 'Runs' });
  const pick = run => grid.getByRole('checkbox', { name: `Select ${run}` }).check();
  const act = async item => {
    await page.getByRole('button', { name: 'Actions of the selected runs' }).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  const told = text => expect(page.locator('.notice').filter({ hasText: text })).toBeVisible();
  await pick('run-0001');
  await pick('run-0002');

  await act('Tag…');
  await page.getByRole('textbox', { name: 'Tag' }).fill('team');
  await page.getByRole('textbox', { name: 'Value' }).fill('blue');
  await page.getByRole('button', { name: 'Tag 2 runs' }).click();
  await told('Tagged 2 runs.');
  await grid.evaluate(node => { node.scrollLeft = node.scrollWidth; });
  await expect(page.getByRole('columnheader', { name: /^team/ })).toBeVisible();
  await expect(grid.locator('[data-column="tags.team"]').filter({ hasText: 'blue' })).toHaveCount(2);
  await page.getByRole('button', { name: 'Take it back' }).click();
  await told('Taken back for 2 runs.');

  await act('Rename…');
  await page.getByRole('textbox', { name: 'New name' }).fill('{name} again');
  await page.getByRole('button', { name: 'Rename 2 runs' }).click();
  await told('Renamed 2 runs.');
  await expect(grid.getByText('run-0001 again')).toBeVisible();
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(grid.getByText('run-0001 again')).toBeHidden();

  await act('Delete…');
  await expect(page.getByRole('dialog', { name: 'Delete runs' })).toContainText('run-0002');
  await page.getByRole('button', { name: 'Delete 2 runs' }).click();
  await told('Moved 2 runs to the trash.');
  await expect(grid.getByRole('rowheader')).toHaveCount(4);
  await page.getByRole('button', { name: 'Take it back' }).click();
  await expect(grid.getByRole('rowheader')).toHaveCount(6);

  await pick('run-0001');
  await pick('run-0003');
  await act('Delete…');
  await page.getByRole('button', { name: 'Delete 2 runs' }).click();
  await told('Moved 2 runs to the trash.');
  await page.getByRole('button', { name: 'Actions of the table' }).click();
  await page.getByRole('menuitem', { name: 'Open the trash' }).click();
  await expect(page).toHaveURL(/\/trash/);
  const trash = page.getByRole('table', { name: 'Runs in the trash' });
  await trash.getByRole('checkbox', { name: 'run-0001' }).check();
  await page.getByRole('button', { name: 'Restore' }).click();
  await told('Restored 1 run.');
  await expect(trash.getByRole('checkbox', { name: 'run-0001' })).toBeHidden();
  await trash.getByRole('checkbox', { name: 'run-0003' }).check();
  await page.getByRole('button', { name: 'Delete for good…' }).click();
  const last = page.getByRole('button', { name: 'Delete 1 run for good' });
  await expect(last).toBeDisabled();
  await page.getByRole('checkbox', { name: 'I know that this cannot be undone' }).check();
  await last.click();
  await told('Removed 1 run for good');
  await expect(page.getByRole('heading', { name: 'The trash is empty' })).toBeVisible();

  await page.getByRole('link', { name: 'Charts' }).click();
  await expect(rowOf(page, 'run-0001')).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'Runs' }).getByRole('status').first()).toHaveText('5 runs, 5 shown');
});
