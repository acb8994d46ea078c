// Talk about a report: threads about blocks, panels, runs and ranges; two people who write at once.
import { chartOf, drag, expect, panelOf, test } from '../support/journey.mjs';
import { begin, draftOf, gridOf, saved, say } from '../support/report.mjs';

const pane = page => page.getByRole('complementary', { name: 'Comments' });
const write = async (page, text) => {
  await pane(page).getByRole('textbox', { name: 'Comment' }).last().fill(text);
  await pane(page).getByRole('button', { name: 'Comment', exact: true }).click();
  await expect(pane(page).getByText(text)).toBeVisible();
};

test('comment on a block, a panel, a run and a range, answer and resolve', async ({ page, seeded }) => {
  const { id } = await begin(seeded.url, `The first words of it.\n\n${gridOf([['', seeded.curves]], ['train/loss'])}`);
  await page.goto(`${seeded.url}/reports/${id}`);
  const article = page.getByRole('article');
  await article.getByText('The first words').hover();
  await page.getByRole('button', { name: 'Comment on this', exact: true }).first().click();
  await expect(pane(page)).toContainText('About “The first words of it.”');
  await pane(page).getByRole('textbox', { name: 'Your name' }).fill('Ada');
  await write(page, 'Which words?');

  // A part of x that the panel shows, and one of its runs.
  const chart = await chartOf(page, 'train/loss');
  await drag(page, chart, [0.3, 0.5], [0.6, 0.5]);
  await expect(panelOf(page, 'train/loss')).toHaveAttribute('aria-busy', 'false');
  await page.getByRole('button', { name: 'Comment on this panel' }).click();
  const from = pane(page).getByRole('spinbutton', { name: 'From' });
  await expect(from).toHaveValue(/^\d+$/);
  await from.fill('100');
  await from.blur();
  const run = pane(page).getByRole('combobox', { name: 'Run' });
  await run.selectOption({ index: 3 });
  const short = (await run.inputValue()).slice(0, 8);
  await expect(pane(page)).toContainText(`About the panel train/loss, run ${short}, x from 100 to`);
  await write(page, 'Why this spike?');
  const [first, second] = await say(seeded.url, `/api/reports/${id}/comments`);
  expect(second.anchor).toMatchObject({ block: expect.any(String), panel: 'p0', range: [100, expect.any(Number)] });
  expect(second.anchor.run).toBe(await run.inputValue());
  expect(first.anchor).toEqual({ block: expect.any(String) });

  // Whoever comes back is led there.
  await page.reload();
  await expect(page.getByRole('button', { name: 'Comments (2)' })).toBeVisible();
  await page.getByRole('button', { name: 'Comments (2)' }).click();
  const thread = pane(page).getByRole('article').filter({ hasText: 'Why this spike?' });
  await chartOf(page, 'train/loss');
  const whole = await panelOf(page, 'train/loss').getByRole('img').getAttribute('aria-label');
  await thread.getByRole('button', { name: /^About the panel/ }).click();
  await expect(panelOf(page, 'train/loss').getByRole('img')).not.toHaveAttribute('aria-label', whole);

  await thread.getByRole('button', { name: 'Reply' }).click();
  await thread.getByRole('textbox', { name: 'Answer' }).fill('A bad batch.');
  await page.keyboard.press('Control+Enter');
  await expect(thread).toContainText('A bad batch.');
  await expect(page.getByRole('button', { name: 'Comments (2)' })).toBeVisible();
  await thread.getByRole('button', { name: 'Resolve' }).click();
  await expect(page.getByRole('button', { name: 'Comments (1)' })).toBeVisible();
  await expect(thread).toHaveCount(0);
  await pane(page).getByRole('checkbox', { name: 'Resolved ones too' }).check();
  await expect(thread).toContainText('A bad batch.');
  await thread.getByRole('button', { name: 'Open again' }).click();
  await expect(page.getByRole('button', { name: 'Comments (2)' })).toBeVisible();
});

test('two people in two browsers change the same blocks, and both drafts are kept', async ({ page, browser, server }) => {
  const { id } = await begin(server.url, 'first\n\nsecond\n');
  const address = `${server.url}/reports/${id}?edit=1`;
  const other = await (await browser.newContext()).newPage();
  for (const who of [page, other]) {
    await who.goto(address);
    await expect(who.getByRole('group', { name: 'Blocks' }).getByText('second')).toBeVisible();
  }
  await other.getByText('second').click();
  await other.keyboard.type(', by Ada');
  await saved(other);
  await expect.poll(async () => (await draftOf(server.url, id)).blocks[1].text).toBe('second, by Ada');
  await page.getByText('second').click();
  await page.keyboard.type(', by Bob');
  const dialog = page.getByRole('dialog', { name: 'Someone else changed the same blocks' });
  await expect(dialog).toContainText('second, by Ada');
  await dialog.getByRole('radiogroup', { name: 'What stays' }).getByRole('radio', { name: 'Yours' }).click();
  await dialog.getByRole('button', { name: 'Go on with these' }).click();
  await saved(page);
  await expect.poll(async () => (await draftOf(server.url, id)).blocks[1].text).toBe('second, by Bob');

  // Titles meet as well; the other browser has not seen any of it yet.
  await page.getByRole('textbox', { name: 'Title' }).fill('Title of Bob');
  await saved(page);
  await expect.poll(async () => (await draftOf(server.url, id)).title).toBe('Title of Bob');
  await other.getByRole('textbox', { name: 'Title' }).fill('Title of Ada');
  await other.getByText('first').click();
  const titles = other.getByRole('dialog', { name: 'Someone else changed the same blocks' });
  await expect(titles).toContainText('Title of Bob');
  await titles.getByRole('radiogroup', { name: 'Which title stays' }).getByRole('radio', { name: 'Theirs' }).click();
  await titles.getByRole('button', { name: 'Go on with these' }).click();
  await saved(other);
  await expect(other.getByRole('textbox', { name: 'Title' })).toHaveValue('Title of Bob');
  await expect(other.getByRole('group', { name: 'Blocks' }).getByText('second, by Bob')).toBeVisible();

  // What was not taken is in the history, and can be taken from there.
  await page.getByRole('button', { name: 'History' }).click();
  const history = page.getByRole('dialog', { name: 'History' });
  await expect(history.getByText('A draft that met another one')).toHaveCount(4);
  await history.getByRole('button', { name: 'Take as draft' }).last().click();
  await expect(page.getByRole('group', { name: 'Blocks' }).getByText('second, by Ada')).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByRole('group', { name: 'Blocks' }).getByText('second, by Bob')).toBeVisible();
  await other.context().close();
});

test('a report is removed, taken out of the trash, and deleted for good', async ({ page, server }) => {
  await begin(server.url, '# Old news\n\na\n');
  await page.goto(`${server.url}/reports`);
  await page.getByRole('button', { name: 'Remove Old news' }).click();
  await expect(page.getByRole('link', { name: 'Old news' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Trash' }).click();
  await page.getByRole('button', { name: 'Take Old news out of the trash' }).click();
  await expect(page.getByRole('link', { name: 'Old news' })).toBeVisible();
  await page.getByRole('button', { name: 'Remove Old news' }).click();
  await page.getByRole('button', { name: 'Delete Old news for good' }).click();
  await page.getByRole('dialog', { name: 'Delete for good' }).getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText('The trash is empty.')).toBeVisible();
  expect(await say(server.url, '/api/reports?trash=true')).toEqual([]);
});
