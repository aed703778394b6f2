// Captions of a film. The platform makes none yet: the playlist gets them on its way here, as other makers of HLS write them.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { advances, card, launch, library, open } from './browser.js';

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

async function play() {
  await card(page, library.film).getByRole('link', { name: library.film }).click();
  await page.getByRole('main').getByRole('button', { name: `Play ${library.film}` }).first().click();
  await advances(page, 0.1);
  await page.keyboard.press('k');
  await stage().hover();
  await button('Quality').waitFor();
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

test('captions are chosen, and taken away', async () => {
  const languages = { en: ['English', 'Good morning'], de: ['Deutsch', 'Guten Morgen'] };
  await page.route('**/master.m3u8', async (route) => {
    const response = await route.fetch();
    const tracks = Object.entries(languages).map(
      ([code, [name]]) => `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="${name}",LANGUAGE="${code}",AUTOSELECT=YES,DEFAULT=NO,URI="captions-${code}.m3u8"\n`,
    );
    const lines = (await response.text()).replace(/^#EXT-X-STREAM-INF:.*/gm, '$&,SUBTITLES="text"');
    await route.fulfill({ response, body: lines + tracks.join('') });
  });
  await page.route('**/captions-*', (route) => {
    const [, code, type] = /captions-(..)\.(\w+)$/.exec(route.request().url());
    const body =
      type === 'vtt'
        ? `WEBVTT\n\n00:00.000 --> 01:00.000\n${languages[code][1]}\n`
        : `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:60\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:60,\ncaptions-${code}.vtt\n#EXT-X-ENDLIST\n`;
    return route.fulfill({ contentType: type === 'vtt' ? 'text/vtt' : 'application/vnd.apple.mpegurl', body });
  });
  await play();
  await shown('');
  for (const [choice, text] of [languages.de, languages.en, ['Off', '']]) {
    await button('Captions').click();
    assert.deepEqual((await stage().getByRole('radio').allTextContents()).map((name) => name.trim()), ['Off', 'English', 'Deutsch']);
    await stage().getByRole('radio', { name: choice }).click();
    await shown(text);
    await button('Captions').click();
    assert.equal(await stage().getByRole('radio', { name: choice }).getAttribute('aria-checked'), 'true');
    await page.keyboard.press('Escape');
  }
});
