// Blocks of a report taken as a whole, and what comes from elsewhere.
import { expect, test } from '../support/journey.mjs';
import { begin, draftOf, field, saved, words } from '../support/report.mjs';

const FIVE = 'one\n\n- two\n\n## three\n\nfour\n\nfive\n';
const selected = page => page.locator('.report-block[data-selected]');

test('select blocks by keyboard, and move, duplicate, remove and undo them', async ({ page, server }) => {
  const { id } = await begin(server.url, FIVE);
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  await page.getByText('two').click();
  await page.keyboard.press('Escape');
  await expect(selected(page)).toHaveCount(1);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(page.getByText('2 blocks selected')).toBeAttached();
  const is = list => expect.poll(() => words(page).then(all => all.map(text => text.replace(/^•\s*/, '')))).toEqual(list.split(' '));
  await page.keyboard.press('Alt+ArrowDown');
  await is('one four two three five');
  await page.keyboard.press('Control+z');
  await is('one two three four five');
  await page.keyboard.press('Control+d');
  await is('one two three two three four five');
  await expect(selected(page)).toHaveCount(2);
  await page.keyboard.press('Delete');
  await is('one two three four five');
  await page.keyboard.press('Control+z');
  await is('one two three two three four five');
  await page.keyboard.press('Control+z');
  await is('one two three four five');
  await page.keyboard.press('Control+a');
  await expect(selected(page)).toHaveCount(5);
  await page.keyboard.press('ArrowUp');
  await expect(selected(page)).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(field(page)).toHaveValue('four');
  // From within the words, Shift reaches into the next block.
  await page.keyboard.press('Shift+ArrowDown');
  await expect(selected(page)).toHaveCount(2);
  await page.keyboard.press('Escape');
  await expect(selected(page)).toHaveCount(0);
});

test('drag a block by its handle, and take it back', async ({ page, server }) => {
  const { id } = await begin(server.url, 'one\n\ntwo\n\nthree\n');
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  await page.getByText('three').hover();
  const handle = page.locator('.report-block', { hasText: 'three' }).locator('.report-handle');
  await handle.dragTo(page.getByText('one'), { targetPosition: { x: 20, y: 2 } });
  await expect.poll(() => words(page)).toEqual(['three', 'one', 'two']);
  await page.getByText('one').click();
  await page.keyboard.press('Control+z');
  await expect.poll(() => words(page)).toEqual(['one', 'two', 'three']);
  await saved(page);
});

test('draw the pointer over blocks, cut them, and paste them elsewhere and as Markdown', async ({ page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: server.url });
  const { id } = await begin(server.url, FIVE);
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  const [from, to] = [await page.getByText('two').boundingBox(), await page.getByText('four').boundingBox()];
  await page.mouse.move(from.x + 5, from.y + 5);
  await page.mouse.down();
  await page.mouse.move(to.x + 5, to.y + 5, { steps: 6 });
  await page.mouse.up();
  await expect(selected(page)).toHaveCount(3);
  await page.keyboard.press('Control+x');
  await expect.poll(() => words(page)).toEqual(['one', 'five']);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('- two\n\n## three\n\nfour\n');
  await page.keyboard.press('Control+v');
  await expect.poll(() => words(page).then(all => all.length)).toBe(5);
  await saved(page);
  const { blocks } = await draftOf(server.url, id);
  expect(blocks.map(block => [block.kind, block.text])).toEqual([
    ['paragraph', 'one'], ['paragraph', 'five'], ['item', 'two'], ['heading', 'three'], ['paragraph', 'four'],
  ]);
  await page.keyboard.press('Control+z');
  await expect.poll(() => words(page)).toEqual(['one', 'five']);
  await page.keyboard.press('Control+z');
  await expect.poll(() => words(page).then(all => all.length)).toBe(5);

  // Markdown of several lines becomes blocks, in a field too, as one change.
  await page.getByText('five').click();
  await page.evaluate(() => navigator.clipboard.writeText('# Title\n\n1. a\n2. b\n\n> [!WARNING]\n> hot\n'));
  await page.keyboard.press('Control+v');
  await expect(field(page)).toHaveValue('hot');
  await expect.poll(() => words(page).then(all => all.length)).toBe(9);
  await page.keyboard.press('Control+z');
  await expect.poll(() => words(page).then(all => all.length)).toBe(5);
});

