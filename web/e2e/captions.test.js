// Captions and sounds of a film: those that its file carries; and, where they have to be others, such as its playlist gets on its way here.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { advances, card, deferred, launch, library, open, url } from './browser.js';

let browser;
let page;
before(async () => (browser = await launch()));
after(() => browser?.close());
beforeEach(async () => {
  // Requests have to come by the test, which a service worker would get before it.
  page = await open(await browser.newContext({ serviceWorkers: 'block' }));
});
afterEach(() => assert.deepEqual(page.problems, []));

const stage = () => page.locator('.stage');
const button = (name) => stage().getByRole('button', { name });

async function play(film = library.film, menu = 'Quality') {
  await card(page, film).getByRole('link', { name: film }).click();
  await page.getByRole('main').getByRole('button', { name: `Play ${film}` }).first().click();
  await advances(page, 0.1);
  await page.keyboard.press('k');
  await stage().hover();
  await button(menu).waitFor();
}

// Until this is what is written over the picture.
const shown = (text) =>
  page.waitForFunction((text) => {
    const tracks = [...document.querySelector('.stage video:not([hidden])').textTracks].filter(({ mode }) => mode === 'showing');
    return tracks.flatMap(({ activeCues }) => [...(activeCues ?? [])].map((cue) => cue.text)).join() === text;
  }, text);

test('a film without captions offers none', async () => {
  await play();
  assert.equal(await button('Captions').count(), 0);
});

test('the captions that a file carries are shown when they are said', async () => {
  await play(library.inLanguages, 'Captions');
  await button('Captions').click();
  assert.deepEqual((await stage().getByRole('radio').allTextContents()).map((name) => name.trim()), ['Off', 'English', 'Deutsch']);
  await page.keyboard.press('Escape');
  await choose('Captions', 'Deutsch');
  const seek = (seconds) => page.evaluate((seconds) => (document.querySelector('.stage video:not([hidden])').currentTime = seconds), seconds);
  for (const [second, text] of [[2, 'Guten Morgen'], [0.9, ''], [1.1, 'Guten Morgen'], [2.9, 'Guten Morgen'], [3.1, '']]) {
    await seek(second);
    await shown(text);
  }
});

test('a film is heard in the language that is chosen, and the next one too', async () => {
  await play(library.inLanguages, 'Language');
  await button('Language').click();
  assert.deepEqual((await stage().getByRole('radio').allTextContents()).map((name) => name.trim()), ['English', 'Deutsch']);
  await page.keyboard.press('Escape');
  await isChosen('Language', 'English');
  const german = () => page.waitForResponse(/\/audio-2-[^/]*\/\d+\.m4s/);
  const heard = german();
  await choose('Language', 'Deutsch');
  await heard;
  await isChosen('Language', 'Deutsch');
  const again = german();
  await page.goto(url);
  await play(library.inLanguages, 'Language');
  await again;
  await isChosen('Language', 'Deutsch');
});

const languages = { en: ['English', 'Good morning'], de: ['Deutsch', 'Guten Morgen'] };
const forced = { en: ['Signs', 'Bakery'], de: ['Schilder', 'Bäckerei'], ja: ['Forced', 'パン屋'] };

// From now on, films have these.
async function addCaptions(added = languages, attributes = '') {
  await page.route('**/master.m3u8', async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const group = /SUBTITLES="(\w+)"/.exec(text)?.[1] ?? 'text';
    const tracks = Object.entries(added).map(
      ([code, [name]]) =>
        `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="${group}",NAME="${name}",LANGUAGE="${code}",AUTOSELECT=YES,DEFAULT=NO${attributes},URI="captions-${code}.m3u8"\n`,
    );
    const lines = text.replace(/^#EXT-X-STREAM-INF:(?!.*SUBTITLES).*/gm, `$&,SUBTITLES="${group}"`);
    await route.fulfill({ response, body: lines + tracks.join('') });
  });
  await page.route('**/captions-*', (route) => {
    const [, code, type] = /captions-(..)\.(\w+)$/.exec(route.request().url());
    const body =
      type === 'vtt'
        ? `WEBVTT\n\n00:00.000 --> 01:00.000\n${added[code][1]}\n`
        : `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:60,\ncaptions-${code}.vtt\n#EXT-X-ENDLIST\n`;
    return route.fulfill({ contentType: type === 'vtt' ? 'text/vtt' : 'application/vnd.apple.mpegurl', body });
  });
}

