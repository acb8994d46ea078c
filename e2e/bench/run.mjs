// Prints what the browser needs to show many runs, beside the goals and the peers of docs/bench.md.
//   node run.mjs [--json FILE] [CASE ...]      cases: load 100 300 500 1000 long board parallel rows compare pictures; all of them if none is named
import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { learningRuns, longRuns } from '../support/learning.mjs';
import { program } from '../support/program.mjs';
import { tracking } from '../support/tracking.mjs';
import { inColdBrowser, measureHand, measureLoad, memoryMb, settled } from './browser.mjs';
import { pictures } from './pictures.mjs';
import { board, compare, parallel, rows as manyRows } from './workspace.mjs';

const STEPS = 1000;
const LONG_STEPS = 1_000_000;
/** CPU seconds of the browser until R runs are drawn in one chart, as docs/bench.md explains. */
const PEERS = { 100: { Aim: 14, TensorBoard: 10, MLflow: 21 }, 300: { TensorBoard: 14, Aim: 22, MLflow: 98 }, 1000: { TensorBoard: 55, Aim: 59 } };
const PEER_RELEASE = { 100: { TensorBoard: 411, Aim: 683, MLflow: 3962 }, 300: { TensorBoard: 1711, Aim: 2074, MLflow: 7697 }, 1000: { TensorBoard: 4308, Aim: 4743 } };
const PEER_HOVER = { 100: { MLflow: 43, TensorBoard: 64, Aim: 226 }, 300: { MLflow: 76, TensorBoard: 152, Aim: 814 }, 1000: { TensorBoard: 426, Aim: 539 } };
const GOALS = {
  first_load_kb: 900,
  browser_cpu_s: { 300: 1.4, 1000: 3 },
  release_to_picture_ms: { 300: 150 },
  busy_ms: { 500: 16 },
  frame_ms: { 500: 50, 1000: 50 },
};

/** Three significant digits. */
const short = value => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

const rows = [];
/** Prints one figure: its name, unit, the goal if there is one, and what peers measured at. */
function row(measure, value, unit, goal, peers = {}) {
  rows.push({ measure, value, unit, goal, peers });
  const verdict = goal === undefined ? '' : `${value <= goal ? '' : 'missed '}${goal} ${unit}`;
  const ratios = Object.entries(peers).map(([peer, theirs]) => `${short(theirs / value)}× ${peer} (${theirs} ${unit})`);
  console.log(`${measure.padEnd(46)} ${`${short(value)} ${unit}`.padStart(14)}  ${verdict.padStart(14)}  ${ratios.join(', ')}`);
}

/** The address of a workspace with the panel of `metric` filling the screen. */
function onePanel(url, experiment, metric) {
  const view = deflateRawSync(JSON.stringify({ version: 1, full: metric })).toString('base64url');
  return `${url}/experiments/${experiment}?view=${view}`;
}

/** Whether every panel on the screen says that its pixels are final. */
const drawn = page => page.evaluate(() => {
  const panels = [...document.querySelectorAll('figure[aria-busy]')];
  return panels.length > 0 && panels.every(panel => panel.getAttribute('aria-busy') === 'false');
});

async function lines(server, name, runs, label) {
  const experiment = await tracking(server.url).fill(name, runs);
  await inColdBrowser(async s => {
    const load = await measureLoad(s, onePanel(server.url, experiment, 'train_loss'), { done: drawn, server_pid: server.pid });
    const summary = await s.page.getByRole('img').first().getAttribute('aria-label');
    console.log(`\n${label}: ${summary}`);
    row('browser CPU until drawn', load.browser_cpu_s, 's', GOALS.browser_cpu_s[name], PEERS[name]);
    row('until drawn', load.drawn_s, 's');
    row('server CPU', load.server_cpu_s, 's');
    row('data over the wire', load.data_kb, 'KB');
    row('longest task of the main thread', load.longest_task_ms, 'ms');
    row('memory of the page', load.memory_mb, 'MB');
    const box = await s.page.getByRole('img').first().boundingBox();
    const hand = await measureHand(s, box);
    row('one move until the picture changed', hand.hover_to_picture_ms, 'ms', undefined, PEER_HOVER[name]);
    for (const act of ['hover', 'drag', 'zoom']) {
      row(`${act}: busy a frame, median`, hand[act].busy_p50_ms, 'ms');
      row(`${act}: busy a frame, 95 of 100`, hand[act].busy_p95_ms, 'ms', GOALS.busy_ms[name]);
      row(`${act}: busy in the worst frame`, hand[act].busy_worst_ms, 'ms', GOALS.frame_ms[name]);
    }
    row('hover: frames', hand.hover.fps, '/s');
    row('drag: frames', hand.drag.fps, '/s');
    row('zoom release to the first change', hand.release_to_first_ms, 'ms');
    row('zoom release to the final picture', hand.release_to_picture_ms, 'ms', GOALS.release_to_picture_ms[name], PEER_RELEASE[name]);
  });
}

/** The experiments page in a cold browser, from there a workspace with its panels drawn, and from there the table. */
async function firstLoad(server) {
  await tracking(server.url).fill('first load', learningRuns(10, 100));
  await inColdBrowser(async s => {
    const shown = page => page.getByRole('link', { name: 'first load' }).isVisible();
    const load = await measureLoad(s, server.url, { done: shown, server_pid: server.pid });
    const clicked = async (name, done) => {
      const began = Date.now();
      await s.page.getByRole('link', { name }).click();
      await settled(s, began, () => done(s.page));
      return s.static_bytes / 1000;
    };
    const first_kb = await clicked('first load', drawn);
    console.log('\nthe app itself, cold cache');
    row('experiments and a workspace, compressed', first_kb, 'KB', GOALS.first_load_kb, { trackio: 600, TensorBoard: 2200, Aim: 3500, MLflow: 7200 });
    row('of that before the experiments were shown', load.static_kb, 'KB');
    row('browser CPU until then', load.browser_cpu_s, 's');
    row('until then', load.drawn_s, 's');
    row('more for the first look at the table', await clicked('Table', page => page.getByRole('treegrid').isVisible()) - first_kb, 'KB');
  });
}

const WORKSPACE = { board, parallel, rows: manyRows, compare, pictures };

async function main(args) {
  const json = args[0] === '--json' ? args.splice(0, 2)[1] : null;
  const chosen = args.length ? args : ['load', '100', '300', '500', '1000', 'long', ...Object.keys(WORKSPACE)];
  const server = await program();
  try {
    console.log(`${'measure'.padEnd(46)} ${'here'.padStart(14)}  ${'goal'.padStart(14)}  against peers`);
    for (const one of chosen) {
      if (one === 'load') await firstLoad(server);
      else if (WORKSPACE[one]) await WORKSPACE[one](row);
      else if (one === 'long') await lines(server, 'long', longRuns(3, LONG_STEPS), `3 runs x ${LONG_STEPS} steps`);
      else await lines(server, one, learningRuns(Number(one), STEPS), `${one} runs x ${STEPS} steps`);
    }
    console.log('');
    row('server: memory after all this', memoryMb(server.pid), 'MB');
  } finally {
    await server.remove();
  }
  if (json) writeFileSync(json, JSON.stringify(rows, null, 1));
}

await main(process.argv.slice(2));
