// Going about: back and forth, by keyboard and by touch, and what is not there any more.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { advances, bar, card, launch, library, open, register, row, url } from './browser.js';

let browser;
let page;
before(async () => (browser = await launch()));
after(() => browser?.close());
afterEach(async () => {
  assert.deepEqual(page.problems, []);
  await page.context().close();
});

const visit = async (options = {}, path = '/') => (page = await open(await browser.newContext(options), path));
const stage = () => page.locator('.stage');
const [song, otherSong] = library.songs;
const play = (title) => card(page, title).getByRole('button', { name: `Play ${title}` }).click();
const focused = () => page.evaluate(() => document.activeElement?.id);

test('who goes back finds the page as it was, and where it was', async () => {
  await visit({ viewport: { width: 390, height: 500 } });
  await card(page, song).waitFor();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const at = await page.evaluate(() => scrollY);
  assert.ok(at > 100);
  await card(page, song).getByRole('link', { name: song }).dispatchEvent('click'); // without scrolling there
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  assert.equal(await focused(), 'main');
  await page.route('**/api/v1/contents?**', () => {}); // there is no answer, and nobody needs one
  await page.goBack();
  await page.waitForFunction((at) => Math.abs(scrollY - at) < 2, at);
  await card(page, song).waitFor();
  await page.unrouteAll();
  await page.reload();
  await page.waitForFunction((at) => Math.abs(scrollY - at) < 2, at);
});

test('a card offers to be queued', async () => {
  await visit();
  await play(song);
  await advances(page, 0.1);
  await page.keyboard.press('k');
  await card(page, otherSong).hover();
  await card(page, otherSong).getByRole('button', { name: `More for ${otherSong}` }).click();
  await card(page, otherSong).getByRole('button', { name: 'Play next' }).click();
  await page.keyboard.press('q');
  await page.getByRole('complementary', { name: 'Queue' }).locator('ol li').first().getByRole('link', { name: otherSong }).waitFor();
});

test('a waveform is dragged while it plays', async () => {
  await visit();
  await card(page, song).getByRole('link', { name: song }).click();
  await page.getByRole('main').getByRole('button', { name: `Play ${song}` }).click();
  await advances(page, 0.1);
  const slider = page.getByRole('main').getByRole('slider', { name: 'Position' });
  const { x, y, width, height } = await slider.boundingBox();
  await page.mouse.move(x + width * 0.1, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.7, y + height / 2, { steps: 4 });
  const before = await page.evaluate(() => document.querySelector('.stage video:not([hidden])').currentTime);
  await advances(page, before + 0.8); // it plays on, and the slider stays where it is held
  const duration = Number(await slider.getAttribute('max'));
  assert.ok(Math.abs(Number(await slider.inputValue()) - duration * 0.7) < duration * 0.05);
  await page.mouse.up();
  await page.waitForFunction((at) => document.querySelector('.stage video:not([hidden])').currentTime >= at, duration * 0.65);
});

test('single keys can be turned off', async () => {
  await visit();
  await card(page, song).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('checkbox', { name: 'Use single keys for these' }).uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('q');
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('complementary', { name: 'Queue' }).count() + (await page.getByRole('dialog').count()), 0);
});

test('what is not there any more is left out of the queue, and said', async () => {
  await visit({ serviceWorkers: 'block' });
  await page.route('**/playback', (route) =>
    route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{"code":"content_not_found","detail":"It is gone."}' }),
  );
  await play(song);
  await page.getByText(`“${song}” is not there any more.`).waitFor();
  await bar(page).getByRole('link', { name: song }).waitFor({ state: 'detached' });
});

