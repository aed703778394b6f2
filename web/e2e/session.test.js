// Sessions: tokens that run out, tabs that share one, and an end that comes from elsewhere; and no connection at all.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { advances, bar, card, launch, library, open, password, register, url } from './browser.js';

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

const saveName = async (page, name) => {
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Save changes' }).click();
};

describe('a session', () => {
  let context;
  let page;
  let refreshes = 0;
  before(async () => {
    context = await browser.newContext({ serviceWorkers: 'block' });
    page = await open(context);
    await page.clock.install();
    await register(page, 'Ida');
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
    page.on('request', (request) => (refreshes += request.url().endsWith('/auth/refresh') ? 1 : 0));
  });
  after(() => context?.close());
  afterEach(() => assert.deepEqual(page.problems, []));

  test('goes on when the access token has run out', async () => {
    await page.clock.fastForward('01:00:00');
    await saveName(page, 'Ida the Second');
    await page.getByText('Saved.').waitFor();
    assert.equal(refreshes, 1);
    await page.clock.resume();
  });

  test('goes on when the server refuses the token', async () => {
    refreshes = 0;
    await page.route(
      '**/api/v1/users/me',
      (route) =>
        route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' },
          body: JSON.stringify({ type: 'about:blank', title: 'Not authenticated', status: 401, code: 'token_expired', detail: 'It has expired.', request_id: 'r' }),
        }),
      { times: 1 },
    );
    const again = page.waitForResponse((response) => response.url().endsWith('/users/me') && response.status() === 200);
    await saveName(page, 'Ida the Third');
    await again;
    assert.equal(refreshes, 1);
    await page.getByRole('button', { name: 'Your menu' }).click();
    await page.getByText('Ida the Third').waitFor();
    await page.keyboard.press('Escape');
  });

  test('is shared by tabs that are loaded anew at the same time', async () => {
    const other = await open(context, '/account');
    for (let i = 0; i < 3; i += 1) await Promise.all([page.reload(), other.reload()]);
    for (const tab of [page, other]) await tab.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
    assert.deepEqual(other.problems, []);
    await other.close();
  });

  test('goes on when the next cookie is still under way to this browser', async () => {
    const refresh = `${url}/api/v1/auth/refresh`;
    const [used] = await context.cookies(refresh);
    assert.equal((await context.request.post(refresh)).status(), 200);
    const [next] = await context.cookies(refresh);
    assert.notEqual(next.value, used.value);
    await context.addCookies([used]);
    const refused = page.waitForResponse((response) => response.url() === refresh);
    await page.reload();
    assert.equal((await refused).status(), 409);
    await context.addCookies([next]);
    await page.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
  });

  test('ends when it is ended from another device', async () => {
    const elsewhere = await browser.newContext();
    const device = await open(elsewhere, '/login?to=/account');
    await device.getByLabel('E-mail').fill(await page.getByLabel('E-mail').inputValue());
    await device.getByLabel('Password', { exact: true }).fill(password);
    await device.getByRole('button', { name: 'Log in' }).click();
    const sessions = device.getByRole('listitem').filter({ has: device.getByRole('button', { name: /^Log out/ }) });
    await sessions.getByRole('button').click();
    await device.getByText('That device is logged out.').waitFor();
    await sessions.waitFor({ state: 'detached' });
    assert.deepEqual(device.problems, []);
    await elsewhere.close();
    await saveName(page, 'Nobody');
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await page.getByText('Your session has ended. Log in again.').waitFor();
  });
});

test('one tab at a time is heard', async () => {
  const context = await browser.newContext();
  const tabs = [await open(context), await open(context)];
  const play = (tab) => card(tab, library.songs[0]).getByRole('button', { name: /^Play/ }).click();
  await play(tabs[0]);
  await advances(tabs[0], 0.2);
  await play(tabs[1]);
  await advances(tabs[1], 0.2);
  await bar(tabs[0]).getByRole('button', { name: 'Play', exact: true }).waitFor();
  for (const tab of tabs) assert.deepEqual(tab.problems, []);
  await context.close();
});

test('what the server does not answer is asked for until it does', async () => {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  await context.route('**/api/v1/contents?*', (route) => route.abort('connectionrefused'));
  const page = await open(context);
  await page.getByRole('alert').getByText('The server does not answer.').waitFor();
  await context.unrouteAll();
  await card(page, library.songs[0]).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await context.close();
});

test('without a connection the app opens, says so, and is well when it is back', async () => {
  const context = await browser.newContext();
  const page = await open(context);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(async () => (await caches.match('/')) !== undefined);
  await context.setOffline(true);
  await page.reload();
  await page.getByText('You are offline.').first().waitFor();
  await page.getByRole('alert').getByText('Check your connection and try again.').waitFor();
  await context.setOffline(false);
  await card(page, library.songs[0]).waitFor();
  await page.getByText('You are offline.').first().waitFor({ state: 'detached' });
  assert.deepEqual(page.problems, []);
  await page.goto(`${url}/docs`); // which is no page of the app
  await page.getByRole('heading', { name: 'Descant API' }).first().waitFor();
  await context.close();
});
