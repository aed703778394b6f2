import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { t } from '../strings';
import { deviceOf } from './agent';
import { backoff, EventParser } from './api/events';
import { problemOf } from './api/problem';
import { ago, bytes, clock, remaining, trackName } from './format';
import { base64url, middle } from './picture';
import { pageOf } from './router.svelte';
import { parseThumbnails, thumbnailAt } from './thumbnails';
import { barsOf, peaksOf } from './waveform';

describe('event streams', () => {
  test('arrive in any pieces', () => {
    const text = 'event: state\r\ndata: {"a":1}\r\n\r\n:\n\nevent: progress\ndata: one\ndata: two\n\n';
    for (let size = 1; size < text.length; size += 1) {
      const parser = new EventParser();
      const events = [];
      for (let i = 0; i < text.length; i += size) events.push(...parser.push(text.slice(i, i + size)));
      expect(events).toEqual([{ name: 'state', data: '{"a":1}' }, { name: 'progress', data: 'one\ntwo' }]);
    }
  });

  test('what is not finished is not told', () => {
    expect(new EventParser().push('event: state\ndata: 1\n')).toEqual([]);
  });

  test('tries again later and later', () => {
    expect([1, 2, 3, 4, 9].map(backoff)).toEqual([1000, 2000, 4000, 8000, 30_000]);
  });
});

describe('problems', () => {
  test('in words, with their fields', async () => {
    const body = { code: 'validation_failed', detail: 'x', request_id: 'r', errors: [{ field: 'password', code: 'too_short', detail: 'At least 8.' }] };
    const error = await problemOf(new Response(JSON.stringify(body), { status: 422, headers: { 'Retry-After': '3' } }));
    expect(error).toMatchObject({ status: 422, code: 'validation_failed', requestId: 'r', fields: { password: 'At least 8.' }, retryAfter: 3 });
    expect(error.isTemporary).toBe(false);
  });

  test('an answer that is none', async () => {
    const error = await problemOf(new Response('<html>', { status: 502 }));
    expect(error).toMatchObject({ status: 502, code: 'service_unavailable', isTemporary: true });
    expect(error.text).not.toContain('html');
  });
});

test.each([
  ['/', { name: 'home' }],
  ['/c/0190', { name: 'content', id: '0190' }],
  ['/u/a%20b', { name: 'creator', id: 'a b' }],
  ['/studio/', { name: 'studio' }],
  ['/c', { name: 'unknown' }],
  ['/c/1/2', { name: 'unknown' }],
  ['/constructor', { name: 'unknown' }],
  ['/%', { name: 'unknown' }],
])('%s', (path, page) => expect(pageOf(path)).toEqual(page));

test('times and sizes', () => {
  expect([0, 59.9, 187, 3765, NaN, -1, Infinity].map(clock)).toEqual(['0:00', '0:59', '3:07', '1:02:45', '0:00', '0:00', '0:00']);
  expect([0.2, 59, 90, 3599, 7170, 7260, Infinity].map(remaining)).toEqual(['1 s', '59 s', '2 min', '1 h 0 min', '2 h 0 min', '2 h 1 min', '']);
  expect([0, 999, 1500, 25_400_000].map(bytes)).toEqual(['0 B', '999 B', '1.5 KB', '25 MB']);
  const now = Date.parse('2026-01-10T12:00:00Z');
  expect(ago('2026-01-10T11:59:01Z', now)).toBe('now');
  expect(ago('2026-01-10T12:00:01Z', now)).toBe('now'); // by another clock
  expect(ago('2026-01-10T11:58:00Z', now)).toBe('2 minutes ago');
  expect(ago('2026-01-10T11:00:01Z', now)).toBe('59 minutes ago');
  expect(ago('2026-01-09T11:00:00Z', now)).toBe('yesterday');
});

