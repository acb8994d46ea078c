// Measures a whole workspace: many panels on a page, parallel coordinates of many runs, a table and a list of very many.
import { deflateRawSync } from 'node:zlib';
import { curvesOf40, learningRuns } from '../support/learning.mjs';
import { program } from '../support/program.mjs';
import { tracking } from '../support/tracking.mjs';
import { framesDuring, inColdBrowser, measureLoad, memoryAlone, move, pageMemoryMb, settled, sleep } from './browser.mjs';

/** The address of a tab of an experiment's workspace with `view`. */
const addressOf = (url, experiment, tab, view = {}) =>
  `${url}/experiments/${experiment}${tab && `/${tab}`}?view=${deflateRawSync(JSON.stringify({ version: 1, ...view })).toString('base64url')}`;

/** In the page: whether every figure in sight says that its pixels are final. */
function allDrawn() {
  const figures = [...document.querySelectorAll('figure[aria-busy]')];
  return figures.length > 0 && figures.every(figure => figure.getAttribute('aria-busy') === 'false');
}
const drawn = page => page.evaluate(allDrawn);

/** Turns the wheel over the middle of the page: `notches` of 120 px down, then up again, one each 16 ms. */
async function scroll(s, notches) {
  const wheel = deltaY => s.cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 1000, y: 600, deltaX: 0, deltaY });
  for (const deltaY of [120, -120]) {
    for (let notch = 0; notch < notches; notch++) {
      await wheel(deltaY);
      await sleep(16);
    }
  }
}

/** A program with an experiment of `runs` made-up runs of 20 steps, filled straight into its store. */
async function withSynthetic(runs, work) {
  const server = await program({ command: 'demo', args: ['--no-recordings', '--no-live', '--synthetic', `${runs}x20`] });
  try {
    const answer = await fetch(`${server.url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${encodeURIComponent(`synthetic ${runs} x 20`)}`);
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
    row('browser CPU until drawn', load.browser_cpu_s, 's', undefined, { 'HiPlot at 1,000 x 15': 1.3 });
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

/** In the page: resolves to the milliseconds from the next key press until the count of runs is painted anew. */
function untilCounted() {
  const status = document.querySelector('.runs-count');
  return new Promise(resolve => {
    let pressed = 0;
    addEventListener('keydown', () => { pressed = performance.now(); }, { capture: true, once: true });
    const watch = new MutationObserver(() => {
      if (!pressed) return;
      watch.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - pressed)));
    });
    watch.observe(status, { childList: true, characterData: true, subtree: true });
  });
}

/** 100,000 runs: from a key press to the new rows, and the table scrolled. */
export async function rows(row) {
  await withSynthetic(100_000, (server, experiment) => inColdBrowser(async s => {
    console.log('\n100,000 runs');
    await s.page.goto(addressOf(server.url, experiment, '', { full: 'train_loss', order_by: 'metrics.val_loss ASC' }));
    await settled(s, Date.now(), () => drawn(s.page));
    const answers = [];
    const search = s.page.getByRole('searchbox', { name: 'Search runs' });
    await search.focus();
    for (const key of ['9', '7', '3']) {
      const answer = s.page.evaluate(untilCounted);
      await search.press(key);
      answers.push(await answer);
      await settled(s, Date.now(), undefined, 500);
    }
    row('search and order: key press to new rows', answers.sort((a, b) => a - b)[1], 'ms', 150);
    await s.page.goto(addressOf(server.url, experiment, 'table', { order_by: 'metrics.val_loss ASC' }));
    await settled(s, Date.now());
    const scrolled = await framesDuring(s, () => scroll(s, 100));
    row('table: scroll, longest task', scrolled.longest_task_ms, 'ms', 50);
    row('table: scroll, frames', scrolled.fps, '/s');
    row('memory of the page', pageMemoryMb(process.pid), 'MB');
  }));
}
