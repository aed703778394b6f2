// Debian's Chromium, without a screen, on the platform at DESCANT_URL.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { chromium } from 'playwright-core';

export const url = process.env.DESCANT_URL ?? 'http://localhost:8000';
export const password = 'correct horse battery staple';

// What is public on every platform that is tested: by one creator, before anybody else does anything (tests/web/conftest.py).
export const library = { songs: ['Paper Lanterns', 'Nine Bridges'], film: 'Shoreline', inLanguages: 'Quiet Water' };

export const file = (name) => join(process.env.DESCANT_FILES ?? '.', name);

export const launch = () =>
  chromium.launch({
    executablePath: process.env.DESCANT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--autoplay-policy=document-user-activation-required', '--disable-dev-shm-usage'],
  });

// A page that fails the test when the app throws, or breaks its Content-Security-Policy.
export async function open(context, path = '/') {
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.DESCANT_PATIENCE ?? 60_000)); // for machines that have much else to do
  page.problems = [];
  page.on('pageerror', (error) => page.problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) page.problems.push(message.text());
  });
  await page.goto(url + path);
  return page;
}

let people = 0;
export async function register(page, name) {
  people += 1;
  await page.goto(`${url}/register?to=/studio`);
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('E-mail').fill(`${name.toLowerCase()}-${process.pid}-${Date.now()}-${people}@example.org`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { name: 'Studio', level: 1 }).waitFor();
}

// Drops files into the studio, as the desktop would.
export async function drop(page, names) {
  await page.getByRole('heading', { name: 'Studio', level: 1 }).waitFor();
  const files = names.map((name) => ({ name: basename(name), base64: readFileSync(file(name)).toString('base64') }));
  await page.evaluate((files) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of files) {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name, { type: name.endsWith('.mp4') ? 'video/mp4' : 'audio/mpeg' }));
    }
    const target = document.querySelector('main');
    for (const type of ['dragenter', 'dragover', 'drop']) {
      target.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }));
    }
  }, files);
}

export const row = (page, title) => page.getByRole('row').filter({ has: page.getByRole('link', { name: title, exact: true }) });

export const uploadRow = (page, name) => page.getByRole('region', { name: 'Uploads' }).getByRole('listitem').filter({ hasText: name });

// Whether it can be clicked without scrolling.
export const inSight = (locator) =>
  locator.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  });

// A promise that somebody else keeps.
export function deferred() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

// Where the element that is heard is, in seconds; NaN when nothing plays.
export const heard = (page) =>
  page.evaluate(() => {
    const playing = [...document.querySelectorAll('.stage video')].find((video) => !video.paused && !video.hidden);
    return playing ? playing.currentTime : NaN;
  });

export const advances = (page, from = 0) =>
  page.waitForFunction(
    (from) => [...document.querySelectorAll('.stage video')].some((video) => !video.paused && !video.hidden && video.currentTime > from),
    from,
  );

// The card of a content, where there is a grid of them.
export const card = (page, title) => page.getByRole('article').filter({ hasText: title }).first();

export const bar = (page) => page.getByRole('region', { name: 'Player' });