describe('words', () => {
  const contract = readFileSync(new URL('../../../api/openapi.yaml', import.meta.url), 'utf8');
  const codes = [...contract.matchAll(/code: \{ enum: \[([^\]]+)\]/g)].flatMap(([, list]) => list!.split(',').map((code) => code.trim()));

  test('are there for every code of the API', () => {
    expect(codes.length).toBeGreaterThan(30);
    expect(codes.filter((code) => !t.errors[code])).toEqual([]);
  });

  test('are there for every reason that a conversion may fail for', () => {
    const reasons = /enum: \[(source_missing[^\]]+)\]/.exec(contract)![1]!.split(',').map((code) => code.trim());
    expect(reasons.filter((code) => !t.failures[code])).toEqual([]);
  });
});

describe('tracks', () => {
  test('are called by their names, or by their languages as these are spoken', () => {
    expect(trackName('Director', 'en')).toBe('Director');
    expect(trackName('de', 'de')).toBe('Deutsch');
    expect(trackName('fr 2', 'fr')).toBe('Français 2');
    expect(trackName('frisian', 'fr')).toBe('frisian');
    expect(trackName('Subtitles', '')).toBe('Subtitles');
    expect(trackName('no language', 'no language')).toBe('no language');
    expect(trackName('qtx', 'qtx')).toBe('Qtx');
  });
});

describe('waveforms', () => {
  test('of every form come out between 0 and 1', () => {
    expect(peaksOf([0, -5, 10])).toEqual([0, 0.5, 1]);
    expect(peaksOf({ peaks: [1, 2] })).toEqual([0.5, 1]);
    for (const bad of [null, 'x', {}, [], [1], [0, 0], ['a', 'b'], [1, null], { data: 5 }]) expect(peaksOf(bad)).toEqual([]);
  });

  test('bars keep the peaks, whatever the width', () => {
    const peaks = Array.from({ length: 100 }, (_, i) => (i === 37 ? 1 : 0.1));
    for (const count of [10, 99, 100, 250]) {
      const bars = barsOf(peaks, count);
      expect(bars).toHaveLength(count);
      expect(Math.max(...bars)).toBe(1);
    }
    expect(barsOf([], 5)).toHaveLength(5);
  });
});

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1', 'Safari on iOS'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0', 'Edge on Windows'],
  ['Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0.0.0 Mobile Safari/537.36', 'Chrome on Android'],
  ['curl/8.5.0', 'curl'],
  ['', ''],
])('%s', (agent, device) => expect(deviceOf(agent)).toBe(device));

test('thumbnails', () => {
  const vtt = 'WEBVTT\r\n\r\n1\r\n00:00.000 --> 00:05.000\r\nsprite.jpg#xywh=0,0,160,90\r\n\r\n00:05.000 --> 00:10.000\nsprite.jpg#xywh=160,0,160,90\n\n00:10 --> 00:11\nno area\n';
  const found = parseThumbnails(vtt, 'https://m.example/media/t/thumbs.vtt');
  expect(found).toHaveLength(2);
  expect(found[1]).toEqual({ from: 5, to: 10, url: 'https://m.example/media/t/sprite.jpg', x: 160, y: 0, width: 160, height: 90 });
  expect(thumbnailAt(found, 4.9)).toBe(found[0]);
  expect(thumbnailAt(found, 99)).toBe(found[1]);
  expect(thumbnailAt([], 1)).toBeNull();
});

describe('covers', () => {
  test('are cut out of the middle', () => {
    expect(middle(1000, 500, 1)).toEqual({ x: 250, y: 0, width: 500, height: 500 });
    expect(middle(500, 1000, 1)).toEqual({ x: 0, y: 250, width: 500, height: 500 });
    expect(middle(1600, 1600, 16 / 9)).toEqual({ x: 0, y: 350, width: 1600, height: 900 });
  });

  test('travel in base64url', () => {
    expect(base64url(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]))).toBe('_9j_4A');
    expect(base64url(new Uint8Array())).toBe('');
  });
});
