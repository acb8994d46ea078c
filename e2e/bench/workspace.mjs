// Measures a whole workspace: many panels on a page, parallel coordinates of many runs, a table and a list of very many.
import { deflateRawSync } from 'node:zlib';
import { curvesOf40, learningRuns } from '../support/learning.mjs';
import { program } from '../support/program.mjs';
import { tracking } from '../support/tracking.mjs';
import { framesDuring, inColdBrowser, measureLoad, memoryAlone, move, settled, sleep } from './browser.mjs';

/** The address of a tab of an experiment's workspace with `view`. */
const addressOf = (url, experiment, tab, view = {}) =>
  `${url}/experiments/${experiment}${tab && `/${tab}`}?view=${deflateRawSync(JSON.stringify({ version: 1, ...view })).toString('base64url')}`;

/** In the page: whether every figure in sight says that its pixels are final. */
function allDrawn() {
  const figures = [...document.querySelectorAll('figure[aria-busy]')];
  return figures.length > 0 && figures.every(figure => figure.getAttribute('aria-busy') === 'false');
}
const drawn = page => page.evaluate(allDrawn);

/** Turns the wheel over the middle of the page: `notches` by so many pixels right and down, then back, one each 16 ms. */
async function scroll(s, notches, [right, down] = [0, 120]) {
  const wheel = way => s.cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 1000, y: 600, deltaX: way * right, deltaY: way * down });
  for (const way of [1, -1]) {
    for (let notch = 0; notch < notches; notch++) {
      await wheel(way);
      await sleep(16);
    }
  }
}

/** A program with an experiment of `runs` made-up runs of 20 steps and `params` params, filled straight into its store. */
async function withSynthetic(runs, work, params = 10) {
  const scale = [runs, 20, ...(params > 10 ? [params] : [])];
  const server = await program({ command: 'demo', args: ['--no-recordings', '--no-live', '--synthetic', scale.join('x')] });
  try {
    const name = encodeURIComponent(`synthetic ${scale.join(' x ')}`);
    const answer = await fetch(`${server.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${name}`);
    await work(server, (await answer.json()).experiment.experiment_id);
  } finally {
    await server.remove();
  }
}

const AXES = ['lr', 'weight_decay', 'eps', 'batch_size', 'dropout', 'depth', 'width', 'optimizer', 'schedule', 'augment']
  .map(name => `params.${name}`)
  .concat(['train_loss', 'val_loss', 'val_acc', 'grad_norm', 'tokens_per_s'].map(name => `metrics.${name}`), 'tags.fate');

/** 40 panels of 1,000 runs: load, scroll through all of them and back, and what the page then weighs. */
export async function board(row) {
  const server = await program();
  try {
    const experiment = await tracking(server.url).fill('board', curvesOf40(learningRuns(1000, 100)));
    await inColdBrowser(async s => {
      console.log('\n40 panels of 1,000 runs x 100 steps');
      const load = await measureLoad(s, addressOf(server.url, experiment, ''), { done: drawn, server_pid: server.pid });
      row('browser CPU until those in sight are drawn', load.browser_cpu_s, 's');
      const scrolled = await framesDuring(s, () => scroll(s, 60));
      row('scroll: longest task of the main thread', scrolled.longest_task_ms, 'ms', 50);
      row('scroll: busy a frame, 95 of 100', scrolled.busy_p95_ms, 'ms');
      row('scroll: frames', scrolled.fps, '/s');
    });
    row('memory of the page, all 40 seen', await memoryAlone(addressOf(server.url, experiment, ''), 60, allDrawn), 'MB', 300);
  } finally {
    await server.remove();
  }
}

/** Parallel coordinates of 10,000 runs over 16 axes: load, and a brush dragged along an axis. */
export async function parallel(row) {
  await withSynthetic(10_000, (server, experiment) => inColdBrowser(async s => {
    const load = await measureLoad(s, addressOf(server.url, experiment, 'parallel', { parallel: { axes: AXES } }), { done: drawn, server_pid: server.pid });
    const figure = s.page.getByRole('figure', { name: 'Parallel coordinates' });
    console.log(`\n${await figure.getByRole('img').getAttribute('aria-label')}`);
    row('browser CPU until drawn', load.browser_cpu_s, 's', undefined, { HiPlot: 1.96 });
    row('until drawn', load.drawn_s, 's');
    const head = await figure.getByRole('button', { name: 'Axis lr' }).boundingBox();
    const plot = await figure.getByRole('img').boundingBox();
    const at = share => [head.x + head.width / 2, plot.y + plot.height * share];
    await s.page.mouse.move(...at(0.3));
    await s.page.mouse.down();
    const brushed = await framesDuring(s, () => move(s, u => at(0.32 + 0.4 * u), 3000, { buttons: 1, button: 'left' }));
    await s.page.mouse.up();
    row('brush: busy a frame, median', brushed.busy_p50_ms, 'ms');
    row('brush: busy a frame, 95 of 100', brushed.busy_p95_ms, 'ms', 16);
    row('brush: frames', brushed.fps, '/s');
    row('memory of the page', load.memory_mb, 'MB');
  }));
}

