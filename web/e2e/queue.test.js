// The queue, by keyboard and by drag.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { advances, bar, card, launch, library, open, url } from './browser.js';

let browser;
let page;
before(async () => {
  browser = await launch();
  page = await open(await browser.newContext());
});
after(() => browser?.close());
afterEach(() => assert.deepEqual(page.problems, []));

const queue = () => page.getByRole('complementary', { name: 'Queue' });
const next = () => queue().locator('ol li');
const titles = () => next().locator('.words a').allTextContents();
const until = (expected) =>
  page.waitForFunction((expected) => JSON.stringify([...document.querySelectorAll('aside ol .words a')].map((a) => a.textContent)) === expected, JSON.stringify(expected));

test('is filled from content pages', async () => {
  const [first, second] = library.songs;
  const [firstPath, secondPath] = await Promise.all(library.songs.map((title) => card(page, title).locator('h3 a').getAttribute('href')));
  await card(page, first).hover();
  await card(page, first).getByRole('button', { name: /^Play/ }).click();
  await advances(page, 0.1);
  await page.keyboard.press('k');
  await page.keyboard.press('q');
  if ((await next().count()) > 0) await queue().getByRole('button', { name: 'Clear' }).click();
  await queue().getByText('Nothing comes after this.').waitFor();
  await page.keyboard.press('q');
  for (const [path, action] of [[firstPath, 'Add to queue'], [secondPath, 'Add to queue'], [secondPath, 'Play next']]) {
    await page.locator(`a[href="${path}"]`).first().dispatchEvent('click');
    await page.waitForURL(`**${path}`);
    await page.getByRole('main').getByRole('button', { name: action }).click();
    if (path !== secondPath || action !== 'Play next') await page.getByRole('link', { name: 'Descant: Home' }).click();
  }
  await page.keyboard.press('q');
  await until([second, first, second]);
});

test('is put in order by keyboard, and says so', async () => {
  const [one, two, three] = await titles();
  await next().nth(1).getByRole('button', { name: /^Move/ }).focus();
  await page.keyboard.press('ArrowUp');
  await until([two, one, three]);
  await queue().getByText(`${two} is number 1 of 3.`).waitFor();
  await page.waitForFunction(() => /^Move/.test(document.activeElement?.getAttribute('aria-label') ?? '')); // the focus went along
  await page.keyboard.press('ArrowUp'); // there is no place above
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await until([one, three, two]);
});

test('is put in order by buttons, and keeps the focus when something is taken out', async () => {
  const [one, two, three] = await titles();
  const grip = next().nth(0).getByRole('button', { name: /arrow keys/ });
  await grip.click();
  await next().nth(0).getByRole('button', { name: /down$/ }).click();
  await until([two, one, three]);
  await next().nth(1).getByRole('button', { name: /up$/ }).click();
  await until([one, two, three]);
  await next().nth(0).getByRole('button', { name: /arrow keys/ }).click();
  await next().nth(0).getByRole('button', { name: /up$/ }).waitFor({ state: 'detached' });
});

test('is put in order by drag, and stays so', async () => {
  const [one, two, three] = await titles();
  await next().nth(2).dragTo(next().nth(0));
  await until([three, one, two]);
  await page.reload();
  await bar(page).getByRole('button', { name: 'Queue' }).click();
  await until([three, one, two]);
  await next().nth(0).getByRole('button', { name: /^Remove/ }).focus();
  await page.keyboard.press('Enter');
  await until([one, two]);
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), `Remove ${one} from the queue`);
  await page.keyboard.press('Escape');
  await queue().waitFor({ state: 'detached' });
  await page.keyboard.press('q');
});

test('is shuffled and repeated, and plays what is chosen', async () => {
  await page.keyboard.press('s');
  await bar(page).getByRole('button', { name: 'Shuffle', pressed: true }).waitFor();
  await page.keyboard.press('s');
  await page.keyboard.press('r');
  await bar(page).getByRole('button', { name: 'Repeat: all' }).waitFor();
  const [, last] = await titles();
  await next().nth(1).getByRole('button', { name: /^Play/ }).click();
  await advances(page, 0.2);
  await bar(page).getByRole('link', { name: last, exact: true }).waitFor();
  await page.keyboard.press('Shift+N'); // round to the first
  await advances(page, 0);
  await page.keyboard.press('k');
});

test('that is older than the links to its pictures gets new ones', async () => {
  const film = library.film;
  await page.keyboard.press('Escape');
  await page.goto(url);
  await card(page, film).hover();
  await card(page, film).getByRole('button', { name: `More for ${film}` }).click();
  await card(page, film).getByRole('button', { name: 'Add to queue' }).click();
  await page.evaluate(() => {
    const queue = localStorage.getItem('descant.queue').replace(/(poster_url":")[^"]+/g, '$1/media/1.4.expired/poster.jpg');
    localStorage.setItem('descant.queue', queue);
  });
  await page.reload();
  await bar(page).getByRole('button', { name: 'Queue' }).click();
  await page.waitForFunction((film) => [...document.querySelectorAll('aside ol li')].some((row) => row.textContent.includes(film) && row.querySelector('img')?.naturalWidth > 0), film);
});

test('has all of a creator, whatever part of it the page shows', async () => {
  await page.route('**/api/v1/contents?*', async (route) => {
    const asked = new URL(route.request().url());
    const rest = asked.searchParams.get('cursor') === 'the rest';
    if (rest) asked.searchParams.delete('cursor');
    const response = await route.fetch({ url: asked.href });
    const { items } = await response.json();
    await route.fulfill({ response, json: rest ? { items: items.slice(1), next_cursor: null } : { items: items.slice(0, 1), next_cursor: 'the rest' } });
  });
  await page.goto(url);
  const all = (await (await fetch(`${url}/api/v1/contents?q=${encodeURIComponent(library.film)}`)).json()).items;
  await page.goto(`${url}/u/${all[0].owner.id}`);
  await page.getByRole('button', { name: 'Play all' }).click();
  const { items } = await (await fetch(`${url}/api/v1/contents?owner=${all[0].owner.id}`)).json();
  await page.keyboard.press('q');
  await until(items.slice(1).map(({ title }) => title));
  await page.unrouteAll();
});
