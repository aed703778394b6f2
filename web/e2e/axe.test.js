// What axe has to say about each page, in both themes: nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, open, register } from './browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing, ${colorScheme}`, async () => {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce', bypassCSP: true });
    const page = await open(context);
    const check = async (what) => {
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
      const told = found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160)).join(' | ')}`);
      assert.deepEqual(told, [], what);
    };
    const visit = async (path) => {
      await page.goto(new URL(path, page.url()).href);
      await page.getByRole('main').locator('h1').first().waitFor({ state: 'attached' });
      await page.waitForLoadState('networkidle');
      await check(path);
    };
    for (const path of ['/', '/search?q=song', '/login', '/register', '/nowhere/at/all']) {
      if (path.startsWith('/nowhere')) {
        await page.goto(new URL(path, page.url()).href);
        await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
        await check(path);
      } else await visit(path);
    }
    await page.goto(new URL('/', page.url()).href);
    const first = page.getByRole('article').first().locator('h3 a');
    if (await first.count()) await visit(await first.getAttribute('href'));
    await register(page, 'Grace');
    await visit('/studio');
    await visit('/account');
    await page.keyboard.press('q');
    await page.getByRole('complementary', { name: 'Queue' }).waitFor();
    await check('the queue');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await check('the shortcuts');
    await context.close();
  });
}