test('a film that cannot be played says why, and is tried again', async () => {
  await visit({ serviceWorkers: 'block' });
  await page.route('**/playback', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"code":"storage_unavailable","detail":"It is away."}' }),
  );
  await card(page, library.film).getByRole('link', { name: library.film }).click();
  await page.getByRole('main').getByRole('button', { name: `Play ${library.film}` }).first().click();
  await stage().getByText('The storage is not available at the moment.').waitFor();
  await page.unroute('**/playback');
  await stage().getByRole('button', { name: 'Try again' }).click();
  await advances(page, 0.1);
  await stage().getByText('The storage is not available').waitFor({ state: 'detached' });
  assert.equal(await bar(page).getByRole('alert').count(), 0);
});

describe('on a phone', () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  test('a tap brings the controls of a film back, and stops nothing', async () => {
    await visit(phone);
    await card(page, library.film).getByRole('link', { name: library.film }).tap();
    await page.getByRole('main').getByRole('button', { name: `Play ${library.film}` }).first().tap();
    await advances(page, 0.1);
    await page.evaluate(() => (document.querySelector('.stage video:not([hidden])').loop = true)); // for as long as this takes
    await page.waitForFunction(() => getComputedStyle(document.querySelector('.stage .controls')).opacity === '0');
    await stage().tap({ position: { x: 180, y: 60 } });
    await page.waitForFunction(() => getComputedStyle(document.querySelector('.stage .controls')).opacity === '1');
    assert.equal(await page.evaluate(() => document.querySelector('.stage video:not([hidden])').paused), false);
    await stage().tap({ position: { x: 180, y: 60 } });
    await bar(page).getByRole('button', { name: 'Play', exact: true }).waitFor();
    await page.waitForFunction(() => getComputedStyle(document.querySelector('.stage .controls')).opacity === '1');
  });

  test('the small picture is closed, and what was played goes on from there', async () => {
    await visit(phone);
    await card(page, library.film).getByRole('button', { name: `Play ${library.film}` }).tap();
    await advances(page, 0.5);
    await stage().getByRole('button', { name: 'Close the video' }).tap();
    await page.waitForFunction(() => document.querySelector('.stage').classList.contains('hidden'));
    await bar(page).getByRole('link', { name: library.film }).waitFor();
    await bar(page).getByRole('button', { name: 'Play', exact: true }).tap();
    await advances(page, 0.4);
  });
});

test('the studio finds what is not on its first page', async () => {
  await visit();
  await register(page, 'Iris');
  const session = await page.evaluate(async () => (await fetch('/api/v1/auth/refresh', { method: 'POST' })).json());
  const headers = { Authorization: `Bearer ${session.access_token}`, 'Content-Type': 'application/json' };
  let oldest;
  for (let i = 0; i < 102; i += 1) {
    const response = await fetch(`${url}/api/v1/contents`, { method: 'POST', headers, body: JSON.stringify({ title: `Draft ${i}`, type: 'music', visibility: 'private' }) });
    oldest ??= (await response.json()).id;
  }
  await page.goto(`${url}/studio?edit=${oldest}`);
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Title').fill('Draft zero');
  await dialog.getByRole('button', { name: 'Save changes' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal(new URL(page.url()).search, '');
  await page.reload();
  await row(page, 'Draft 101').waitFor();
  assert.equal(await row(page, 'Draft zero').count(), 0);
  await page.getByLabel('Find in your contents').fill('zero');
  await row(page, 'Draft zero').waitFor();
  await row(page, 'Draft 101').waitFor({ state: 'detached' });
  await page.getByLabel('Find in your contents').fill('');
  await row(page, 'Draft 101').waitFor();
  await page.getByRole('button', { name: 'Title' }).click(); // in order, among all of them
  await row(page, 'Draft zero').waitFor();
  assert.equal(await page.getByRole('row').count(), 103);
});

test('a chosen theme is there before the app is', async () => {
  await visit({ colorScheme: 'light', serviceWorkers: 'block' });
  await page.getByRole('button', { name: 'Your menu' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const dark = await background();
  await page.route('**/assets/index-*.js', (route) => route.abort());
  await page.reload();
  assert.equal(await background(), dark);
  assert.equal(await page.locator('#app > *').count(), 0);
});
