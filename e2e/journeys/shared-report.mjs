// Links to reports: written, published, shared, opened in a fresh profile, framed, revoked.
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';
import { elsewhere } from '../support/elsewhere.mjs';
import { link, publish, report } from '../support/shared.mjs';

test('publish a report, share it, open the link in a fresh profile, and revoke it', async ({ page, browser, seeded }) => {
  const id = await report(seeded);
  await page.goto(`${seeded.url}/reports/${id}?edit=1`);
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('button', { name: 'Publish this version' }).click();
  await expect(page.getByText(/^Version 1/)).toBeVisible();
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Share' });
  await expect(dialog.getByText('reads the newest published version')).toBeVisible();
  await dialog.getByRole('button', { name: 'Create link' }).click();
  const address = await dialog.getByRole('textbox', { name: 'Link', exact: true }).inputValue();

  const fresh = await browser.newContext();
  const theirs = await fresh.newPage();
  const [asked, errors] = [[], []];
  theirs.on('request', request => asked.push(new URL(request.url())));
  theirs.on('pageerror', error => errors.push(String(error)));
  await theirs.goto(address);
  await expect(theirs.getByRole('heading', { name: 'Does warmup help?', level: 1 }).last()).toBeVisible();
  await expect(theirs.locator('#still')).toHaveCount(0);
  await expect(await chartOf(theirs, 'train/loss')).toHaveAccessibleName(/: 10 runs/);
  const picture = theirs.getByRole('img', { name: 'One dot' });
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBe(8);
  await theirs.getByRole('region', { name: 'Runs' }).scrollIntoViewIfNeeded();
  await expect(theirs.getByRole('region', { name: 'Runs' }).getByRole('row')).toHaveCount(4);
  const strange = asked.filter(url => url.pathname.startsWith('/api/') && !url.pathname.startsWith('/api/shared/'));
  expect(strange.map(String)).toEqual([]);
  expect(asked.filter(url => url.origin !== seeded.url && url.protocol !== 'data:').map(String)).toEqual([]);
  expect(await fresh.cookies()).toEqual([]);
  expect(errors).toEqual([]);

  await page.goto(`${seeded.url}/shares`);
  await page.getByRole('button', { name: 'Revoke Does warmup help?' }).click();
  await expect(page.getByRole('row', { name: /Does warmup help/ })).toContainText('revoked');
  await theirs.goto(address);
  await expect(theirs.getByRole('heading', { name: 'This link opens nothing' })).toBeVisible();
  await fresh.close();
});

test('a report is read before the app comes, and without scripts', async ({ browser, seeded }) => {
  const id = await report(seeded, 'Read at once');
  await publish(seeded, id);
  const token = await link(seeded, id);
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  for (const place of ['s', 'embed']) {
    await page.goto(`${seeded.url}/${place}/${token}`);
    await expect(page.getByRole('heading', { name: 'Read at once' })).toBeVisible();
    await expect(page.getByText('It does, by a bit.')).toBeVisible();
    const picture = page.getByRole('img', { name: 'train/loss' });
    await picture.scrollIntoViewIfNeeded();
    await expect.poll(() => picture.evaluate(image => image.complete && image.naturalWidth)).toBeGreaterThan(800);
    await expect(page.getByRole('row')).toHaveCount(4);
  }
  await plain.close();
});

test('a report in a frame is words first, panels on reach, and as high as it is long', async ({ page, seeded }) => {
  const id = await report(seeded, 'In a wiki');
  await publish(seeded, id);
  const token = await link(seeded, id);
  const host = await elsewhere({
    '/': `<script src="${seeded.url}/embed.js"></script><iframe title="embed" sandbox="allow-scripts" src="${seeded.url}/embed/${token}" style="width:900px;height:200px;border:0"></iframe>`,
  });
  await page.setViewportSize({ width: 1000, height: 900 });
  await page.goto(host.url);
  const frame = page.frameLocator('iframe');
  await expect(frame.getByText('It does, by a bit.')).toBeVisible();
  await expect.poll(() => page.locator('iframe').evaluate(node => node.getBoundingClientRect().height)).toBeGreaterThan(600);
  await frame.locator('#still').getByRole('img', { name: 'train/loss' }).hover();
  const panel = frame.locator('.shared').getByRole('figure', { name: 'train/loss' });
  await expect(panel).toHaveAttribute('aria-busy', 'false');
  await expect(panel.getByRole('img')).toHaveAccessibleName(/: 10 runs/);
  await expect(frame.locator('#still')).toHaveCount(0);
  await expect.poll(() => page.locator('iframe').evaluate(node => node.getBoundingClientRect().height)).toBeGreaterThan(600);
  host.close();
});

test('a report with a password tells nothing before it, and shows its pictures after', async ({ browser, seeded }) => {
  const id = await report(seeded, 'Locked words');
  const token = await link(seeded, id, { password: 'correct horse', title: 'Locked' });
  const fresh = await browser.newContext();
  const page = await fresh.newPage();
  await page.goto(`${seeded.url}/s/${token}`);
  await expect(page.getByLabel('Password')).toBeVisible();
  expect(await page.content()).not.toContain('Locked words');
  await page.getByLabel('Password').fill('correct horse');
  await page.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('heading', { name: 'Locked words' })).toBeVisible();
  const picture = page.getByRole('img', { name: 'One dot' });
  await picture.scrollIntoViewIfNeeded();
  await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBe(8);
  await expect(panelOf(page, 'train/loss').getByRole('img')).toHaveAccessibleName(/: 10 runs/);
  await fresh.close();
});
