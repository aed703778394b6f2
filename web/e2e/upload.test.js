// Uploads that meet obstacles, and what a creator makes of an upload.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { deferred, drop, file, launch, open, password, register, row, uploadRow, url } from './browser.js';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

// Somebody new, in the studio, for the tests of the suite that calls this.
function newcomer(name) {
  const they = {};
  before(async () => {
    // Requests have to come by the test, which a service worker would get before it.
    they.context = await browser.newContext({ serviceWorkers: 'block' });
    they.page = await open(they.context);
    await register(they.page, name);
  });
  after(() => they.context?.close());
  afterEach(() => assert.deepEqual(they.page.problems, []));
  return they;
}

const isPut = (request) => request.method() === 'PUT' && request.url().includes('/storage/');
const partOf = (request) => Number(request.url().split('/').at(-1));

// What becomes of the first PUT, the second, ...: those that `meet` does not name go through.
async function meetPuts(page, meet) {
  let puts = 0;
  await page.route('**/storage/**', async (route) => {
    if (!isPut(route.request())) return route.continue();
    puts += 1;
    return meet[puts] ? meet[puts](route) : route.continue();
  });
}

describe('an upload in parts', () => {
  const emil = newcomer('Emil');

  test('is paused and resumed, loses its connection, and sends nothing twice', async () => {
    const { context, page } = emil;
    const arrived = []; // numbers of parts
    page.on('requestfinished', async (request) => {
      if (isPut(request) && (await request.response())?.ok()) arrived.push(partOf(request));
    });
    const secondBegun = deferred();
    const fourthBegun = deferred();
    await meetPuts(page, {
      2: secondBegun.resolve, // and is left hanging
      4: async (route) => {
        await context.setOffline(true);
        fourthBegun.resolve();
        await route.abort('internetdisconnected');
      },
    });

    const upload = uploadRow(page, 'Long');
    await page.locator('input[type=file]').first().setInputFiles(file('Long.mp4'));
    await secondBegun.promise;
    await upload.getByText(/of 71 MB/).waitFor();
    const sent = Number(await upload.getByRole('progressbar').getAttribute('value'));
    assert.ok(sent > 0 && sent < 1, `${sent} is told`);
    await upload.getByRole('button', { name: /^Pause/ }).click();
    await upload.getByText('Paused').waitFor();
    await upload.getByRole('button', { name: /^Resume/ }).click();

    await fourthBegun.promise;
    await upload.getByText('The connection was lost.').waitFor();
    await page.getByText('You are offline.').waitFor();
    await context.setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
    await upload.getByText('The file has no picture.').waitFor(); // it is nothing but long
    assert.deepEqual(arrived.toSorted(), [1, 2, 3, 4, 5], 'each part arrives once');
  });
});

describe('an upload whose page is closed', () => {
  const nora = newcomer('Nora');

  test('goes on where it was when the same file is chosen again', async () => {
    const { page } = nora;
    page.on('dialog', (dialog) => dialog.accept()); // whether to leave in the middle of an upload
    const thirdBegun = deferred();
    await meetPuts(page, { 3: thirdBegun.resolve }); // and is left hanging
    await page.locator('input[type=file]').first().setInputFiles(file('Long.mp4'));
    await thirdBegun.promise;
    const sent = [];
    page.on('request', (request) => {
      if (isPut(request)) sent.push(partOf(request));
    });
    await page.goto(`${url}/account`);
    await page.goto(`${url}/studio`);
    await page.getByRole('button', { name: 'Edit: Long' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The upload of Long.mp4 was interrupted.').waitFor();
    await dialog.getByLabel('Add the file').setInputFiles(file('Long.mp4'));
    await uploadRow(page, 'Long').getByText('The file has no picture.').waitFor();
    assert.deepEqual(sent, [3, 4, 5], 'what was there is not sent again');
  });
});

describe('an upload whose session ends', () => {
  const rosa = newcomer('Rosa');

  test('goes on when its owner is back, and is nobody else’s', async () => {
    const { context, page } = rosa;
    let token;
    page.on('request', (request) => (token = request.headers().authorization ?? token));
    const email = await page.evaluate(() => fetch('/api/v1/auth/refresh', { method: 'POST' }).then(async (answer) => (await answer.json()).user.email));
    const begun = deferred();
    const sent = [];
    page.on('requestfinished', (request) => isPut(request) && sent.push(partOf(request)));
    await meetPuts(page, { 2: begun.resolve });
    await page.locator('input[type=file]').first().setInputFiles(file('Long.mp4'));
    const put = await begun.promise;
    const [cookie] = await context.cookies(`${url}/api/v1/auth/refresh`);
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
    await fetch(`${url}/api/v1/auth/logout`, { ...post, body: JSON.stringify({ refresh_token: cookie.value }) });
    while ((await fetch(`${url}/api/v1/users/me/contents`, { headers: { authorization: token } })).status !== 401);
    await put.continue();
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
    await uploadRow(page, 'Long').getByText('The file has no picture.').waitFor();
    assert.deepEqual(sent.toSorted(), [1, 2, 3, 4, 5], 'each part once');

    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'Sign up' }).click();
    await page.getByLabel('Name').fill('Rudi');
    await page.getByLabel('E-mail').fill(`rudi-${email}`);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign up' }).click();
    await page.getByRole('link', { name: 'Studio' }).click();
    await page.getByText('You have no contents yet').waitFor();
    assert.equal(await page.getByRole('region', { name: 'Uploads' }).count(), 0);
  });
});

