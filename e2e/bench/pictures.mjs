// Measures the pictures of a share link: a panel of 500 runs x 10,000 steps in each format, first, again, and not changed.
import { program } from '../support/program.mjs';
import { memoryMb } from './browser.mjs';

const RUNS = '500x10000';
const SIZE = 'w=800&h=400';
const GOALS = { first: 300, again: 5, unchanged: 2, start: 300, rest: 60 };
/** How many links are asked for their first picture, and how often each is asked again. */
const LINKS = 5;
const AGAIN = 20;

const middle = values => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Milliseconds until an answer is here whole, and the answer. */
async function timed(address, headers = {}) {
  const began = performance.now();
  const answer = await fetch(address, { headers });
  const bytes = (await answer.arrayBuffer()).byteLength;
  return { ms: performance.now() - began, bytes, status: answer.status, tag: answer.headers.get('etag') };
}

/** First, cached and unchanged pictures of new links to one panel. Figures of data are without goals: they are large. */
export async function pictures(row) {
  const server = await program({ command: 'demo', args: ['--no-recordings', '--no-live', '--synthetic', RUNS] });
  try {
    const post = async (path, body) => (await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) })).json();
    const found = await fetch(`${server.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=synthetic%20500%20x%2010000`);
    const { experiment_id } = (await found.json()).experiment;
    const target = { kind: 'panel', placed: { experiment_id, tab: '', view: {} }, panel: 'train_loss' };
    const link = async ending => `${server.url}/p/${(await post('/api/shares', { target })).token}.${ending}?${SIZE}`;

    console.log(`\npictures of a panel of ${RUNS.replace('x', ' runs x ')} steps, 800 x 400`);
    const png = await link('png');
    await server.stop();
    await server.start();
    row('start until it answers, demo filled', server.start_millis, 'ms', GOALS.start);
    row('memory at rest', memoryMb(server.pid), 'MB', GOALS.rest);
    row('PNG, the first thing after the start', (await timed(png)).ms, 'ms', GOALS.first);
    for (const ending of ['svg', 'png', 'pdf', 'csv', 'json', 'tex']) {
      const [first, again, unchanged] = [[], [], []];
      let bytes = 0;
      for (let at = 0; at < LINKS; at++) {
        const address = await link(ending);
        const { ms, tag, ...answer } = await timed(address);
        if (answer.status !== 200) throw new Error(`${ending} answers ${answer.status}`);
        bytes = answer.bytes;
        first.push(ms);
        for (let turn = 0; turn < AGAIN / LINKS; turn++) {
          again.push((await timed(address)).ms);
          const known = await timed(address, { 'if-none-match': tag });
          if (known.status !== 304) throw new Error(`${ending} answers ${known.status} to its own tag`);
          unchanged.push(known.ms);
        }
      }
      const goals = ['svg', 'png', 'pdf'].includes(ending) ? GOALS : {};
      const name = ending.toUpperCase();
      row(`${name} of ${(bytes / 1e6).toFixed(1)} MB, first: median of ${LINKS}`, middle(first), 'ms', goals.first);
      row(`${name}, first: slowest`, Math.max(...first), 'ms', goals.first);
      row(`${name}, again: median of ${AGAIN}`, middle(again), 'ms', goals.again);
      row(`${name}, 304: median of ${AGAIN}`, middle(unchanged), 'ms', GOALS.unchanged);
    }
    row('memory after that', memoryMb(server.pid), 'MB');
  } finally {
    await server.remove();
  }
}
