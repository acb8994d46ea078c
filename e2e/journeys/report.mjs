// Write a report, publish it, and get it back as it was.
import { readFile } from 'node:fs/promises';
import { chartOf, expect, panelOf, test } from '../support/journey.mjs';
import { begin, field, saved, say, words as wordsOf } from '../support/report.mjs';

const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAYAAADED76LAAAAFUlEQVR4nGNkYPj/nwEPYMInOXwUAABq4gQBo5dVBwAAAABJRU5ErkJggg==';

test('write a report from nothing by keyboard, publish it, and read it', async ({ page, server }) => {
  await page.goto(`${server.url}/reports`);
  await page.getByRole('button', { name: /^Blank/ }).click();
  await page.getByRole('textbox', { name: 'Title' }).fill('Warmup helps');
  await page.keyboard.press('Enter');
  await page.keyboard.type('## Setup');
  await page.keyboard.press('Enter');
  await page.keyboard.type('We train with **two** seeds and $\\eta_t$.');
  await page.keyboard.press('Enter');
  await page.keyboard.type('- data');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('digits');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('$$');
  await expect(field(page)).toHaveAccessibleName('Formula in LaTeX');
  await page.keyboard.type('\\frac{a}{b}');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.type('```python');
  await page.keyboard.press('Enter');
  await page.keyboard.type('def f(): return 1');
  await page.keyboard.press('Control+Enter');
  await page.keyboard.type('/contents');
  await expect(page.getByRole('option', { name: /Contents/ })).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await page.keyboard.type('# not undone');
  await saved(page);

  // A picture from the clipboard.
  await page.keyboard.press('Enter');
  await field(page).evaluate((field, dot) => {
    const bytes = Uint8Array.from(atob(dot), c => c.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'dot.png', { type: 'image/png' }));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, DOT);
  await expect(field(page)).toHaveAccessibleName('Caption');
  await page.keyboard.type('One dot');
  await saved(page);

  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByRole('dialog', { name: 'Publish' }).getByRole('button', { name: 'Publish this version' }).click();
  const article = page.getByRole('article');
  await expect(article.getByText(/^Version 1/)).toBeVisible();
  await expect(article.getByRole('heading', { name: 'Warmup helps' })).toBeVisible();
  await expect(article.getByText('two', { exact: true })).toHaveCSS('font-weight', /[67]00|bolder/);
  await expect(article.locator('mfrac')).toHaveCount(1);
  await expect(article.getByRole('list').first().getByRole('listitem')).toHaveText(['•data', '•digits']);
  await expect(article.getByText('def', { exact: true })).toHaveClass('code-keyword');
  await expect(article.getByRole('navigation', { name: 'Contents' }).getByRole('link')).toHaveText(['Setup', 'not undone']);
  const picture = article.getByRole('img', { name: 'One dot' });
  await expect.poll(() => picture.evaluate(image => image.naturalWidth)).toBe(8);
  const text = await article.innerText();
  await page.reload();
  await expect(picture).toBeVisible();
  await expect.poll(() => article.innerText()).toBe(text);
});

test('undo takes back what was typed, split, moved and removed', async ({ page, server }) => {
  const { id } = await begin(server.url, 'one\n\ntwo\n\nthree\n');
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  const blocks = page.getByRole('group', { name: 'Blocks' });
  await blocks.getByText('two').click();
  await page.keyboard.press('Alt+ArrowUp');
  const words = () => wordsOf(page);
  await expect.poll(words).toEqual(['two', 'one', 'three']);
  await expect(field(page)).toHaveValue('two');
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  await page.keyboard.type('more');
  await expect.poll(words).toEqual(['two', 'more', 'one', 'three']);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+z');
  await expect.poll(words).toEqual(['one', 'two', 'three']);
  await page.keyboard.press('Control+Shift+z');
  await expect.poll(words).toEqual(['two', 'one', 'three']);
  await saved(page);
  const { document } = await say(server.url, `/api/reports/${id}?version=draft`);
  expect(document.blocks.map(block => block.text)).toEqual(['two', 'one', 'three']);
});

test('two people write at once, and nothing is lost', async ({ page, server }) => {
  const { id } = await begin(server.url, 'first\n\nsecond\n\nthird\n');
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  const blocks = page.getByRole('group', { name: 'Blocks' });
  await expect(blocks.getByText('first')).toBeVisible();
  const other = async change => {
    const { revision, document } = await say(server.url, `/api/reports/${id}?version=draft`);
    change(document.blocks);
    await say(server.url, `/api/reports/${id}/draft`, 'PUT', { base: revision, document });
  };

  // Each another block: both are kept.
  await other(blocks => { blocks[2].text = 'third, by Ada'; });
  await blocks.getByText('first').click();
  await page.keyboard.type(', by Bob');
  await expect(page.getByText('Both changes are here now')).toBeVisible();
  await expect(blocks.getByText('third, by Ada')).toBeVisible();
  await saved(page);

  // Both the same block: the writer says what stays.
  await other(blocks => { blocks[1].text = 'second, by Ada'; });
  await blocks.getByText('second', { exact: true }).click();
  await page.keyboard.type(', by Bob');
  const dialog = page.getByRole('dialog', { name: 'Someone else changed the same blocks' });
  await expect(dialog).toContainText('second, by Ada');
  await expect(dialog).toContainText('second, by Bob');
  await dialog.getByRole('radio', { name: 'Both' }).click();
  await dialog.getByRole('button', { name: 'Go on with these' }).click();
  await saved(page);
  const { document } = await say(server.url, `/api/reports/${id}?version=draft`);
  expect(document.blocks.map(block => block.text)).toEqual(['first, by Bob', 'second, by Bob', 'second, by Ada', 'third, by Ada']);
});

