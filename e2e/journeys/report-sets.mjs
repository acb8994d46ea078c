// Panels and tables of a report over several run sets, and grids that follow what is logged.
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';
import { begin, draftOf, gridOf, saved, say, two } from '../support/report.mjs';

test('put panels over run sets of two experiments together from nothing', async ({ page, server }) => {
  await two(server);
  await page.goto(`${server.url}/reports`);
  await page.getByRole('button', { name: /^Blank/ }).click();
  await page.getByRole('button', { name: 'Add a block' }).click();
  await page.keyboard.type('/panels');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Panels of this grid' });
  const add = dialog.getByRole('button', { name: 'Add runs of an experiment' });
  await add.click();
  await dialog.getByRole('combobox', { name: 'Experiment 1' }).selectOption('warm');
  await dialog.getByRole('checkbox', { name: 'loss' }).check();
  await add.click();
  await dialog.getByRole('combobox', { name: 'Experiment 2' }).selectOption('cold');
  const name = dialog.getByRole('textbox', { name: 'Name 2' });
  await name.fill('no warmup');
  await name.blur();
  const filter = dialog.getByRole('textbox', { name: 'Filter 2' });
  await filter.fill('params.lr !=');
  await filter.blur();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await filter.fill("params.lr != '0.3'");
  await filter.blur();
  await expect(dialog.getByRole('alert')).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('list', { name: 'Run sets' }).getByRole('listitem')).toHaveText(['Runs 1', 'no warmup']);
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 4 runs/);
  await saved(page);

  // Each of them as one line.
  await page.getByRole('button', { name: 'Choose panels' }).click();
  await dialog.getByRole('checkbox', { name: 'Draw each as one line with its spread' }).check();
  await page.keyboard.press('Escape');
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/2 groups/);
  await panelOf(page, 'loss').getByRole('button', { name: 'Full screen' }).click();
  const full = page.getByRole('dialog', { name: 'loss' });
  await expect(full.getByRole('list', { name: 'Legend' }).getByRole('listitem')).toHaveCount(2);
  await expect(full.getByRole('list', { name: 'Legend' })).toContainText('no warmup');
  await full.getByRole('button', { name: 'Leave full screen' }).click();
  await page.keyboard.press('Control+z');
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 4 runs/);

  // A panel may leave one of them out, and what is frozen stays together.
  await page.getByRole('button', { name: 'Freeze' }).click();
  await expect(page.getByText(/^Frozen just now/)).toBeVisible();
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 4 runs/);
  await page.getByRole('button', { name: 'Show live data' }).click();
  await panelOf(page, 'loss').hover();
  await page.getByRole('button', { name: 'Place of this panel' }).click();
  await page.getByRole('menuitem', { name: 'Do not draw Runs 1' }).click();
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 2 runs/);
  await saved(page);
  const id = new URL(page.url()).pathname.split('/').pop();
  const grid = (await draftOf(server.url, id)).blocks.find(block => block.kind === 'panels');
  expect(grid.panels).toMatchObject([{ metric: 'loss', set: 1 }]);
});

test('a table shows run sets below each other, with the columns that were chosen', async ({ page, server }) => {
  await two(server);
  await page.goto(`${server.url}/reports`);
  await page.getByRole('button', { name: /^Blank/ }).click();
  await page.getByRole('button', { name: 'Add a block' }).click();
  await page.keyboard.type('/run table');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Runs of this table' });
  await dialog.getByRole('combobox', { name: 'Experiment 1' }).selectOption('warm');
  await dialog.getByRole('checkbox', { name: 'params.lr' }).check();
  await dialog.getByRole('button', { name: 'Add runs of an experiment' }).click();
  await dialog.getByRole('combobox', { name: 'Experiment 2' }).selectOption('cold');
  const most = dialog.getByRole('spinbutton', { name: 'Most runs of each' });
  await most.fill('2');
  await most.blur();
  await page.keyboard.press('Escape');
  const table = page.getByRole('region', { name: 'Runs' });
  await expect(table.getByRole('columnheader')).toHaveText(['Run', 'Run set', 'lr']);
  await expect(table.getByRole('rowheader')).toHaveText(['w2', 'w1', 'c3', 'c2']);
  await expect(table).toContainText('Runs 2: 2 of 3 runs');
  await saved(page);
});

test('live grids hear of growth in one stream, and ask nothing while nothing is logged', async ({ page, server }) => {
  const { client, a, b, runs } = await two(server);
  const { id } = await begin(server.url, `${gridOf([['warm', a], ['cold', b]], ['loss'])}\n\n${gridOf([['', b]], ['loss'])}`);
  const asked = [];
  page.on('request', request => asked.push(new URL(request.url()).pathname + new URL(request.url()).search));
  await page.goto(`${server.url}/reports/${id}`);
  const charts = page.getByRole('figure', { name: 'loss' });
  await expect(charts).toHaveCount(2);
  for (const chart of await charts.all()) await expect(chart).toHaveAttribute('aria-busy', 'false');
  await expect(charts.first().getByRole('img')).toHaveAccessibleName(/: 5 runs/);
  await expect.poll(() => asked.filter(path => path.startsWith('/api/live')).at(-1)).toMatch(new RegExp(`experiment=(${a}(,|%2C)${b}|${b}(,|%2C)${a})$`));
  const quiet = asked.length;
  const sentence = await charts.last().getByRole('img').getAttribute('aria-label');
  await client.metric(runs[2], 'loss', [90, 95], 20);
  await expect(charts.last().getByRole('img')).not.toHaveAttribute('aria-label', sentence);
  await expect(charts.first().getByText(/102 of 102|102 points/)).toBeVisible();
  expect(asked.slice(quiet).filter(path => path.startsWith('/api/live')), 'the stream stays open').toEqual([]);
  // A new run of one of the experiments is drawn, too.
  const more = await client.run(a, { name: 'w3', params: { lr: 0.3 } });
  await client.metric(more, 'loss', [3, 3, 3]);
  await expect(charts.first().getByRole('img')).toHaveAccessibleName(/: 6 runs/);
  expect((await say(server.url, `/api/reports/${id}`)).document.blocks).toHaveLength(2);
});

test('who holds a link sees the run sets together, live and frozen', async ({ page, server }) => {
  const { a, b } = await two(server);
  const { id } = await begin(server.url, gridOf([['warm', a], ['cold', b, "params.lr != '0.3'"]], ['loss']));
  for (const frozen of [false, true]) {
    const { token } = await say(server.url, '/api/shares', 'POST', { target: { kind: 'report', report_id: id }, frozen });
    await page.goto(`${server.url}/s/${token}`);
    await expect(page.getByRole('list', { name: 'Run sets' }).getByRole('listitem')).toHaveText(['warm', 'cold']);
    await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 4 runs/);
  }
});

test('a frozen grid keeps what it shows, and says when live data has changed since', async ({ page, server }) => {
  const { a, b, client, runs } = await two(server);
  const { id } = await begin(server.url, gridOf([['warm', a], ['cold', b]], ['loss']));
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  const sentence = await (await chartOf(page, 'loss')).getAttribute('aria-label');
  await page.getByRole('button', { name: 'Freeze' }).click();
  await expect(page.getByText(/^Frozen just now/)).toBeVisible();
  await saved(page);
  await expect(page.getByText('Live data has changed since')).toHaveCount(0);
  await client.metric(runs[0], 'loss', [77, 78], 20);
  await page.reload();
  await expect(page.getByText('Live data has changed since')).toBeVisible();
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(sentence);
});
