// Measures one page in one cold browser: when the picture was complete, what it cost, how it answers the hand.
//
// CPU seconds are of the whole browser, all its threads, read from /proc: they hold on a busy machine, wall times do not.
// "Drawn" is the last change of the picture (screencast frames) before it stays still with nothing under way.
import { chromium } from '@playwright/test';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { BROWSER } from '../support/browser.mjs';

export const sleep = millis => new Promise(resolve => setTimeout(resolve, millis));
const TICKS_PER_SECOND = 100;
/** How long a picture must stay still to count as final. */
const STILL_MILLIS = 2500;

/** `[parent, CPU seconds]` of process `pid`, user and system, ended children included; `null` if it is gone. */
function statOf(pid) {
  let stat;
  try { stat = readFileSync(`/proc/${pid}/stat`, 'utf8'); } catch { return null; }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
  return [fields[1], (fields[11] + fields[12] + fields[13] + fields[14]) / TICKS_PER_SECOND];
}

/** All that process `pid` started, and what those started. */
function descendants(pid) {
  const children = new Map();
  for (const entry of readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number)) {
    const parent = statOf(entry)?.[0];
    children.set(parent, [...(children.get(parent) ?? []), entry]);
  }
  const below = parent => (children.get(parent) ?? []).flatMap(child => [child, ...below(child)]);
  return below(pid);
}

/** CPU seconds, user and system, of all that process `pid` started, and its `own` if asked. */
export function cpuSeconds(pid, { own = false } = {}) {
  const processes = own ? [pid, ...descendants(pid)] : descendants(pid);
  return processes.reduce((sum, process) => sum + (statOf(process)?.[1] ?? 0), 0);
}

/** Proportional memory of process `pid` in MB. */
export const memoryMb = pid => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;

/** Proportional memory in MB of the largest page among the browsers that process `pid` started. */
export function pageMemoryMb(pid) {
  const pages = descendants(pid).filter(child => {
    try { return readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('--type=renderer'); } catch { return false; }
  });
  return Math.max(...pages.map(memoryMb));
}

/** Runs `work` with a fresh browser (cold cache) of 1600 x 1000 pixels that counts requests and watches the picture. */
export async function inColdBrowser(work) {
  const browser = await chromium.launch(BROWSER);
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 1000 } });
    const cdp = await page.context().newCDPSession(page);
    const s = { page, cdp, frames: [], requests: 0, static_bytes: 0, data_bytes: 0, open: new Set() };
    await watchNetwork(s);
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.addInitScript(countFrames);
    cdp.on('Page.screencastFrame', ({ sessionId, data, metadata }) => {
      cdp.send('Page.screencastFrameAck', { sessionId }).catch(() => {});
      const picture = createHash('md5').update(data).digest('hex');
      if (s.frames.at(-1)?.picture !== picture) s.frames.push({ at: metadata.timestamp * 1000, picture });
    });
    return await work(s);
  } finally {
    await browser.close();
  }
}

/**
 * Opens `address` in a browser that nobody watches, turns the wheel `notches` times down and up again, and resolves to
 * the page's memory in MB. A watched page keeps every answer of the server for its watcher, which is not its own weight.
 */
export async function memoryAlone(address, notches, done) {
  const browser = await chromium.launch(BROWSER);
  try {
    const root = await browser.newBrowserCDPSession();
    // A context that the test library does not know, so that it leaves the page alone.
    const { browserContextId } = await root.send('Target.createBrowserContext');
    const { targetId } = await root.send('Target.createTarget', { url: address, browserContextId, width: 1600, height: 1000 });
    const { sessionId } = await root.send('Target.attachToTarget', { targetId, flatten: false });
    const answers = new Map();
    root.on('Target.receivedMessageFromTarget', ({ message }) => {
      const { id, result } = JSON.parse(message);
      answers.get(id)?.(result);
    });
    let asked = 0;
    const send = (method, params = {}) => new Promise(resolve => {
      answers.set(++asked, resolve);
      root.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: asked, method, params }) });
    });
    const drawn = async () => {
      for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
        const { result } = await send('Runtime.evaluate', { expression: `(${done})()` });
        if (result.value) return sleep(1000);
      }
      throw new Error('the page was not drawn after 60 s');
    };
    await drawn();
    for (const deltaY of [120, -120]) {
      for (let notch = 0; notch < notches; notch++) {
        await send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 1000, y: 600, deltaX: 0, deltaY });
        await sleep(50);
      }
      await drawn();
    }
    return pageMemoryMb(process.pid);
  } finally {
    await browser.close();
  }
}

