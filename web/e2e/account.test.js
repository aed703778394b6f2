// An account: its password, and its end.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { drop, launch, open, password, register, row, url } from './browser.js';

const another = 'another horse battery staple';

let browser;
let page;
let email;
before(async () => {
  browser = await launch();
  page = await open(await browser.newContext());
  await register(page, 'Vera');
  await drop(page, ['01 - First_Song.mp3']);
  await row(page, 'First Song').getByText('Ready').waitFor();
  await page.goto(`${url}/account`);
  email = await page.getByLabel('E-mail').inputValue();
});
after(() => browser?.close());
afterEach(() => assert.deepEqual(page.problems, []));

const login = async (secret) => {
  await page.goto(`${url}/login?to=/studio`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(secret);
  await page.keyboard.press('Enter');
};

test('changes its password, for who knows the one it has', async () => {
  const change = async (current) => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password').fill(another);
    await page.getByRole('button', { name: 'Change password' }).click();
  };
  await change('not the one');
  await page.getByText('This is not your current password.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('autocomplete')), 'current-password');
  await change(password);
  await page.getByText('Your password is changed.').waitFor();
});

test('is entered with the new one only', async () => {
  await page.getByRole('button', { name: 'Your menu' }).click();
  await page.getByRole('button', { name: 'Log out', exact: true }).last().click();
  await page.getByText('You are logged out.').waitFor();
  await login(password);
  await page.getByText('The e-mail address or the password is not right.').waitFor();
  await login(another);
  await row(page, 'First Song').waitFor();
});

test('is deleted with all that it has', async () => {
  const path = await row(page, 'First Song').getByRole('link').first().getAttribute('href');
  await page.goto(`${url}/account`);
  await page.getByRole('button', { name: 'Delete account' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('all your songs, podcasts and videos').waitFor();
  await dialog.getByLabel('Current password').fill(password);
  await dialog.getByRole('button', { name: 'Delete everything' }).click();
  await dialog.getByText('This is not your current password.').waitFor();
  await dialog.getByLabel('Current password').fill(another);
  await dialog.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByText('Your account is deleted.').waitFor();
  await page.goto(url + path);
  await page.getByRole('heading', { name: 'This is not here' }).waitFor();
  await login(another);
  await page.getByText('The e-mail address or the password is not right.').waitFor();
});