/** What others could send: none of it may run, load anything from elsewhere, or break the page. */
const ATTACKS = [
  '<script>window.broken = 1</script>', '<img src=x onerror="window.broken = 1">', '<svg onload="window.broken = 1"></svg>',
  '[click](javascript:window.broken=1)', '[click](JaVaScRiPt:window.broken=1)', '[click](&#106;avascript:window.broken=1)',
  '![tracker](https://evil.example/pixel.png)', '![](//evil.example/x)', '<iframe src="https://evil.example"></iframe>',
  '<style>body { display: none }</style>', '<base href="https://evil.example">', '<form action="https://evil.example"><input name=password></form>',
  '$\\href{javascript:window.broken=1}{x}$', '$\\def\\a{\\a\\a}\\a$', `$${'{'.repeat(3000)}$`, '$\\text{<img src=x onerror=window.broken=1>}$',
  `${'> '.repeat(500)}deep`, `${'*'.repeat(3000)}`, `${'['.repeat(3000)}`,
];

test('hostile Markdown is shown harmlessly, and pictures of others are links', async ({ page, server }) => {
  const elsewhere = [];
  page.on('request', request => { if (!request.url().startsWith(server.url)) elsewhere.push(request.url()); });
  page.on('dialog', dialog => { elsewhere.push(dialog.message()); dialog.dismiss(); });
  await page.goto(`${server.url}/reports`);
  await page.getByRole('button', { name: /^Blank/ }).click();
  await page.getByRole('button', { name: 'Add a block' }).click();
  await expect(field(page)).toBeVisible();
  await field(page).evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, [...ATTACKS, ...ATTACKS.map(attack => `- ${attack}`), ...ATTACKS.map(attack => `## ${attack}`), 'the end'].join('\n\n'));
  await expect(field(page)).toHaveValue('the end');
  await saved(page);
  await page.getByRole('link', { name: 'Read' }).click();
  const article = page.getByRole('article');
  await expect(article.getByText('the end')).toBeVisible();
  const outside = article.getByRole('link', { name: 'Picture at evil.example tracker' }).first();
  await expect(outside).toHaveAttribute('href', 'https://evil.example/pixel.png');
  await expect(outside).toHaveAttribute('rel', /noreferrer/);
  for (const link of await article.getByText('click', { exact: true }).all()) await link.click();
  expect(await page.evaluate(() => window.broken)).toBeUndefined();
  expect(elsewhere).toEqual([]);
});

test('deep lists and a huge report stay whole, and what is too large is refused in words', async ({ page, server }) => {
  const deep = Array.from({ length: 40 }, (_, depth) => `${'    '.repeat(depth)}- level ${depth}`).join('\n');
  const many = Array.from({ length: 1900 }, (_, at) => `Paragraph ${at} with **some** words and $x_{${at}}$.`).join('\n\n');
  const { id } = await begin(server.url, `---\nthroughline-report: 1\ntitle: "Huge"\n---\n\n${deep}\n\n${many}\n`);
  await page.goto(`${server.url}/reports/${id}`);
  await expect(page.getByRole('heading', { name: 'Huge' })).toBeVisible();
  await expect(page.getByRole('article').getByRole('listitem')).toHaveCount(40);
  await expect(page.getByText('Paragraph 1899 with')).toBeAttached();
  const tooMany = await fetch(`${server.url}/api/reports`, { method: 'POST', body: JSON.stringify({ markdown: `${many}\n\n${many}` }) });
  expect(tooMany.status).toBe(413);
  expect((await tooMany.json()).error.message).toContain('at most 2000 blocks');
});
