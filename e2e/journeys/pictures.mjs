// A picture of the server shows what the canvas shows: the same colours along the same curves.
import { chartOf, expect, test } from '../support/journey.mjs';

const VIEWS = {
  'plain lines, colours by a param': { filter: "attributes.run_name LIKE 'run-000%'", color_by: 'params.lr', smoothing: 0.9, originals: 'hidden', legend: 'never' },
  'groups with bands, a part of x, a log axis': { group_by: ['params.optimizer'], y: 'log', range: [40, 240], group: { center: 'median' }, legend: 'never' },
};

/** The curves that an SVG draws: its points, by the colour of their stroke. */
function curvesOfSvg(svg) {
  const curves = new Map();
  for (const [, attributes] of svg.matchAll(/<polyline ([^>]*)>/g)) {
    const color = /stroke="(#\w{6})"/.exec(attributes)?.[1].toUpperCase();
    const points = /points="([^"]*)"/.exec(attributes)?.[1].trim().split(' ').map(point => point.split(',').map(Number));
    if (color && points?.length > 1) curves.set(color, [...(curves.get(color) ?? []), points]);
  }
  return curves;
}

/** The pixels of `colors` on the canvas that holds a panel's lines, as [x, y]. */
const pixelsOf = (page, colors) => page.locator('canvas.plot-series').first().evaluate((canvas, colors) => {
  const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const found = Object.fromEntries(colors.map(color => [color, []]));
  for (let at = 0; at < width * height; at += 1) {
    if (data[at * 4 + 3] < 250) continue;
    const color = `#${[0, 1, 2].map(c => data[at * 4 + c].toString(16).padStart(2, '0')).join('')}`.toUpperCase();
    found[color]?.push([at % width, Math.floor(at / width)]);
  }
  return found;
}, colors);

/** Both ends of x and of y. */
function boxOf(points) {
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.max(box[1], x);
    box[2] = Math.min(box[2], y);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

const within = ([x0, x1, y0, y1], [x, y]) => [(x - x0) / (x1 - x0), (y - y0) / (y1 - y0)];

/** How far a place lies from the nearest piece of `lines`. */
function distance([x, y], lines) {
  let nearest = Infinity;
  for (const points of lines) {
    for (let at = 1; at < points.length; at += 1) {
      const [[x0, y0], [x1, y1]] = [points[at - 1], points[at]];
      const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
      const share = length ? Math.min(1, Math.max(0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
      nearest = Math.min(nearest, Math.hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0)));
    }
  }
  return nearest;
}

for (const [name, view] of Object.entries(VIEWS)) {
  test(`the server's picture and the canvas show the same chart: ${name}`, async ({ page, seeded }) => {
    const target = { kind: 'panel', placed: { experiment_id: String(seeded.curves), tab: '', view }, panel: 'val/loss' };
    const made = await fetch(`${seeded.url}/api/shares`, { method: 'POST', body: JSON.stringify({ target }) });
    expect(made.status, await made.clone().text()).toBe(200);
    const { token } = await made.json();
    await page.goto(`${seeded.url}/s/${token}`);
    const chart = await chartOf(page, 'val/loss');
    const summary = await chart.getAttribute('aria-label');
    const { width, height } = await chart.boundingBox();
    const answer = await fetch(`${seeded.url}/p/${token}.svg?w=${Math.round(width)}&h=${Math.round(height)}`);
    const svg = await answer.text();
    expect(svg, 'the same sentence').toContain(summary.replaceAll('&', '&amp;'));

    const curves = curvesOfSvg(svg);
    const pixels = await pixelsOf(page, [...curves.keys()]);
    expect(curves.size).toBeGreaterThan(1);
    // Both lie in a box of their own: the picture has a title above and words below.
    const svgBox = boxOf([...curves.values()].flat(2));
    const canvasBox = boxOf(Object.values(pixels).flat());
    for (const [color, lines] of curves) {
      expect(pixels[color].length, `${color} is on the canvas`).toBeGreaterThan(20);
      const scaled = lines.map(points => points.map(point => within(svgBox, point)));
      const off = pixels[color].map(pixel => distance(within(canvasBox, pixel), scaled)).filter(far => far > 0.02);
      expect(off.length / pixels[color].length, `${color} runs the same way`).toBeLessThan(0.02);
    }
  });
}
