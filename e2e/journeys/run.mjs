// One run: what it was given, what it reached, what it left behind.
import { readFileSync } from 'node:fs';
import { chartOf, expect, rowOf, test } from '../support/journey.mjs';
import { tracking } from '../support/tracking.mjs';

test('read a run and download what it stored', async ({ page, server }) => {
  const client = tracking(server.url);
  const experiment = await client.experiment('artifacts');
  const run = await client.run(experiment, { name: 'keeper', params: { lr: 0.003, optimizer: 'adamw' }, tags: { team: 'blue' } });
  await client.metric(run, 'train/loss', [2, 1.5, 1.25]);
  await client.artifact(run, 'model/weights.bin', Buffer.from('all the weights'));
  await client.artifact(run, 'notes.txt', Buffer.from('it went well'));
  await client.end(run);

  await page.goto(`${server.url}/experiments/${experiment}`);
  await rowOf(page, 'keeper').getByRole('link', { name: 'keeper' }).click();
  await expect(page.getByRole('heading', { name: 'keeper' })).toBeVisible();
  for (const [name, value] of [['lr', '0.003'], ['optimizer', 'adamw'], ['team', 'blue'], ['train/loss', '1.25']]) {
    await expect(page.getByRole('row', { name }).first()).toContainText(value);
  }
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 1 run, values 1.25 to 2/);

  await page.getByRole('button', { name: /notes\.txt/ }).click();
  await expect(page.getByText('it went well')).toBeVisible();
  expect(await downloaded(page)).toBe('it went well');
  await page.getByRole('button', { name: 'model' }).click();
  await page.getByRole('button', { name: /weights\.bin/ }).click();
  await expect(page.getByText('There is no preview for this kind of file.')).toBeVisible();
  expect(await downloaded(page)).toBe('all the weights');
});

async function downloaded(page) {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  return readFileSync(await (await download).path(), 'utf8');
}

test('the address of a run leads to where it was moved', async ({ page, server }) => {
  const client = tracking(server.url);
  const [from, to] = [await client.experiment('drafts'), await client.experiment('kept')];
  const run = await client.run(from, { name: 'mover', params: { lr: 0.003 } });
  const moved = await fetch(`${server.url}/api/runs/actions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run_set: { runs: [run] }, action: { kind: 'move', experiment: to } }),
  });
  expect(moved.ok).toBe(true);
  await page.goto(`${server.url}/experiments/${from}/runs/${run}`);
  await expect(page.getByRole('heading', { name: 'mover' })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/experiments/${to}/runs/${run}`));
  await expect(page.getByRole('link', { name: 'kept' })).toBeVisible();
  await expect(page.getByRole('row', { name: 'lr' }).first()).toContainText('0.003');
});
