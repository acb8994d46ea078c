// Experiments with more runs than a page loads: brushes and groups count all of them.
import { addressOf, expect, test as base } from '../support/journey.mjs';
import { program } from '../support/program.mjs';

const RUNS = 1500;

const test = base.extend({
  /** A server whose last experiment has 1,500 short runs, shared by the journeys of a worker. */
  many: [async ({}, use) => {
    const server = await program({ command: 'demo', args: ['--synthetic', `${RUNS}x20`] });
    const experiments = await (await fetch(`${server.url}/api/experiments`)).json();
    const synthetic = experiments.find(experiment => experiment.runs === RUNS);
    await use({ url: server.url, address: `${server.url}/experiments/${synthetic.experiment_id}` });
    await server.remove();
  }, { scope: 'worker', timeout: 120_000 }],
});

/** How many runs the server counts in each group, asked as any client may. */
async function counted(many, by, brushes = {}) {
  const [, experiment] = many.address.match(/experiments\/(\d+)/);
  const answer = await fetch(`${many.url}/api/groups`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run_set: { experiments: [experiment], brushes }, by: [by] }),
  });
  const { groups } = await answer.json();
  return Object.fromEntries(groups.map(group => [group.key[0], group.runs]));
}

const summaryOf = page => page.getByRole('complementary', { name: 'Runs' }).getByRole('status').first();
const figureOf = page => page.getByRole('figure', { name: 'Parallel coordinates' });
const passingOf = page => page.getByRole('toolbar', { name: 'Parallel coordinates' }).getByRole('status');

/** Drags along the axis of `column`, from one part of the plot's height to another. */
async function brush(page, column, from, to) {
  const head = await figureOf(page).getByRole('button', { name: `Axis ${column}` }).boundingBox();
  const plot = await figureOf(page).getByRole('img').boundingBox();
  const [x, y] = [head.x + head.width / 2, share => plot.y + plot.height * share];
  await page.mouse.move(x, y(from));
  await page.mouse.down();
  await page.mouse.move(x, y(to), { steps: 6 });
  await page.mouse.up();
}

test('parallel coordinates load every run, and a brush counts all of them everywhere', async ({ page, many, browser }) => {
  await page.goto(`${many.address}/parallel`);
  await expect(passingOf(page)).toHaveText('1,500 of 1,500 runs');
  await expect(figureOf(page)).toHaveAttribute('aria-busy', 'false');
  await expect(figureOf(page).getByRole('img')).toHaveAccessibleName(/Parallel coordinates of 1,500 runs/);
  await brush(page, 'batch_size', 0.15, 0.55);
  await expect(passingOf(page)).toHaveText(/^\d{3} of 1,500 runs$/);
  const passing = (await passingOf(page).textContent()).match(/\d+/)[0];
  await expect(summaryOf(page)).toHaveText(`${passing} of 1,500 runs, ${passing} shown`);

  await page.getByRole('link', { name: 'Charts' }).click();
  await expect(summaryOf(page)).toHaveText(`${passing} runs pass the brushes, ${passing} shown`);
  const loss = page.getByRole('figure', { name: 'train_loss', exact: true });
  await loss.scrollIntoViewIfNeeded();
  await expect(loss.getByRole('img')).toHaveAccessibleName(new RegExp(`: ${passing} runs`));
  const shared = await addressOf(page);
  const fresh = await (await browser.newContext()).newPage();
  await fresh.goto(shared);
  await expect(summaryOf(fresh)).toHaveText(`${passing} runs pass the brushes, ${passing} shown`);
  await fresh.context().close();

  await page.getByRole('button', { name: 'Clear brushes' }).click();
  await expect(summaryOf(page)).toHaveText('1,500 runs, the newest 1,000 shown');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(summaryOf(page)).toHaveText(`${passing} runs pass the brushes, ${passing} shown`);
});

test('groups that the server makes follow the brushes', async ({ page, many }) => {
  await page.goto(`${many.address}/table`);
  await expect(page.getByRole('treegrid', { name: 'Runs' }).getByRole('rowheader').first()).toBeVisible();
  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('combobox', { name: 'Add a column to group by' }).fill('params.optimizer');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  const groups = page.getByRole('treegrid', { name: 'Runs' }).locator('[aria-expanded][aria-level="1"]');
  await expect(groups).toHaveCount(4);
  const all = await counted(many, 'params.optimizer');
  expect(Object.values(all).reduce((sum, runs) => sum + runs)).toBe(RUNS);
  const said = name => groups.filter({ hasText: name }).getByTitle('Runs of the group');
  for (const [name, runs] of Object.entries(all)) await expect(said(name)).toHaveText(String(runs));

  await page.getByRole('link', { name: 'Parallel' }).click();
  await expect(passingOf(page)).toHaveText('1,500 of 1,500 runs');
  await expect(figureOf(page)).toHaveAttribute('aria-busy', 'false');
  await brush(page, 'schedule', 0.15, 0.3);
  await expect(passingOf(page)).toHaveText(/^\d{3} of 1,500 runs$/);
  await page.getByRole('link', { name: 'Table' }).click();
  // The highest band of the axis is the last text.
  const brushed = await counted(many, 'params.optimizer', { 'params.schedule': { values: ['linear'] } });
  for (const [name, runs] of Object.entries(brushed)) await expect(said(name)).toHaveText(String(runs));
  const lion = groups.filter({ hasText: 'lion' });
  await lion.getByRole('button', { name: `lion, ${brushed.lion} runs` }).click();
  const member = page.getByRole('treegrid', { name: 'Runs' }).locator('[aria-level="2"]').first();
  await expect(member).toContainText('lion');
  await expect(page.getByRole('treegrid', { name: 'Runs' })).toHaveAttribute('aria-rowcount', String(1 + 4 + brushed.lion));
});