describe('a folder', () => {
  const olga = newcomer('Olga');

  test('of many files leaves connections to the rest of the app', async () => {
    const { page } = olga;
    const held = []; // streams of events that say nothing
    let isOver = false;
    await page.route('**/events', (route) => (isOver ? route.continue() : held.push(route)));
    const count = 6;
    const done = (n) => page.waitForFunction((n) => document.querySelectorAll('.uploads li[data-state=done]').length === n, n);
    await drop(page, Array.from({ length: count }, () => '01 - First_Song.mp3'));
    await done(count - 1);
    assert.equal(held.length, 1);
    isOver = true;
    await held[0].abort();
    await done(count);
  });
});

describe('tabs that all follow an upload', () => {
  const lena = newcomer('Lena');

  // Somebody's upload that waits in the middle, and pages of its content, which follow what becomes of it.
  async function waitingUpload(page) {
    const begun = deferred();
    await meetPuts(page, { 1: begun.resolve });
    const made = page.waitForResponse((response) => response.request().method() === 'POST' && response.url().endsWith('/contents'));
    await drop(page, ['01 - First_Song.mp3']);
    const { id } = await (await made).json();
    return { id, put: await begun.promise };
  }
  const isReady = (tab) => tab.getByRole('button', { name: /^Play/ }).and(tab.locator(':enabled')).first().waitFor();

  test('have one stream of events, which the next one gets when its tab is closed', async () => {
    const { context, page } = lena;
    const begun = []; // the tabs that got the stream
    context.on('request', (request) => {
      if (request.url().endsWith('/events')) begun.push(request.frame().page());
    });
    const { id, put } = await waitingUpload(page);
    const tabs = [];
    const openTab = async () => {
      tabs.push(await open(context, `/c/${id}`));
      await tabs.at(-1).getByRole('heading', { name: 'First Song', level: 1 }).waitFor();
    };
    const streams = context.waitForEvent('response', (response) => response.url().endsWith('/events'));
    await openTab();
    await streams;
    for (let i = 0; i < 5; i += 1) await openTab(); // each of them, and what it loads, gets its connection
    assert.deepEqual(begun, [tabs[0]]);
    const next = context.waitForEvent('request', (request) => request.url().endsWith('/events'));
    await tabs.shift().close();
    await next;
    await put.continue();
    await Promise.all(tabs.map(isReady));
    assert.equal(begun.filter((tab) => tabs.includes(tab)).length, 1, 'whoever asks hears of it too');
    for (const tab of tabs) assert.deepEqual(tab.problems, []);
  });

  test('ask, where a browser has no locks', async () => {
    const { page } = lena;
    await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
    await page.unrouteAll();
    await page.reload();
    let streams = 0;
    page.on('request', (request) => (streams += request.url().endsWith('/events') ? 1 : 0));
    await drop(page, ['02 - Second_Song.mp3']);
    await uploadRow(page, 'Second Song').getByText('Ready').waitFor();
    assert.equal(streams, 0);
  });
});