async function watchNetwork(s) {
  const types = new Map();
  await s.cdp.send('Network.enable');
  s.cdp.on('Network.requestWillBeSent', ({ requestId, type }) => {
    types.set(requestId, type);
    s.requests++;
    // The stream of growth stays open for ever.
    if (type !== 'EventSource' && type !== 'WebSocket') s.open.add(requestId);
  });
  s.cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    s.open.delete(requestId);
    const data = types.get(requestId) === 'XHR' || (types.get(requestId) === 'Fetch' && !s.wasm?.has(requestId));
    s[data ? 'data_bytes' : 'static_bytes'] += encodedDataLength;
  });
  s.cdp.on('Network.loadingFailed', ({ requestId }) => s.open.delete(requestId));
  // The app itself is fetched by script, too.
  s.wasm = new Set();
  s.cdp.on('Network.responseReceived', ({ requestId, response }) => {
    if (response.mimeType === 'application/wasm') s.wasm.add(requestId);
  });
}

/** In the page: times of animation frames, on demand. */
function countFrames() {
  const counter = (window.__frames = { times: null, longest_task: 0 });
  new PerformanceObserver(list => {
    for (const task of list.getEntries()) counter.longest_task = Math.max(counter.longest_task, task.duration);
  }).observe({ type: 'longtask', buffered: true });
  counter.start = () => {
    counter.times = [];
    const next = () => { if (counter.times) { counter.times.push(performance.now()); requestAnimationFrame(next); } };
    requestAnimationFrame(next);
  };
  counter.stop = () => { const { times } = counter; counter.times = null; return times; };
}

const cast = (s, on) => on
  ? s.cdp.send('Page.startScreencast', { format: 'jpeg', quality: 40, maxWidth: 800, maxHeight: 500, everyNthFrame: 1 })
  : s.cdp.send('Page.stopScreencast');

/** Waits until the picture is still, nothing is under way and `done` holds; resolves to when it last changed. */
export async function settled(s, since, done = async () => true, still = STILL_MILLIS, most = 180_000) {
  for (const until = Date.now() + most; Date.now() < until; await sleep(100)) {
    const last = Math.max(since, s.frames.at(-1)?.at ?? 0);
    if (Date.now() - last > still && s.open.size === 0 && (await done())) return last;
  }
  throw new Error(`the picture was not final after ${most / 1000} s`);
}

/** Opens `address` and measures until the picture is final. `done` says that the page thinks so, too. */
export async function measureLoad(s, address, { done, server_pid }) {
  await cast(s, true);
  await sleep(300);
  const browser = cpuSeconds(process.pid);
  const server = cpuSeconds(server_pid, { own: true });
  const began = Date.now();
  await s.page.goto(address, { waitUntil: 'commit' });
  const last = await settled(s, began, () => done(s.page));
  const figures = { browser_cpu_s: cpuSeconds(process.pid) - browser, server_cpu_s: cpuSeconds(server_pid, { own: true }) - server };
  await cast(s, false);
  const { metrics } = await s.cdp.send('Performance.getMetrics');
  const metric = name => metrics.find(m => m.name === name).value;
  return {
    ...figures,
    drawn_s: (last - began) / 1000,
    requests: s.requests,
    static_kb: s.static_bytes / 1000,
    data_kb: s.data_bytes / 1000,
    main_cpu_s: metric('TaskDuration'),
    memory_mb: pageMemoryMb(process.pid),
    longest_task_ms: await s.page.evaluate(() => window.__frames.longest_task),
  };
}

const mouse = (s, type, [x, y], extra = {}) => s.cdp.send('Input.dispatchMouseEvent', {
  type, x, y, button: type === 'mouseMoved' && !extra.buttons ? 'none' : 'left', clickCount: type === 'mouseMoved' ? 0 : 1, ...extra,
});

/** Moves along `path` (0..1 to a point) for `millis`, with at most three moves unanswered. */
export async function move(s, path, millis, extra) {
  const began = Date.now();
  let unanswered = 0;
  while (Date.now() - began < millis) {
    unanswered++;
    mouse(s, 'mouseMoved', path((Date.now() - began) / millis), extra).catch(() => {}).finally(() => unanswered--);
    await sleep(16);
    while (unanswered > 3 && Date.now() - began < millis * 5) await sleep(2);
  }
  while (unanswered) await sleep(2);
}

