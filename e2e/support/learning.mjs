// Learning curves as a tracker meets them: noise, one-step spikes, runs that diverge, stop early or log NaN for a while.
// The same seed gives the same runs on every machine.

export const METRICS = ['train_loss', 'val_loss', 'val_acc', 'grad_norm', 'tokens_per_s'];
/** Height of the spike that is planted in every long run; what surrounds it stays under 4. */
export const SPIKE = 50;

/** Uniform numbers in 0..1, and normal ones, from a seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  const uniform = (low = 0, high = 1) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return low + (high - low) * (((t ^ (t >>> 14)) >>> 0) / 4294967296);
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, whole: (low, high) => Math.floor(uniform(low, high)), one: list => list[Math.floor(uniform(0, list.length))] };
}

const significant = value => Number(value.toPrecision(4));

function paramsOf(r) {
  return {
    lr: significant(10 ** r.uniform(-5, -1.5)),
    weight_decay: significant(10 ** r.uniform(-6, -1)),
    eps: significant(10 ** r.uniform(-9, -5)),
    batch_size: 2 ** r.whole(4, 11),
    dropout: significant(r.uniform(0, 0.5)),
    depth: r.whole(2, 49),
    width: 64 * r.whole(1, 33),
    optimizer: r.one(['adamw', 'sgd', 'lion', 'adafactor']),
    schedule: r.one(['cosine', 'linear', 'constant']),
    augment: r.one(['none', 'light', 'heavy']),
  };
}

function fateOf(r) {
  const u = r.uniform();
  return u < 0.06 ? 'diverged' : u < 0.1 ? 'nan_gap' : u < 0.35 ? 'short' : 'full';
}

/** `count` runs of at most `steps` steps with the five METRICS. */
export function* learningRuns(count, steps, seed = 7) {
  for (let index = 0; index < count; index++) {
    const r = random(seed * 100_003 + index);
    const params = paramsOf(r);
    const fate = fateOf(r);
    const whole = fate === 'full' || fate === 'nan_gap';
    const length = whole ? steps : Math.max(20, Math.floor(steps * r.uniform(0.25, 0.98)));
    yield { name: `run-${String(index).padStart(4, '0')}`, params, tags: { fate }, curves: curvesOf(r, params, fate, length, steps) };
  }
}

/** The same runs with 40 metrics in 4 sections: their five curves and 35 that are moved up a little each. */
export function* curvesOf40(runs) {
  for (const run of runs) {
    const curves = {};
    for (let at = 0; at < 40; at++) {
      const metric = METRICS[at % METRICS.length];
      const lift = 1 + at / 40;
      curves[`${['train', 'val', 'test', 'system'][at % 4]}/${metric}_${at}`] = run.curves[metric].map(value => value * lift);
    }
    yield { ...run, curves };
  }
}

function curvesOf(r, params, fate, length, steps) {
  const columns = Object.fromEntries(METRICS.map(metric => [metric, new Float64Array(length)]));
  const quality = Math.abs(Math.log10(params.lr) + 3) * 0.35 + 0.25 * (1 - params.depth / 48) + 0.1 * r.uniform();
  const speed = 4 + 14 * r.uniform();
  const noise = (size, step) => size * (r.normal() + 0.5 * Math.sin(step / 7));
  for (let step = 0; step < length; step++) {
    const t = (step + 1) / steps;
    const base = 0.25 + quality + 3.2 * Math.exp(-speed * t ** 0.55);
    columns.train_loss[step] = base * (1 + noise(0.03, step)) + 0.02;
    columns.val_loss[step] = base + 0.02 + 0.35 * t * params.dropout + noise(0.02, step);
    columns.val_acc[step] = Math.min(1, Math.max(0, 1 - base / 4 + noise(0.012, step)));
    columns.grad_norm[step] = Math.exp(0.4 * r.normal()) * (0.6 + base);
    columns.tokens_per_s[step] = (9e4 / (1 + params.width / 700)) * (1 + noise(0.015, step));
  }
  for (let spikes = r.whole(0, 4); spikes > 0; spikes--) {
    const at = r.whole(length / 10, length);
    columns.train_loss[at] *= r.uniform(2.5, 7);
    columns.grad_norm[at] *= 20;
  }
  if (fate === 'diverged') diverge(r, columns, length);
  if (fate === 'nan_gap') {
    const from = Math.floor(length * r.uniform(0.2, 0.7));
    columns.train_loss.fill(NaN, from, from + Math.max(2, Math.floor(length / 50)));
  }
  return columns;
}

function diverge(r, columns, length) {
  const from = Math.floor(length * r.uniform(0.5, 0.9));
  for (const metric of ['train_loss', 'val_loss', 'grad_norm']) {
    for (let step = from; step < length; step++) {
      columns[metric][step] *= Math.exp(Math.min((step - from) / Math.max(1, length * 0.02), 9));
    }
    columns[metric].fill(NaN, Math.min(length - 1, from + Math.floor(length * 0.2)));
  }
  columns.val_acc.fill(0.1, from);
}

/** The step at which long run `index` has its one spike. */
export const spikeStep = (index, steps) => Math.floor(steps * (0.37 + 0.2 * index)) + 7;

/** `count` runs with one metric of `steps` steps and one spike, one step wide. */
export function* longRuns(count = 3, steps = 1_000_000, seed = 7) {
  for (let index = 0; index < count; index++) {
    const r = random(seed * 100_003 + 9000 + index);
    const values = Float64Array.from({ length: steps }, (_, step) =>
      0.5 + 0.3 * index + 3 * Math.exp(-8 * ((step + 1) / steps) ** 0.5) + 0.05 * r.normal());
    values[spikeStep(index, steps)] = SPIKE;
    yield { name: `long-${index}`, params: paramsOf(r), tags: { fate: 'long' }, curves: { train_loss: values } };
  }
}
