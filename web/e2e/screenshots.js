// Pictures of each main page, in both themes and on a phone: node e2e/screenshots.js FOLDER. Puts something to show on the platform
// at DESCANT_URL first.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { advances, launch, open, url } from './browser.js';
import { owner, showcase } from './showcase.js';

const folder = process.argv[2] ?? 'screenshots';
mkdirSync(folder, { recursive: true });
await showcase(url);
const browser = await launch();

for (const [name, colorScheme, viewport] of [
  ['dark', 'dark', { width: 1280, height: 800 }],
  ['light', 'light', { width: 1280, height: 800 }],
  ['phone-dark', 'dark', { width: 390, height: 844 }],
  ['phone-light', 'light', { width: 390, height: 844 }],
]) {
  const phone = viewport.width < 500;
  const context = await browser.newContext({ colorScheme, viewport, hasTouch: phone, isMobile: phone });
  const page = await open(context);
  const visit = async (path) => {
    await page.goto(url + path);
    await page.getByRole('main').locator('h1').first().waitFor({ state: 'attached' });
  };
  const take = async (what) => {
    await page.waitForLoadState('networkidle');
    await page.waitForFunction(() => {
      const seen = [...document.images].filter((image) => image.getBoundingClientRect().top < innerHeight);
      return document.fonts.status === 'loaded' && seen.every((image) => image.complete);
    });
    await page.screenshot({ path: join(folder, `${what}-${name}.png`), animations: 'disabled' });
  };
  const pathOf = (title) => page.getByRole('article').filter({ hasText: title }).first().locator('h3 a').getAttribute('href');
  await page.getByRole('article').filter({ hasText: 'Evening Ferry' }).first().waitFor();
  const song = await pathOf('Evening Ferry');
  const film = await pathOf('Shoreline');
  await take('home');
  for (const [what, path, at] of [['song', song, 0.36], ['video', film, 0.2]]) {
    await visit(path);
    await page.getByRole('main').getByRole('button', { name: /^Play / }).first().click();
    await advances(page, 0.2);
    await page.evaluate((at) => {
      const slider = document.querySelector('main input[type=range], .bar input[type=range]');
      slider.value = String(Number(slider.max) * at);
      slider.dispatchEvent(new Event('change', { bubbles: true }));
    }, at);
    await page.waitForFunction((at) => [...document.querySelectorAll('.stage video')].some((v) => !v.paused && v.currentTime > v.duration * at + 0.3), at);
    await page.mouse.move(viewport.width / 2, 300);
    if (what === 'video') {
      await page.getByRole('button', { name: 'Captions' }).click();
      await page.getByRole('radio', { name: 'English' }).click();
    }
    await take(what);
  }
  await page.keyboard.press('k');
  await visit('/');
  await page.getByRole('article').filter({ hasText: 'Evening Ferry' }).first().hover();
  await page.getByRole('button', { name: 'Play Evening Ferry' }).first().click();
  await advances(page, 0.5);
  await page.keyboard.press('k');
  await page.keyboard.press('q');
  await take('queue');
  await visit('/search?q=e');
  await take('search');
  await visit(`/u/${(await (await fetch(`${url}/api/v1/contents?limit=1&q=Evening`)).json()).items[0].owner.id}`);
  await take('creator');
  await visit('/register');
  await take('register');
  await visit('/login?to=/studio');
  await take('login');
  await page.getByLabel('E-mail').fill(owner.email);
  await page.getByLabel('Password', { exact: true }).fill(owner.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Edit: Evening Ferry' }).waitFor();
  await take('studio');
  await page.getByRole('button', { name: 'Edit: Evening Ferry' }).click();
  await take('edit');
  await visit('/account');
  await take('account');
  await page.keyboard.press('?');
  await take('shortcuts');
  await context.close();
}
await browser.close();