describe('a file', () => {
  const mary = newcomer('Mary');

  test('in one piece cannot be paused, and says that it starts again when its connection was lost', async () => {
    const { context, page } = mary;
    await meetPuts(page, {
      1: async (route) => {
        await context.setOffline(true);
        await route.abort('internetdisconnected');
      },
    });
    const upload = uploadRow(page, 'Second Song');
    await drop(page, ['02 - Second_Song.mp3']);
    await upload.getByText('It starts again when it is back.').waitFor();
    assert.equal(await upload.getByRole('button', { name: /^Pause/ }).count(), 0);
    await context.setOffline(false);
    await upload.getByText('Ready').waitFor();
  });

  test('that is cancelled leaves nothing', async () => {
    const { page } = mary;
    const begun = deferred();
    await page.unrouteAll();
    await meetPuts(page, { 1: begun.resolve }); // and is left hanging
    await drop(page, ['01 - First_Song.mp3']);
    await begun.promise;
    await row(page, 'First Song').getByText('Draft').waitFor();
    const gone = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await uploadRow(page, 'First Song').getByRole('button', { name: /^Cancel/ }).click();
    assert.equal((await gone).status(), 204);
    await row(page, 'First Song').waitFor({ state: 'detached' });
    await uploadRow(page, 'First Song').waitFor({ state: 'detached' });
    await page.unrouteAll();
  });

  test('that cannot be converted says why, and may be tried again', async () => {
    const { page } = mary;
    await drop(page, ['Broken.mp3']);
    await row(page, 'Broken').getByText('Failed').waitFor();
    await uploadRow(page, 'Broken').getByText('This kind of file cannot be converted.').waitFor();
    for (const again of [
      row(page, 'Broken').getByRole('button', { name: 'Try the conversion of Broken again' }),
      uploadRow(page, 'Broken').getByRole('button', { name: 'Try the upload of Broken again' }),
    ]) {
      const asked = page.waitForResponse((response) => response.url().endsWith('/conversion'));
      await again.click();
      assert.equal((await asked).status(), 202, 'the file is there already');
      await row(page, 'Broken').getByText('Failed').waitFor();
      await again.waitFor();
    }
  });

  test('is replaced by one that can be', async () => {
    const { page } = mary;
    await page.getByRole('button', { name: 'Edit: Broken' }).click();
    await page.getByRole('dialog').getByLabel('Replace the file').setInputFiles(file('track01.flac'));
    await row(page, 'Broken').getByText('Ready').waitFor();
    assert.equal(await row(page, 'Broken').locator('.error').count(), 0);
  });

  test('with tags is called what they say, and has its cover', async () => {
    const { page } = mary;
    await drop(page, ['track01.flac']);
    await row(page, 'From the file').getByText('Ready').waitFor();
    const cover = row(page, 'From the file').locator('img');
    await page.waitForFunction((image) => image.complete && image.naturalWidth > 0, await cover.elementHandle());
  });

  test('gets another cover, another type, and its own cover back', async () => {
    const { page } = mary;
    await page.getByRole('button', { name: 'Edit: From the file' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Choose a picture').setInputFiles(file('Picture.png'));
    await page.getByText('The cover is changed.').waitFor();
    const shown = await dialog.locator('.art img').getAttribute('src');
    assert.match(shown, /\/cover\/[0-9a-f]{32}\.jpg$/);
    await page.waitForFunction((src) => {
      const image = document.querySelector(`dialog img[src="${src}"]`);
      return image?.complete && image.naturalWidth === 640 && image.naturalHeight === 640;
    }, shown);
    await dialog.getByRole('button', { name: 'Use the file’s own' }).click();
    await page.waitForFunction((src) => document.querySelector('dialog .art img')?.getAttribute('src') !== src, shown);
    await dialog.getByLabel('Choose a picture').setInputFiles(file('Broken.mp3'));
    await page.getByText('This file is not a picture').waitFor();
    await dialog.getByText('Podcast', { exact: true }).click();
    await dialog.getByRole('button', { name: 'Save changes' }).click();
    await row(page, 'From the file').getByRole('cell', { name: 'Podcast' }).waitFor();
  });

  test('is off the list with its content, and comes back with it; what is ready goes at once', async () => {
    const { page } = mary;
    await page.getByLabel('Select From the file').check();
    await page.getByRole('button', { name: 'Delete' }).click();
    await uploadRow(page, 'From the file').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await uploadRow(page, 'From the file').getByText('Ready').waitFor();
    await page.getByRole('button', { name: 'Clear what is ready' }).click();
    await uploadRow(page, 'From the file').waitFor({ state: 'detached' });
    await row(page, 'From the file').waitFor();
  });
});