/** Animation frames a second, and the main thread's work a frame, while `act` runs. */
export async function framesDuring(s, act) {
  const traced = await trace(s, async () => {
    await s.page.evaluate(() => window.__frames.start());
    await act();
    return s.page.evaluate(() => window.__frames.stop());
  });
  const times = traced.result;
  return { fps: ((times.length - 1) / (times.at(-1) - times[0])) * 1000, ...busyPerFrame(traced.events) };
}

const quantile = (sorted, p) => sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;

/** Thread time of the page's main thread between the starts of its frames, in ms. */
function busyPerFrame(events) {
  const names = events.filter(e => e.name === 'thread_name' && e.args.name === 'CrRendererMain');
  const tasks = events.filter(e => e.ph === 'X' && e.name === 'RunTask' && names.some(n => n.pid === e.pid && n.tid === e.tid));
  const cost = new Map();
  for (const task of tasks) cost.set(task.pid, (cost.get(task.pid) ?? 0) + task.dur);
  const [page] = [...cost].sort((a, b) => b[1] - a[1])[0] ?? [];
  const starts = events.filter(e => e.pid === page && e.name === 'AnimationFrame' && e.ph === 'b').map(e => e.ts).sort((a, b) => a - b);
  const busy = starts.slice(0, -1).map(() => 0);
  let longest = 0;
  for (const task of tasks.filter(task => task.pid === page)) {
    const frame = starts.findLastIndex(start => start <= task.ts + task.dur / 2);
    const millis = (task.tdur ?? task.dur) / 1000;
    longest = Math.max(longest, millis);
    if (frame >= 0 && frame < busy.length) busy[frame] += millis;
  }
  busy.sort((a, b) => a - b);
  return { busy_p50_ms: quantile(busy, 0.5), busy_p95_ms: quantile(busy, 0.95), busy_worst_ms: busy.at(-1) ?? 0, longest_task_ms: longest };
}

async function trace(s, work) {
  const events = [];
  const collect = ({ value }) => events.push(...value);
  s.cdp.on('Tracing.dataCollected', collect);
  await s.cdp.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['__metadata', 'toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] },
  });
  const result = await work();
  const complete = new Promise(resolve => s.cdp.once('Tracing.tracingComplete', resolve));
  await s.cdp.send('Tracing.end');
  await complete;
  s.cdp.off('Tracing.dataCollected', collect);
  return { result, events };
}

/** Hovers over, drags on and zooms into the plot in `box` (CSS pixels). */
export async function measureHand(s, { x, y, width, height }) {
  const at = (u, v) => [x + width * u, y + height * v];
  await mouse(s, 'mouseMoved', at(0.1, 0.5));
  await sleep(300);
  const hover = await framesDuring(s, () => move(s, u => at(0.1 + 0.8 * u, 0.5 + 0.3 * Math.sin(u * 12)), 3000));

  await cast(s, true);
  await sleep(1200);
  const answers = [];
  for (const u of [0.3, 0.55, 0.72]) {
    const seen = s.frames.length;
    const began = Date.now();
    await mouse(s, 'mouseMoved', at(u, 0.55));
    await sleep(1200);
    if (s.frames.length > seen) answers.push(s.frames.at(-1).at - began);
  }
  await cast(s, false);

  const [from, to] = [at(0.3, 0.4), at(0.6, 0.6)];
  await mouse(s, 'mouseMoved', from);
  await mouse(s, 'mousePressed', from, { buttons: 1 });
  const path = u => [0, 1].map(i => from[i] + (to[i] - from[i]) * Math.min(1, u * 1.05));
  const drag = await framesDuring(s, () => move(s, path, 3000, { buttons: 1, button: 'left' }));

  await cast(s, true);
  await sleep(1500);
  const seen = s.frames.length;
  const released = Date.now();
  let zoom_done = 0;
  const zoom = await framesDuring(s, async () => {
    mouse(s, 'mouseReleased', to).catch(() => {});
    zoom_done = await settled(s, released, undefined, 1200, 60_000);
  });
  await cast(s, false);
  return {
    hover, drag, zoom,
    hover_to_picture_ms: quantile(answers.sort((a, b) => a - b), 0.5),
    release_to_first_ms: (s.frames[seen]?.at ?? NaN) - released,
    release_to_picture_ms: zoom_done - released,
  };
}