test('a search of an address is the server\'s, where not all runs are loaded', async ({ page, many }) => {
  await page.goto(many.address);
  await page.getByRole('searchbox', { name: 'Search runs' }).fill('run-00');
  await expect(summaryOf(page)).toHaveText('100 runs pass the filter, 100 shown');
  const address = await addressOf(page);
  await page.goto('about:blank');
  await page.goto(address);
  await expect(summaryOf(page)).toHaveText('100 runs pass the filter, 100 shown');
});

test('a search among many runs brings what is in sight first, and panels draw its runs once', async ({ page, many }) => {
  const asked = { runs: [], frames: [] };
  page.on('request', request => {
    const kind = /\/api\/(runs|frames)$/.exec(request.url())?.[1];
    if (kind && request.method() === 'POST') asked[kind].push(request.postDataJSON());
  });
  const loss = page.getByRole('figure', { name: 'train_loss', exact: true });
  const search = page.getByRole('searchbox', { name: 'Search runs' });
  const view = await page.goto(many.address).then(async () => {
    await loss.press('f');
    return addressOf(page);
  });
  await page.goto(view);
  await expect(loss.getByRole('img')).toHaveAccessibleName(/: 1,000 runs/);

  asked.runs.length = asked.frames.length = 0;
  await search.fill('0');
  await expect(summaryOf(page)).toHaveText('1,176 runs pass the filter, the newest 1,000 shown');
  await expect.poll(() => asked.frames.length).toBe(1);
  await expect(loss).toHaveAttribute('aria-busy', 'false');
  expect(asked.runs[0]).toMatchObject({ offset: 0, limit: 100 });
  const brought = asked.runs.map(({ offset, limit }) => [offset, limit]);
  expect(brought.reduce((end, [offset, limit]) => (expect(offset).toBe(end), end + limit), 0)).toBe(1000);
  expect(asked.frames).toHaveLength(1);
  expect(asked.frames[0].run_set.runs).toHaveLength(1000);

  asked.frames.length = 0;
  await search.fill('run-14');
  await expect(summaryOf(page)).toHaveText('100 runs pass the filter, 100 shown');
  await expect(loss.getByRole('img')).toHaveAccessibleName(/: 100 runs/);
  await search.fill('run-1');
  await expect(summaryOf(page)).toHaveText('500 runs pass the filter, 500 shown');
  await expect(loss.getByRole('img')).toHaveAccessibleName(/: 500 runs/);
  expect(asked.frames).toHaveLength(2);
});

test('the lines of groups are of all runs, and of none that is hidden', async ({ page, many }) => {
  await page.goto(many.address);
  const loss = page.getByRole('figure', { name: 'train_loss', exact: true });
  await expect(loss).toContainText('the first 1,000 of 1,500 runs are drawn');
  await page.getByRole('button', { name: /^Group/ }).click();
  await page.getByRole('combobox', { name: 'Add a column to group by' }).fill('params.optimizer');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await expect(summaryOf(page)).toHaveText('1,500 runs in 4 groups');
  await expect(loss).toContainText('of 1,500 runs in 4 groups');
  await expect(loss).not.toContainText('are drawn');

  const all = await counted(many, 'params.optimizer');
  await page.getByRole('checkbox', { name: 'Show the runs of lion' }).click();
  await expect(summaryOf(page)).toHaveText(`1,500 runs in 4 groups, ${all.lion} hidden`);
  await expect(loss).toContainText(`of ${(RUNS - all.lion).toLocaleString('en')} runs in 3 groups`);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(loss).toContainText('of 1,500 runs in 4 groups');
});

test('rows that stay in sight while the table scrolls are not touched', async ({ page, many }) => {
  await page.goto(`${many.address}/table`);
  const grid = page.getByRole('treegrid', { name: 'Runs' });
  const row = number => grid.locator(`[role="row"][aria-rowindex="${number}"]`);
  await expect(row(2).getByRole('rowheader')).toBeVisible();
  const scrollTo = top => grid.evaluate((grid, top) => { grid.scrollTop = top; }, top);
  // A row is 28 pixels high, and the first after the head is number 2.
  await scrollTo(100 * 28);
  await expect(row(110).getByRole('rowheader')).toBeVisible();
  await expect(row(85)).toHaveCount(0);
  await grid.evaluate(grid => {
    window.taken = [];
    new MutationObserver(changes => {
      for (const { removedNodes } of changes) {
        for (const node of removedNodes) if (node.role === 'row') window.taken.push(Number(node.ariaRowIndex));
      }
    }).observe(grid, { childList: true, subtree: true });
  });
  await scrollTo(94 * 28);
  await expect(row(86)).toHaveCount(1);
  await scrollTo(100 * 28);
  await expect(row(86)).toHaveCount(0);
  const taken = await page.evaluate(() => window.taken);
  expect(taken).toContain(86);
  expect(taken.filter(number => number > 95 && number < 115)).toEqual([]);
  // A selector that any sibling may meet has the browser style all of them whenever one comes.
  const everySibling = await page.evaluate(() => {
    const selectorsOf = rules => [...rules].flatMap(rule => [rule.selectorText ?? '', ...(rule.cssRules ? selectorsOf(rule.cssRules) : [])]);
    return [...document.styleSheets].flatMap(sheet => selectorsOf(sheet.cssRules)).filter(selector => /[+~]\s*\*/.test(selector));
  });
  expect(everySibling).toEqual([]);
});
