// Reports as the API knows them, and words for what a person sees of one that is being written.
import { expect } from './journey.mjs';
import { tracking } from './tracking.mjs';

/** One call of the API. */
export const say = async (url, path, method = 'GET', body) => {
  const answer = await fetch(url + path, { method, body: body && JSON.stringify(body) });
  return answer.json();
};

/** Begins a report with Markdown; resolves to its row. */
export const begin = (url, markdown) => say(url, '/api/reports', 'POST', { markdown });

/** The draft of a report as it is stored. */
export const draftOf = async (url, id) => (await say(url, `/api/reports/${id}?version=draft`)).document;

/** The draft on the screen is stored. */
export const saved = page => expect(page.getByRole('status').filter({ hasText: /^Saved$/ })).toBeVisible();

/** The field that takes what is typed. */
export const field = page => page.locator('textarea:focus');

/** What stands in the blocks of the draft, from top to bottom. */
export const words = page => page.getByRole('group', { name: 'Blocks' }).locator('.report-block')
  .evaluateAll(all => all.map(one => one.querySelector('textarea')?.value ?? one.innerText.trim()));

/** A grid of panels as Markdown: run sets as `[name, experiment, filter]`, panels as metrics of all of them. */
export const gridOf = (sets, metrics, more = {}) => {
  const grid = {
    sets: sets.map(([name, experiment_id, filter = '']) => ({ name, placed: { experiment_id, view: { version: 1, filter } } })),
    panels: metrics.map((metric, at) => ({ id: `p${at}`, metric, set: 0, also: sets.slice(1).map((_, at) => at + 1), span: 6, height: 300 })),
    ...more,
  };
  return `\`\`\`throughline-panels\n${JSON.stringify(grid)}\n\`\`\`\n`;
};

/** Two experiments that log the same metric. */
export async function two(server) {
  const client = tracking(server.url);
  const [a, b] = [await client.experiment('warm'), await client.experiment('cold')];
  const runs = [];
  for (const [experiment, name, lr, base] of [[a, 'w1', 0.1, 1], [a, 'w2', 0.2, 2], [b, 'c1', 0.1, 5], [b, 'c2', 0.2, 6], [b, 'c3', 0.3, 7]]) {
    const run = await client.run(experiment, { name, params: { lr } });
    await client.metric(run, 'loss', Array.from({ length: 20 }, (_, step) => base + 1 / (step + 1)));
    runs.push(run);
  }
  return { client, a, b, runs };
}
