// Reports about the seeded experiment, and links to them.
import { expect } from '@playwright/test';

const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mMwSDiAFTEMLQkArqhUARzQ1MEAAAAASUVORK5CYII=', 'base64');

/** What the server answers. */
const say = async (url, path, body, method = 'POST') => {
  const answer = await fetch(url + path, { method, body: body instanceof Buffer ? body : JSON.stringify(body) });
  expect(answer.status, await answer.clone().text()).toBe(200);
  return answer.json();
};

/** A report about `curves` with words, a picture, a panel and a table, and `more` blocks. */
export async function report(seeded, title = 'Does warmup help?', words = 'It **does**, by a bit.', more = []) {
  const { hash } = await say(seeded.url, '/api/reports/images', DOT);
  const placed = { experiment_id: String(seeded.curves), tab: '', view: { filter: "attributes.run_name LIKE 'run-000%'" } };
  const table = { ...placed, view: { ...placed.view, table: { columns: ['params.lr'] } } };
  const document = {
    version: 1, title,
    blocks: [
      { id: 'w1', kind: 'paragraph', text: words },
      { id: 'h1', kind: 'heading', level: 1, text: 'Curves' },
      { id: 'g1', kind: 'panels', sets: [{ placed }], panels: [{ id: 'p1', metric: 'train/loss', set: 0, span: 12, height: 300 }] },
      { id: 'i1', kind: 'image', hash, caption: 'One dot' },
      { id: 't1', kind: 'runs', placed: table, limit: 3 },
      ...more,
    ],
  };
  const row = await say(seeded.url, '/api/reports', { document });
  return row.id;
}

/** Makes the draft of a new report its first version. */
export const publish = (seeded, id) => say(seeded.url, `/api/reports/${id}/publish`, { revision: 1 });
/** The token of a link to a report. */
export const link = async (seeded, id, wishes = {}) => (await say(seeded.url, '/api/shares', { target: { kind: 'report', report_id: id }, ...wishes })).token;
