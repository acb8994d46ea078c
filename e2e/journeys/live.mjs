// What is logged while the page is open appears on it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { chartOf, expect, panelOf, rowOf, test } from '../support/journey.mjs';
import { tracking } from '../support/tracking.mjs';

test('watch a run grow', async ({ page, server }) => {
  const client = tracking(server.url);
  const experiment = await client.experiment('growing');
  const run = await client.run(experiment, { name: 'early' });
  await client.metric(run, 'train/loss', [3, 2]);
  await page.goto(`${server.url}/experiments/${experiment}`);
  const chart = await chartOf(page, 'train/loss');
  await expect(chart).toHaveAccessibleName(/step 0 to 1: 1 run, values 2 to 3/);
  await expect(page.getByRole('status').filter({ hasText: 'Live' })).toBeVisible();

  await client.metric(run, 'train/loss', [1.5, 1.25, NaN, 1], 2);
  await expect(chart).toHaveAccessibleName(/step 0 to 5: 1 run, values 1 to 3, 1 run with NaN/);

  const late = await client.run(experiment, { name: 'late' });
  await client.metric(late, 'train/loss', [5, 4]);
  await client.metric(late, 'val/loss', [6]);
  await expect(rowOf(page, 'late')).toBeVisible();
  await expect(chart).toHaveAccessibleName(/: 2 runs, values 1 to 5/);
  await expect(panelOf(page, 'val/loss')).toBeVisible();
});

test('a script with the mlflow client appears live, only its address changed', async ({ page, server }) => {
  const script = new URL('../support/training.py', import.meta.url).pathname;
  const env = { ...process.env, MLFLOW_TRACKING_URI: server.url };
  const python = spawn(process.env.MLFLOW_PYTHON ?? 'python3', [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const said = createInterface(python.stdout)[Symbol.asyncIterator]();
  const step = async () => { python.stdin.write('step\n'); return (await said.next()).value; };
  try {
    expect((await said.next()).value).toBe('started');
    await step();
    await step();

    await page.goto(server.url);
    await page.getByRole('link', { name: 'live' }).click();
    await expect(rowOf(page, 'a real client')).toBeVisible();
    const chart = await chartOf(page, 'train/loss');
    await expect(chart).toHaveAccessibleName(/step 0 to 1: 1 run, values 1 to 2/);
    for (let more = 0; more < 8; more++) await step();
    await expect(chart).toHaveAccessibleName(/step 0 to 9: 1 run, values 0.2 to 2/);
  } finally {
    python.stdin.end();
    await once(python, 'exit');
  }
  expect(python.exitCode).toBe(0);
  await expect(rowOf(page, 'a real client').getByTitle('running')).toHaveCount(0);
});

test('the server goes away and comes back', async ({ page, server }) => {
  const client = tracking(server.url);
  const experiment = await client.fill('steady', [{ name: 'only', curves: { loss: [3, 2, 1] } }]);
  await page.goto(`${server.url}/experiments/${experiment}`);
  const chart = await chartOf(page, 'loss');
  await server.kill();
  await expect(page.getByText('The connection to the server is lost.')).toBeVisible();
  await expect(chart, 'what was loaded stays').toHaveAccessibleName(/: 1 run/);

  await server.start();
  await expect(page.getByText('The connection to the server is lost.')).toBeHidden();
  const run = await client.run(experiment, { name: 'after' });
  await client.metric(run, 'loss', [9, 8]);
  await expect(chart).toHaveAccessibleName(/: 2 runs, values 1 to 9/);
});