// The film seems to be converted still, until that is resolved.
async function pretendConversion() {
  const converted = deferred();
  let over = false;
  await page.route(/\/contents\/[^/?]+(\/events)?$/, async (route) => {
    if (over) return route.continue();
    const events = route.request().url().endsWith('/events');
    const response = await route.fetch({ url: route.request().url().replace(/\/events$/, '') });
    const content = await response.json();
    if (!events) return route.fulfill({ response, json: { ...content, state: 'processing' } });
    await converted.promise;
    over = true;
    return route.fulfill({ contentType: 'text/event-stream', body: `event: state\ndata: ${JSON.stringify(content)}\n\n` });
  });
  return converted;
}

async function choose(menu, choice) {
  await button(menu).click();
  await stage().getByRole('radio', { name: choice, exact: true }).click();
}

async function isChosen(menu, choice) {
  await button(menu).click();
  assert.equal(await stage().getByRole('radio', { name: choice, exact: true }).getAttribute('aria-checked'), 'true');
  await page.keyboard.press('Escape');
}

test('captions are chosen, and taken away', async () => {
  await addCaptions();
  await play();
  await shown('');
  await button('Captions').click();
  assert.deepEqual((await stage().getByRole('radio').allTextContents()).map((name) => name.trim()), ['Off', 'English', 'Deutsch']);
  await page.keyboard.press('Escape');
  for (const [choice, text] of [languages.de, languages.en, ['Off', '']]) {
    await choose('Captions', choice);
    await shown(text);
    await isChosen('Captions', choice);
  }
});

test('forced captions are shown to those who hear their language and have no others', async () => {
  await addCaptions(forced, ',FORCED=YES');
  await play(library.inLanguages, 'Language');
  await page.evaluate(() => (document.querySelector('.stage video:not([hidden])').currentTime = 2)); // when something is said
  await shown(forced.en[1]);
  await choose('Language', 'Deutsch');
  await shown(forced.de[1]);
  await isChosen('Captions', 'Off');
  await button('Captions').click();
  const offered = (await stage().getByRole('radio').allTextContents()).map((name) => name.trim());
  assert.deepEqual(offered, ['Off', 'English', 'Deutsch', forced.ja[0]], 'and one that nobody would see unasked');
  await page.keyboard.press('Escape');
  for (const [choice, text] of [languages.de, forced.ja, ['Off', forced.de[1]]]) {
    await choose('Captions', choice);
    await shown(text);
    await isChosen('Captions', choice);
  }
});

test('forced captions of a film that does not say what is spoken are shown', async () => {
  await addCaptions({ en: forced.en }, ',FORCED=YES');
  await play();
  await shown(forced.en[1]);
  assert.equal(await button('Captions').count(), 0, 'there is nothing to choose from');
});

test('what was chosen holds when the stream is loaded again, and for the next film', async () => {
  await addCaptions();
  const converted = await pretendConversion();
  await play();
  await page.getByText('Still being converted').waitFor();
  const [name, text] = languages.de;
  await choose('Captions', name);
  await shown(text);
  await choose('Quality', '360p');
  converted.resolve();
  await page.getByText('Still being converted').waitFor({ state: 'detached' });
  const again = page.waitForResponse('**/master.m3u8');
  await page.keyboard.press('j'); // there is more to choose from now
  await again;
  await page.keyboard.press('k');
  await page.waitForFunction(() => document.querySelector('.stage video:not([hidden])').videoHeight === 360);
  await shown(text);
  await isChosen('Captions', name);
  await isChosen('Quality', '360p');
  await page.goto(url);
  await play();
  await shown(text);
  await isChosen('Captions', name);
  await choose('Captions', 'Off');
  await shown('');
  await page.goto(url);
  await play();
  await shown('');
});
