// What axe has to say about each page, in both themes: nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { advances, card, drop, launch, library, open, register, row } from './browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', bypassCSP: true });
    const page = await open(context);
    const told = [];
    const check = async (what) => {
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      for (const v of found.violations) told.push(`${what}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
    };
    const visit = async (path) => {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('main').locator('h1').first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await check(path);
    };
    for (const path of ['/', '/search?q=lanterns', '/login', '/register', '/nowhere/at/all']) {
      if (path.startsWith('/nowhere')) {
        await page.goto(new URL(path, page.url()).href);
        await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
        await check(path);
      } else await visit(path);
    }
    await page.goto(new URL('/', page.url()).href);
    const song = await card(page, library.songs[0]).locator('h3 a').getAttribute('href');
    const film = await card(page, library.film).locator('h3 a').getAttribute('href');
    const creator = await card(page, library.film).locator('p a').getAttribute('href');
    await visit(creator);
    for (const path of [song, film]) {
      await visit(path);
      await page.getByRole('main').getByRole('button', { name: /^Play / }).first().click();
      await advances(page, 0);
      await page.keyboard.press('k');
      await check(`${path}, which plays`);
    }
    await page.locator('.stage').getByRole('button', { name: 'Quality' }).click();
    await check('the choice of qualities');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Playback settings' }).click();
    await check('the playback settings');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Your menu' }).click();
    await check('the menu');
    await page.keyboard.press('Escape');
    await register(page, 'Grace');
    await visit('/studio');
    await drop(page, ['01 - First_Song.mp3', 'Broken.mp3']);
    await row(page, 'First Song').getByText('Ready').waitFor();
    await row(page, 'Broken').getByText('Failed').waitFor();
    await page.getByLabel('Select First Song').check();
    await check('the studio with contents');
    await page.getByRole('button', { name: 'Edit: First Song' }).click();
    await page.getByRole('dialog').waitFor();
    await check('the details of a content');
    await page.keyboard.press('Escape');
    await visit('/account');
    await page.getByRole('button', { name: 'Delete account' }).click();
    await page.getByRole('dialog').waitFor();
    await check('the deletion of an account');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('q');
    await page.getByRole('complementary', { name: 'Queue' }).waitFor();
    await check('the queue');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await check('the shortcuts');
    await context.close();
    assert.deepEqual(told, []);
  });
}