/**
 * In the page: resolves to the milliseconds from the next key press until what `selector` finds reads otherwise, and is
 * painted.
 */
function untilOther(selector) {
  const read = () => [...document.querySelectorAll(selector)].map(row => row.textContent).join('\n');
  const before = read();
  return new Promise(resolve => {
    let pressed = 0;
    addEventListener('keydown', () => { pressed = performance.now(); }, { capture: true, once: true });
    const watch = new MutationObserver(() => {
      const now = pressed ? read() : '';
      if (!now || now === before) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
    });
    watch.observe(document.querySelector('.runs'), { childList: true, characterData: true, subtree: true });
  });
}

/** Types into the search of the run list; resolves to the median milliseconds until other rows are painted. */
async function searched(s, rows) {
  const answers = [];
  const search = s.page.getByRole('searchbox', { name: 'Search runs' });
  await search.focus();
  for (const key of ['9', '7', '3']) {
    const answer = s.page.evaluate(untilOther, rows);
    await search.press(key);
    answers.push(await answer);
    await settled(s, Date.now(), undefined, 500);
  }
  return answers.sort((a, b) => a - b)[1];
}

/** Columns that the synthetic runs have beside their params: attributes, metrics and tags, the name among them. */
const OTHER_COLUMNS = 13;

/** 100,000 runs of 200 columns: from a key press to the new rows and the new groups, and the table scrolled. */
export async function rows(row) {
  const work = (server, experiment) => inColdBrowser(async s => {
    console.log('\n100,000 runs x 200 columns');
    const order_by = 'metrics.val_loss ASC';
    for (const [what, rows, view] of [
      ['rows', '.run-row', {}],
      ['group rows', '.group-row', { group_by: ['params.optimizer', 'params.schedule'] }],
    ]) {
      await s.page.goto(addressOf(server.url, experiment, '', { full: 'train_loss', order_by, ...view }));
      await settled(s, Date.now(), () => drawn(s.page));
      row(`search and order: key press to new ${what}`, await searched(s, rows), 'ms', 150);
    }
    await s.page.goto(addressOf(server.url, experiment, 'table', { order_by }));
    await settled(s, Date.now());
    for (const [way, by] of [['down', [0, 120]], ['across', [120, 0]], ['both ways', [120, 120]]]) {
      const scrolled = await framesDuring(s, () => scroll(s, 100, by));
      row(`table: scroll ${way}, longest task`, scrolled.longest_task_ms, 'ms', 50);
      row(`table: scroll ${way}, frames`, scrolled.fps, '/s');
    }
  });
  const alone = async (server, experiment) => {
    await work(server, experiment);
    const seen = () => !!document.querySelector('.grid-row .run-name');
    const table = addressOf(server.url, experiment, 'table', { order_by: 'metrics.val_loss ASC' });
    row('memory of the page, table scrolled', await memoryAlone(table, 100, seen), 'MB');
  };
  await withSynthetic(100_000, alone, 200 - OTHER_COLUMNS);
}

/** The comparer: 500 runs side by side over 300 rows, scrolled. */
export async function compare(row) {
  const work = (server, experiment) => inColdBrowser(async s => {
    await s.page.goto(addressOf(server.url, experiment, 'compare'));
    const grid = s.page.getByRole('grid', { name: 'Runs side by side' });
    await grid.waitFor();
    await settled(s, Date.now());
    const [down, across] = await grid.evaluate(grid => [grid.ariaRowCount, grid.ariaColCount]);
    console.log(`\nthe comparer: ${down - 1} rows, ${across - 1} runs`);
    for (const [way, by] of [['down', [0, 120]], ['across', [120, 0]], ['both ways', [120, 120]]]) {
      const scrolled = await framesDuring(s, () => scroll(s, 60, by));
      row(`compare: scroll ${way}, longest task`, scrolled.longest_task_ms, 'ms', 50);
      row(`compare: scroll ${way}, frames`, scrolled.fps, '/s');
    }
  });
  await withSynthetic(500, work, 300);
}
