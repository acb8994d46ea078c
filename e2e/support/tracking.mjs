// A small client of the MLflow REST API, as training code in any language would write it.

const BATCH = 1000;
/** When the first seeded run started: fixed, so that a picture is the same every day. */
const START_MILLIS = 1_760_000_000_000;

/** JSON has no word for these; MLflow's client sends the names. */
const wire = value => (Number.isFinite(value) ? value : Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity');
const pairs = object => Object.entries(object ?? {}).map(([key, value]) => ({ key, value: String(value) }));

/** The calls that a training script makes, against the server at `url`. */
export function tracking(url) {
  const post = async (path, body) => {
    const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };

  // Each run starts a millisecond after the one before, so that the run list has one order, the newest first.
  const start_by_run = new Map();
  let made = 0;

  const self = {
    /** Makes an experiment; resolves to its id. */
    experiment: async name => (await post('experiments/create', { name })).experiment_id,

    /** Starts a run; resolves to its id. */
    run: async (experiment_id, { name, params, tags }) => {
      const start_time = START_MILLIS + made++;
      const { run } = await post('runs/create', { experiment_id, run_name: name, start_time, tags: pairs(tags) });
      start_by_run.set(run.info.run_id, start_time);
      await post('runs/log-batch', { run_id: run.info.run_id, params: pairs(params) });
      return run.info.run_id;
    },

    /** Logs `values` of `metric`, one a step from `first` on, a second apart. */
    metric: (run_id, key, values, first = 0) => self.curves(run_id, { [key]: values }, first),

    /** Logs the values of each metric of `curves`, one a step from `first` on, a second apart. */
    curves: async (run_id, curves, first = 0) => {
      const started = start_by_run.get(run_id);
      let batch = [];
      const send = () => post('runs/log-batch', { run_id, metrics: batch });
      for (const [key, values] of Object.entries(curves)) {
        for (let at = 0; at < values.length; at++) {
          batch.push({ key, value: wire(values[at]), step: first + at, timestamp: started + (first + at) * 1000 });
          if (batch.length === BATCH) {
            await send();
            batch = [];
          }
        }
      }
      if (batch.length) await send();
    },

    /** Ends a run. */
    end: (run_id, status = 'FINISHED') => post('runs/update', { run_id, status, end_time: Date.now() }),

    /** Stores `body` as the artifact `path` of a run. */
    artifact: async (run_id, path, body) => {
      const { run } = await (await fetch(`${url}/api/2.0/mlflow/runs/get?run_id=${run_id}`)).json();
      const folder = run.info.artifact_uri.replace(/^mlflow-artifacts:\/*/, '');
      const answer = await fetch(`${url}/api/2.0/mlflow-artifacts/artifacts/${folder}/${path}`, { method: 'PUT', body });
      if (!answer.ok) throw new Error(`artifact ${path}: ${answer.status} ${await answer.text()}`);
    },

    /** Makes an experiment of finished `runs` (see `learning.mjs`), a few at a time; resolves to its id. */
    fill: async (name, runs) => {
      const experiment = await self.experiment(name);
      const left = runs[Symbol.iterator]();
      const worker = async () => {
        for (const run of left) {
          const id = await self.run(experiment, run);
          await self.curves(id, run.curves);
          await self.end(id, run.tags?.fate === 'diverged' ? 'FAILED' : 'FINISHED');
        }
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      return experiment;
    },
  };
  return self;
}
