// Links to reports of several run sets: drawn as the app draws them, also as pictures, and following what is logged.
import { chartOf, expect, test } from '../support/journey.mjs';
import { begin, gridOf, say, two } from '../support/report.mjs';

const share = async (server, report, wishes = {}) =>
  say(server.url, '/api/shares', 'POST', { target: { kind: 'report', report_id: report }, ...wishes });

test('who holds a link sees each set as one line, live, frozen and in pictures', async ({ page, server }, info) => {
  const { a, b } = await two(server);
  const { id } = await begin(server.url, gridOf([['warm', a], ['cold', b]], ['loss'], { pooled: true }));
  await page.goto(`${server.url}/reports/${id}`);
  const wanted = await (await chartOf(page, 'loss')).getAttribute('aria-label');
  expect(wanted).toMatch(/2 groups/);
  for (const frozen of [false, true]) {
    const { token } = await share(server, id, { frozen });
    await page.goto(`${server.url}/s/${token}`);
    await expect(page.locator('#still')).toHaveCount(0);
    await expect(await chartOf(page, 'loss')).toHaveAccessibleName(wanted);
    await page.getByRole('figure', { name: 'loss' }).getByRole('button', { name: 'Full screen' }).click();
    await expect(page.getByRole('list', { name: 'Legend' }).getByRole('listitem')).toHaveText([/^cold/, /^warm/]);
    await page.screenshot({ path: info.outputPath(`frozen-${frozen}.png`) });
    const svg = await (await fetch(`${server.url}/p/${token}.svg?grid=${await page.locator('.report-panel').first().evaluate(panel => panel.id.split('-')[1])}&panel=p0`)).text();
    for (const word of ['warm', 'cold', '5 runs in 2 groups']) expect(svg).toContain(word);
  }
});

test('an open link follows what is logged and what is published, and ends when it is revoked', async ({ page, server }) => {
  const { client, a, b, runs } = await two(server);
  const { id } = await begin(server.url, `First words\n\n${gridOf([['warm', a], ['cold', b]], ['loss'])}`);
  const { token, share: { share_id } } = await share(server, id);
  await page.goto(`${server.url}/s/${token}`);
  await expect(page.locator('#still')).toHaveCount(0);
  const chart = await chartOf(page, 'loss');
  await expect(chart).toHaveAccessibleName(/: 5 runs/);
  await expect(page.getByText(/all 100 points/)).toBeVisible();
  await client.metric(runs[2], 'loss', [90, 95], 20);
  await expect(page.getByText(/all 102 points/)).toBeVisible({ timeout: 15_000 });

  const { revision } = await say(server.url, `/api/reports/${id}?version=draft`);
  await say(server.url, `/api/reports/${id}/publish`, 'POST', { revision });
  await page.getByRole('status').getByRole('button', { name: 'Show it' }).click({ timeout: 15_000 });
  await expect(page.getByText(/^Version 1,/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Show it' })).toHaveCount(0);
  await expect(await chartOf(page, 'loss')).toHaveAccessibleName(/: 5 runs/);

  await fetch(`${server.url}/api/shares/${share_id}`, { method: 'DELETE' });
  await expect(page.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByText('First words')).toHaveCount(0);
});

test('an embed that nobody reached for follows, and says when its link was revoked', async ({ page, server }) => {
  const { client, a, runs } = await two(server);
  const placed = { experiment_id: a, tab: '', view: { version: 1 } };
  const { token, share: { share_id } } = await say(server.url, '/api/shares', 'POST', { target: { kind: 'panel', placed, panel: 'loss' } });
  await page.clock.install();
  await page.goto(`${server.url}/embed/${token}`);
  const picture = page.locator('#picture');
  await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBeGreaterThan(100);
  const before = await picture.getAttribute('src');
  await client.metric(runs[0], 'loss', [4, 4], 20);
  // What a link shows is looked up once a second at most.
  await expect(async () => {
    await page.clock.runFor(11_000);
    expect(await picture.getAttribute('src')).not.toBe(before);
  }).toPass();
  await fetch(`${server.url}/api/shares/${share_id}`, { method: 'DELETE' });
  await page.clock.runFor(11_000);
  await expect(page.getByText('This link opens nothing')).toBeVisible();
});
