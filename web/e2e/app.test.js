// What people do with the app, on the whole platform.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { advances, bar, card, drop, heard, inSight, launch, library, open, password, register, row, url } from './browser.js';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

describe('a creator', () => {
  let context;
  let page;
  let playing;
  const hasFocus = (name) => page.waitForFunction((name) => document.activeElement?.getAttribute('aria-label') === name, name);
  before(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    page = await open(context);
  });
  after(() => context?.close());
  afterEach(() => assert.deepEqual(page.problems, []));

  test('signs up and uploads songs by drag and drop', async () => {
    await register(page, 'Ada');
    await drop(page, ['01 - First_Song.mp3', '02 - Second_Song.mp3']);
    for (const title of ['First Song', 'Second Song']) {
      await row(page, title).getByText('Ready').waitFor({ timeout: 60_000 });
    }
    assert.deepEqual(await page.locator('tbody').getByRole('link').allTextContents(), ['First Song', 'Second Song'], 'as an album has them');
  });

  test('makes them public, both at once', async () => {
    await page.getByLabel('Select all').check();
    await page.getByRole('button', { name: 'Make public' }).click();
    await row(page, 'First Song').getByRole('cell', { name: 'Public' }).waitFor();
    await row(page, 'Second Song').getByRole('cell', { name: 'Public' }).waitFor();
    await hasFocus('Select all');
  });

  test('edits a title', async () => {
    await page.getByRole('button', { name: 'Edit: Second Song' }).click();
    const dialog = page.getByRole('dialog');
    assert.ok(await inSight(dialog.getByRole('button', { name: 'Save changes' })));
    await dialog.getByLabel('Title').fill('Second Song, again');
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await row(page, 'Second Song, again').waitFor();
    await hasFocus('Edit: Second Song, again');
  });

  test('plays one to its end, and the next one follows', async () => {
    await page.getByRole('link', { name: 'Descant: Home' }).click();
    await card(page, 'First Song').waitFor();
    const titles = await page.getByRole('article').getByRole('heading').allTextContents();
    const [first, second] = titles.slice(titles.findIndex((title) => /^(First|Second) Song/.test(title)));
    await card(page, first).getByRole('button', { name: /^Play/ }).click();
    await advances(page, 0.5);
    await bar(page).getByRole('link', { name: first, exact: true }).waitFor();
    const before = await heard(page);
    await advances(page, before + 0.5);
    await bar(page).getByRole('link', { name: second, exact: true }).waitFor({ timeout: 20_000 });
    await advances(page, 0.3);
    playing = second;
  });

  test('goes on after a reload, where the queue was', async () => {
    await page.reload();
    await bar(page).getByRole('link', { name: playing, exact: true }).waitFor();
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByText(/@example\.org$/).waitFor(); // still logged in, by the cookie
    await page.keyboard.press('Escape');
    assert.equal(await page.evaluate(() => document.cookie), ''); // which no script can see
    await bar(page).getByRole('button', { name: 'Play', exact: true }).click();
    await advances(page, 0.3);
    await bar(page).getByRole('button', { name: 'Pause' }).click();
  });

  test('uploads a video that plays while it is still being converted', async () => {
    await page.goto(`${url}/studio`);
    await drop(page, ['Harbour.mp4']);
    const link = page.getByRole('listitem').filter({ hasText: 'Harbour' }).getByRole('link', { name: 'Harbour' });
    await link.waitFor({ timeout: 90_000 }); // it is a link as soon as it plays
    await link.click();
    await page.getByRole('main').getByRole('button', { name: 'Play Harbour' }).first().click();
    await advances(page, 0.5);
    const width = await page.evaluate(() => document.querySelector('.stage video:not([hidden])').videoWidth);
    assert.ok(width > 0);
    await page.getByRole('link', { name: 'Descant: Home' }).click(); // and goes on, small, elsewhere
    const at = await heard(page);
    await advances(page, at + 0.2);
    await bar(page).getByRole('button', { name: 'Pause' }).click();
  });

  test('is told why a file could not be converted', async () => {
    await page.goto(`${url}/studio`);
    await drop(page, ['Broken.mp3']);
    await row(page, 'Broken').getByText('Failed').waitFor({ timeout: 60_000 });
    await row(page, 'Broken').getByText(/cannot be converted|damaged|no sound/).waitFor();
  });

  test('deletes it, takes that back, and deletes it again', async () => {
    await row(page, 'Broken').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await row(page, 'Broken').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    await page.keyboard.press('Control+z');
    await row(page, 'Broken').waitFor();
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    await row(page, 'Broken').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await row(page, 'Broken').waitFor({ state: 'detached' });
    const gone = page.waitForResponse((response) => response.request().method() === 'DELETE');
    assert.equal((await gone).status(), 204);
  });

  test('goes on in a second tab, and logs out of both', async () => {
    const other = await open(context, '/account');
    await other.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('button', { name: 'Log out', exact: true }).click();
    await other.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    assert.deepEqual(other.problems, []);
    await other.close();
  });
});

describe('a listener on a phone', () => {
  let context;
  let page;
  before(async () => {
    context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    page = await open(context);
  });
  after(() => context?.close());
  afterEach(() => assert.deepEqual(page.problems, []));

  test('finds and plays a song', async () => {
    await page.getByRole('searchbox').fill('lanterns');
    await page.getByRole('heading', { name: '“lanterns”' }).waitFor();
    await card(page, library.songs[0]).getByRole('button', { name: /^Play/ }).tap();
    await advances(page, 0.3);
  });

  test('sees nothing that is wider than the screen', async () => {
    const fits = async (path) => {
      await page.goto(`${url}${path}`);
      await page.getByRole('main').locator('h1').first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
    };
    for (const path of ['/', '/search?q=lanterns', '/login', '/register']) await fits(path);
    await page.goto(url);
    const links = card(page, library.film).locator('h3 a, p a');
    await links.nth(1).waitFor();
    for (const path of await links.evaluateAll((all) => all.map((a) => a.getAttribute('href')))) await fits(path);
    await register(page, 'Phoebe');
    await drop(page, ['01 - First_Song.mp3']);
    await row(page, 'First Song').getByText('Ready').waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the studio');
    await row(page, 'First Song').getByRole('button', { name: 'Edit: First Song' }).tap();
    await page.getByRole('dialog').waitFor();
    assert.ok(await page.evaluate(() => document.querySelector('dialog').scrollWidth <= innerWidth), 'the details');
    assert.ok(await inSight(page.getByRole('button', { name: 'Save changes' })));
    await fits('/account');
  });
});

describe('somebody with a keyboard only', () => {
  let context;
  let page;
  before(async () => {
    context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await open(context);
  });
  after(() => context?.close());
  afterEach(() => assert.deepEqual(page.problems, []));

  test('skips to the content and plays a song', async () => {
    await page.getByRole('article').first().waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(() => /^Play /.test(document.activeElement?.getAttribute('aria-label') ?? ''))) break;
    }
    await page.keyboard.press('Enter');
    await advances(page, 0.3);
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press('k');
    await bar(page).getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'search');
  });

  test('is told at login what is wrong', async () => {
    await page.goto(`${url}/login`);
    await page.getByLabel('E-mail').fill('nobody@example.org');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByText('The e-mail address or the password is not right.').waitFor();
  });
});
