// Pictures of each main page, in both themes and on a phone: node e2e/screenshots.js FOLDER. The platform at DESCANT_URL should have
// something to show; DESCANT_EMAIL and DESCANT_PASSWORD are of whoever has made it.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { advances, launch, open, register, url } from './browser.js';

const folder = process.argv[2] ?? 'screenshots';
mkdirSync(folder, { recursive: true });
const browser = await launch();

async function login(page) {
  const { DESCANT_EMAIL: email, DESCANT_PASSWORD: password } = process.env;
  if (!email || !password) return register(page, 'Ada');
  await page.goto(`${url}/login?to=/studio`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Studio', level: 1 }).waitFor();
}

for (const [name, colorScheme, viewport] of [
  ['dark', 'dark', { width: 1280, height: 800 }],
  ['light', 'light', { width: 1280, height: 800 }],
  ['phone-dark', 'dark', { width: 390, height: 844 }],
  ['phone-light', 'light', { width: 390, height: 844 }],
]) {
  const context = await browser.newContext({ colorScheme, viewport, deviceScaleFactor: 1 });
  const page = await open(context);
  const take = async (what) => {
    await page.waitForLoadState('networkidle').catch(() => undefined);
    await page.screenshot({ path: join(folder, `${what}-${name}.png`) });
  };
  await take('home');
  const articles = page.getByRole('article');
  const links = await articles.locator('h3 a').evaluateAll((all) => all.map((a) => [a.getAttribute('href'), a.closest('article').querySelector('.wide') !== null]));
  const song = links.find(([, wide]) => !wide)?.[0];
  const video = links.find(([, wide]) => wide)?.[0];
  for (const [what, path] of [['song', song], ['video', video]]) {
    if (!path) continue;
    await page.goto(url + path);
    await page.getByRole('main').getByRole('button', { name: /^Play / }).first().click();
    await advances(page, 1.2);
    await page.mouse.move(200, 400);
    await take(what);
  }
  await page.keyboard.press('k');
  await page.keyboard.press('q');
  await take('queue');
  await page.goto(`${url}/search?q=o`);
  await take('search');
  await page.goto(`${url}/login`);
  await take('login');
  await login(page);
  await take('studio');
  const edit = page.getByRole('button', { name: /^Edit: / }).first();
  if (await edit.count()) {
    await edit.click();
    await take('edit');
  }
  await page.goto(`${url}/account`);
  await take('account');
  await context.close();
}
await browser.close();
