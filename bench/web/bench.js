// Measures the web app in a real browser, on the platform at DESCANT_URL, which has a few public songs: from click to sound, the
// gap between two tracks, and how a first visit loads. Prints one line each; exits with 1 when a bar is not reached.

import { launch, open, url } from '../../web/e2e/browser.js';

const bars = { click_to_sound_ms: 150, gap_ms: 20, layout_shift: 0.02, longest_task_ms: 100 };
const rounds = Number(process.env.DESCANT_ROUNDS ?? 15);
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const results = {};
const settled = 0.2; // seconds: an element's clock runs ahead at first, and waits then for the sound; reckoned back from here

const browser = await launch();

// ---- a first visit
{
  const context = await browser.newContext();
  await context.addInitScript(() => {
    globalThis.seen = { shift: 0, longest: 0 };
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.seen.shift += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) globalThis.seen.longest = Math.max(globalThis.seen.longest, entry.duration);
    }).observe({ type: 'longtask', buffered: true });
  });
  const shifts = [];
  const tasks = [];
  for (let i = 0; i < 3; i += 1) {
    const page = await open(context);
    await page.getByRole('article').first().waitFor();
    await page.waitForLoadState('networkidle');
    const seen = await page.evaluate(() => globalThis.seen);
    shifts.push(seen.shift);
    tasks.push(seen.longest);
    await page.close();
  }
  results.layout_shift = Math.max(...shifts);
  results.longest_task_ms = median(tasks);
  await context.close();
}

// ---- from click to sound: when the element's clock begins to move, after a real click
{
  const times = [];
  for (let i = 0; i < rounds; i += 1) {
    const context = await browser.newContext();
    const page = await open(context);
    const article = page.getByRole('article').filter({ hasNot: page.locator('.wide') }).first();
    await article.hover(); // which a person cannot help
    await page.waitForLoadState('networkidle');
    await page.evaluate((settled) => {
      globalThis.clicked = new Promise((resolve) => {
        document.addEventListener('pointerdown', () => {
          const from = performance.now();
          const stood = new Map(); // where an element was that was ready to play
          const look = () => {
            for (const video of document.querySelectorAll('.stage video')) {
              if (video.paused || video.seeking || video.readyState < 3) stood.delete(video);
              else if (!stood.has(video)) stood.set(video, video.currentTime);
              else if (video.currentTime > stood.get(video) + settled) return resolve(performance.now() - from - (video.currentTime - stood.get(video)) * 1000);
            }
            setTimeout(look, 1);
          };
          look();
        }, { capture: true, once: true });
      });
    }, settled);
    await article.getByRole('button', { name: /^Play/ }).click();
    times.push(await page.evaluate(() => globalThis.clicked));
    await context.close();
  }
  results.click_to_sound_ms = median(times);
  results.click_to_sound_worst_ms = Math.max(...times);
}

// ---- the gap between tracks: from the last sample of one to the first of the next, by the elements' own clocks, without what the encoder
// added to them; below zero, both are heard. What plays muted is rehearsed, not heard
{
  const gaps = [];
  for (let i = 0; i < 3; i += 1) {
    const context = await browser.newContext();
    const page = await open(context);
    const articles = page.getByRole('article').filter({ hasNot: page.locator('.wide') });
    await articles.nth(1).waitFor();
    await articles.first().hover();
    await articles.first().getByRole('button', { name: /^Play/ }).click();
    await page.waitForFunction(() => [...document.querySelectorAll('.stage video')].some((v) => !v.paused && v.currentTime > 0.5));
    const id = (await articles.first().locator('h3 a').getAttribute('href')).split('/').at(-1);
    const { gapless } = (await (await fetch(`${url}/api/v1/contents/${id}`)).json()).media;
    const last = gapless ? (gapless.delay + gapless.samples) / gapless.sample_rate : null; // where the last sample ends
    const gap = page.evaluate(
      ({ last, settled }) =>
        new Promise((resolve) => {
          const [first] = [...document.querySelectorAll('.stage video')].filter((v) => !v.paused);
          const starts = new Map(); // where a deck stands ready
          let end = 0; // when the first will have been heard to its end
          const look = () => {
            const now = performance.now();
            if (!first.paused && !first.ended && first.currentTime < (last ?? first.duration) - 0.02) end = now + ((last ?? first.duration) - first.currentTime) * 1000;
            for (const video of document.querySelectorAll('.stage video, video')) if (video !== first && video.paused) starts.set(video, video.currentTime);
            const next = [...document.querySelectorAll('.stage video')].find((v) => v !== first && !v.paused && !v.muted && v.currentTime > (starts.get(v) ?? 0) + settled);
            if (next) resolve(now - (next.currentTime - (starts.get(next) ?? 0)) * 1000 - end);
            else setTimeout(look, 1);
          };
          look();
        }),
      { last, settled },
    );
    await page.getByRole('region', { name: 'Player' }).getByRole('slider', { name: 'Position' }).evaluate((slider) => {
      slider.value = String(Math.max(0, Number(slider.max) - 4));
      slider.dispatchEvent(new Event('change', { bubbles: true }));
    });
    gaps.push(await gap);
    await context.close();
  }
  results.gap_ms = median(gaps);
}
await browser.close();

let failed = false;
for (const [name, value] of Object.entries(results)) {
  const bar = bars[name];
  const missed = bar !== undefined && value >= bar;
  failed ||= missed;
  console.log(`${name.padEnd(26)}${value.toFixed(3).padStart(10)}${bar === undefined ? '' : `   bar ${bar}${missed ? '   MISSED' : ''}`}`);
}
process.exit(failed ? 1 : 0);