test('take a report along as Markdown, and bring it back the same', async ({ page, server }) => {
  const { id } = await begin(server.url, '# A title\n\n> [!TIP]\n> warm up\n\n1. a\n   - b\n\n| x |\n|---|\n| 1 |\n\n# \\# kept\n\n$$\nx^2\n$$\n');
  await page.goto(`${server.url}/reports/${id}`);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Markdown' }).click();
  const text = await readFile(await (await download).path(), 'utf8');
  expect(text).toContain('> [!TIP]');
  await page.goto(`${server.url}/reports`);
  await page.getByLabel('Markdown file').setInputFiles({ name: 'report.md', mimeType: 'text/markdown', buffer: Buffer.from(text) });
  await expect(page).toHaveURL(/edit=1/);
  const copy = new URL(page.url()).pathname.split('/').pop();
  expect((await say(server.url, `/api/reports/${copy}`)).document).toEqual((await say(server.url, `/api/reports/${id}`)).document);
});

test('add a panel from a workspace, freeze it, and comment on it', async ({ page, seeded }) => {
  await page.goto(seeded.address);
  await chartOf(page, 'train/loss');
  await panelOf(page, 'train/loss').getByRole('button', { name: /^Actions of/ }).click();
  await page.getByRole('menuitem', { name: 'Add to report' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add to report' });
  await dialog.getByRole('button', { name: 'New report' }).click();
  await dialog.getByRole('link', { name: 'Open the report' }).click();
  await expect(await chartOf(page, 'train/loss')).toHaveAccessibleName(/: 40 runs/);

  await page.getByRole('button', { name: 'Choose panels' }).click();
  await page.getByRole('checkbox', { name: 'val/loss' }).check();
  await page.keyboard.press('Escape');
  await chartOf(page, 'val/loss');
  await page.getByRole('button', { name: 'Freeze' }).click();
  await expect(page.getByText(/^Frozen just now/)).toBeVisible();
  await expect(await chartOf(page, 'val/loss')).toHaveAccessibleName(/: 40 runs/);
  await saved(page);

  await page.getByRole('link', { name: 'Read' }).click();
  await chartOf(page, 'train/loss');
  await page.getByRole('button', { name: 'Comment on this panel' }).first().click();
  const pane = page.getByRole('complementary', { name: 'Comments' });
  await expect(pane).toContainText('About the panel train/loss');
  await pane.getByRole('textbox', { name: 'Comment' }).fill('Which seeds are **these**?');
  await pane.getByRole('textbox', { name: 'Your name' }).fill('Ada');
  await pane.getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(pane.getByText('these', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Comments (1)' })).toBeVisible();
  await pane.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('button', { name: 'Comments', exact: true })).toBeVisible();
});

test('look at what changed between versions, and go back', async ({ page, server }) => {
  const { id } = await begin(server.url, 'old words\n');
  await say(server.url, `/api/reports/${id}/publish`, 'POST', { revision: 1 });
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  await page.getByText('old words').click();
  await page.keyboard.type(' and new ones');
  await saved(page);
  await page.getByRole('button', { name: 'Publish' }).click();
  const publish = page.getByRole('dialog', { name: 'Publish' });
  await expect(publish).toContainText('version 2');
  await expect(publish.getByRole('region', { name: 'Changes' }).getByRole('insertion')).toHaveText(' and new ones');
  await publish.getByRole('textbox', { name: 'What is new' }).fill('Says more');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText(/^Version 2/)).toContainText('Says more');
  await page.goto(`${server.url}/reports/${id}?edit=1`);
  await page.getByRole('button', { name: 'History' }).click();
  const dialog = page.getByRole('dialog', { name: 'History' });
  await expect(dialog).toContainText('Says more');
  await dialog.getByRole('button', { name: 'What changed' }).click();
  await expect(dialog.getByRole('region', { name: 'Changes' })).toContainText('old words and new ones');
  await dialog.getByRole('button', { name: 'Take as draft' }).last().click();
  await expect(page.getByRole('group', { name: 'Blocks' })).toHaveText(/old words$/);
  await saved(page);
});
