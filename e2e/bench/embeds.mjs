// Measures a page with ten embeds of one panel each, cold: node bench/embeds.mjs [RUNSxSTEPS]   (after `make build`)
//
// Says how long it took until every picture was there, what came over the network, which long tasks ran in which frames,
// and the same once a pointer has woken them all.
import { chromium } from '@playwright/test';
import { BROWSER } from '../support/browser.mjs';
import { elsewhere } from '../support/elsewhere.mjs';
import { program } from '../support/program.mjs';

const EMBEDS = 10;
const demo = await program({ command: 'demo', args: ['--no-recordings', '--no-live', '--synthetic', process.argv[2] ?? '500x10000'] });
const post = async (path, body) => (await fetch(demo.url + path, { method: 'POST', body: JSON.stringify(body) })).json();
const experiments = await (await fetch(`${demo.url}/api/experiments`)).json();
const [experiment] = experiments.toSorted((a, b) => (b.runs ?? 0) - (a.runs ?? 0));
const id = experiment.experiment_id ?? experiment.id;
const metrics = await (await fetch(`${demo.url}/api/experiments/${id}/metrics`)).json();
const tokens = [];
for (let at = 0; at < EMBEDS; at += 1) {
  const panel = metrics[at % metrics.length].metric;
  const target = { kind: 'panel', placed: { experiment_id: id, tab: '', view: {} }, panel };
  tokens.push((await post('/api/shares', { target })).token);
}
const frames = query => tokens.map(token => `<iframe src="${demo.url}/embed/${token}${query}" sandbox="allow-scripts" width="700" height="400"></iframe>`).join('');
const wiki = await elsewhere({ '/pictures': frames(''), '/charts': frames('?interactive=1') });

/** What a page of ten frames costs until `done` holds in each. */
async function measured(path, done) {
  const browser = await chromium.launch(BROWSER);
  const page = await browser.newPage({ viewport: { width: 1500, height: 2400 } });
  let bytes = 0;
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  page.on('response', async answer => { bytes += (await answer.request().sizes().catch(() => ({ responseBodySize: 0 }))).responseBodySize; });
  await page.addInitScript(() => {
    window.longTasks = [];
    new PerformanceObserver(list => { for (const task of list.getEntries()) window.longTasks.push(task.duration); }).observe({ type: 'longtask', buffered: true });
  });
  const began = performance.now();
  await page.goto(wiki.url + path, { waitUntil: 'commit' });
  while (page.frames().length <= EMBEDS) await page.waitForTimeout(10);
  const embeds = page.frames().slice(1);
  await Promise.all(embeds.map(frame => frame.waitForFunction(done, null, { timeout: 120_000 })));
  const millis = Math.round(performance.now() - began);
  await page.waitForTimeout(500);
  const tasks = (await Promise.all(page.frames().map(frame => frame.evaluate(() => window.longTasks)))).flat();
  await browser.close();
  return { path, embeds: embeds.length, millis, kilobytes: Math.round(bytes / 1000), long_tasks: tasks.length, longest_millis: Math.round(Math.max(0, ...tasks)), blocked_millis: Math.round(tasks.reduce((sum, task) => sum + Math.max(0, task - 50), 0)) };
}

try {
  console.log(await measured('/pictures', () => { const image = document.getElementById('picture'); return image?.complete && image.naturalWidth > 16; }));
  console.log(await measured('/charts', () => document.querySelector('figure[aria-busy=false]') !== null));
} finally {
  wiki.close();
  await demo.remove();
}
