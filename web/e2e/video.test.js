// A film, from the drop to the last frame.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { advances, bar, drop, heard, launch, open, register, row, uploadRow, url } from './browser.js';

const seconds = 10; // of the film

let browser;
let context;
let page;
before(async () => {
  browser = await launch();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  page = await open(context);
});
after(() => browser?.close());
afterEach(() => assert.deepEqual(page.problems, []));

const stage = () => page.locator('.stage');
const picture = (ask) => page.evaluate(`(() => { const v = document.querySelector('.stage video:not([hidden])'); return ${ask}; })()`);

describe('a film', () => {
  test('plays while it is still being converted', async () => {
    await register(page, 'Lotte');
    await drop(page, ['Film.mp4']);
    const link = uploadRow(page, 'Film').getByRole('link', { name: 'Film' });
    await link.waitFor({ timeout: 120_000 }); // it is a link as soon as it plays
    await link.click();
    await page.getByText('Still being converted: it plays already').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Play Film' }).first().click();
    await advances(page, 0.5);
    await page.getByText('Still being converted: it plays already').waitFor({ timeout: 1000 });
    assert.ok((await picture('v.videoWidth')) > 0);
    await page.keyboard.press('k');
    await bar(page).getByRole('button', { name: 'Play', exact: true }).waitFor();
  });

  test('goes on where it was when the page is loaded anew', async () => {
    await page.getByText('Still being converted').waitFor({ state: 'detached', timeout: 300_000 });
    await page.keyboard.press('k');
    const before = await heard(page);
    await advances(page, Math.max(before, 2) + 0.3); // in the middle of it
    await page.reload();
    await bar(page).getByRole('link', { name: 'Film' }).waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Play Film' }).first().click();
    await advances(page, 0);
    const after = await heard(page);
    assert.ok(after > 1.9 && after < seconds, `it went on at ${after}`);
  });

  test('changes its quality', async () => {
    await stage().hover();
    await stage().getByRole('button', { name: 'Quality' }).click();
    const heights = await stage().getByRole('radio').allTextContents();
    assert.deepEqual(heights.slice(1).map((text) => text.trim()), ['720p', '360p']);
    for (const height of [360, 720]) {
      if (!(await stage().getByRole('radio').count())) await stage().getByRole('button', { name: 'Quality' }).click();
      await stage().getByRole('radio', { name: `${height}p`, exact: true }).click();
      // What is buffered is played first, so a jump shows it sooner.
      await page.keyboard.press('j');
      await page.waitForFunction((h) => document.querySelector('.stage video:not([hidden])').videoHeight === h, height);
    }
  });

  test('is sought by its thumbnails', async () => {
    const slider = stage().getByRole('slider', { name: 'Position' });
    const box = await slider.boundingBox();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height / 2);
    const thumbnail = stage().locator('.thumbnail');
    await thumbnail.waitFor();
    const image = (await thumbnail.evaluate((e) => getComputedStyle(e).backgroundImage)).slice(5, -2);
    const size = await page.evaluate(async (src) => {
      const sheet = new Image();
      sheet.src = src;
      await sheet.decode();
      return sheet.naturalWidth;
    }, image);
    assert.ok(size > 0, 'there is a picture');
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForFunction((at) => Math.abs(document.querySelector('.stage video:not([hidden])').currentTime - at) < 1, seconds * 0.6);
    await page.mouse.move(0, 0);
  });

  test('goes on in the corner, and ends', async () => {
    await page.getByRole('link', { name: 'Descant: Home' }).click();
    await stage().getByRole('link', { name: 'Show the video' }).waitFor();
    const play = bar(page).getByRole('button', { name: 'Play', exact: true });
    if (await play.count()) await play.click(); // when all this took longer than the film
    await play.waitFor();
    assert.equal(await picture('v.error'), null);
  });

  test('is made public', async () => {
    await page.goto(`${url}/studio`);
    await row(page, 'Film').getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Make public' }).click();
    await row(page, 'Film').getByRole('cell', { name: 'Public' }).waitFor();
  });
});
