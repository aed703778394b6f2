// Every rendition that this browser can decode, of a song and of a film, from the first sample to the last, by hls.js.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { launch, library, url } from './browser.js';

const script = createRequire(import.meta.url).resolve('hls.js/dist/hls.js');

let browser;
let page;
before(async () => {
  browser = await launch();
  page = await (await browser.newContext({ bypassCSP: true })).newPage(); // the library comes from here
  await page.goto(url);
  await page.addScriptTag({ path: script });
});
after(() => browser?.close());

const json = async (path) => {
  const response = await fetch(`${url}/api/v1/${path}`);
  assert.equal(response.status, 200, path);
  return response.json();
};

// The content that is called so, and where it plays.
async function published(title) {
  const { items } = await json(`contents?q=${encodeURIComponent(title)}`);
  const content = items.find((item) => item.title === title);
  return { content, source: (await json(`contents/${content.id}/playback`)).url };
}

// Plays one level (counted as hls.js does), four times as fast, to its end.
const play = (source, level) =>
  page.evaluate(
    ({ source, level }) =>
      new Promise((resolve, reject) => {
        const video = document.createElement('video');
        video.muted = true;
        document.body.append(video);
        const hls = new globalThis.Hls({ enableWorker: false, startLevel: level });
        const problems = [];
        const timer = setTimeout(() => reject(new Error(`it stands at ${video.currentTime} of ${video.duration}; ${problems}`)), 90_000);
        hls.on('hlsError', (_, data) => {
          // A machine that is busy may fall behind, or be told to jump to the first frame, which is not at zero.
          if (!/Stall|SeekOverHole/.test(data.details)) problems.push(data.details);
          if (data.fatal) reject(new Error(data.details));
        });
        hls.on('hlsManifestParsed', () => {
          hls.currentLevel = level;
          video.playbackRate = 4;
          video.play().catch(reject);
        });
        video.onended = () => {
          clearTimeout(timer);
          const { buffered, currentTime, duration, videoWidth, videoHeight } = video;
          resolve({
            levels: hls.levels.map(({ height, codecs, attrs }) => ({ height, codecs: codecs ?? attrs.CODECS })),
            played: hls.currentLevel,
            ranges: Array.from(buffered, (_, i) => [buffered.start(i), buffered.end(i)]),
            currentTime,
            duration,
            videoWidth,
            videoHeight,
            frames: video.getVideoPlaybackQuality().totalVideoFrames,
            sound: video.webkitAudioDecodedByteCount,
            problems,
          });
          hls.destroy();
          video.remove();
        };
        hls.loadSource(source);
        hls.attachMedia(video);
      }),
    { source, level },
  );

for (const title of [library.songs[0], library.film]) {
  test(`every rendition of ${title} plays to its end`, async () => {
    const { content, source } = await published(title);
    const decodable = await page.evaluate(
      (renditions) => renditions.filter(({ codec }) => MediaSource.isTypeSupported(`video/mp4; codecs="${codec}"`)),
      content.media.renditions,
    );
    assert.ok(decodable.length >= 2, JSON.stringify(content.media.renditions));
    const first = await play(source, 0);
    assert.deepEqual(first.levels.map(({ height }) => height).toSorted(), decodable.map(({ height }) => height ?? 0).toSorted());
    const all = [first];
    for (let level = 1; level < first.levels.length; level += 1) all.push(await play(source, level));
    const stated = content.media.duration_ms / 1000;
    for (const [level, result] of all.entries()) {
      const told = JSON.stringify(result);
      assert.equal(result.played, level, told);
      assert.equal(result.ranges.length, 1, `there is a hole: ${told}`);
      assert.ok(result.ranges[0][0] < 0.15, told);
      assert.ok(Math.abs(result.duration - stated) < 0.2, told);
      assert.ok(result.currentTime > result.duration - 0.1, told);
      assert.ok(result.sound > 0, told);
      assert.deepEqual(result.problems, [], told);
      if (content.type === 'video') {
        assert.equal(result.videoHeight, result.levels[level].height, told);
        assert.ok(result.frames > stated * 20, told);
      }
    }
  });
}
