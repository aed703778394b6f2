import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Content } from '../api/types';
import { mediaTypeOf, patchFrom, titleOf, typeOf } from './guess';
import { Speed } from './speed';
import { arrived, mediaOf, planOf } from './transfer';
import * as unfinished from './unfinished';

describe('guessing', () => {
  test.each([
    ['03 - Night_Train.flac', 'Night Train'],
    ['1. Overture.mp3', 'Overture'],
    ['07 Blue.wav', 'Blue'],
    ['1999.mp3', '1999'],
    ['99 Luftballons.mp3', '99 Luftballons'],
    ['movie.final.cut.mkv', 'movie.final.cut'],
    ['.mp3', '.mp3'],
    [`${'x'.repeat(300)}.mp3`, 'x'.repeat(200)],
  ])('%s is titled %s', (name, title) => expect(titleOf(name)).toBe(title));

  test.each([
    [{ name: 'a.mp3', type: 'audio/mpeg' }, 'music', 'audio/mpeg'],
    [{ name: 'My Podcast - Ep. 12.mp3', type: 'audio/mpeg' }, 'podcast', 'audio/mpeg'],
    [{ name: 'a.MKV', type: '' }, 'video', 'video/x-matroska'],
    [{ name: 'a.flac', type: 'application/octet-stream' }, 'music', 'audio/flac'],
  ])('%j', (file, type, mediaType) => {
    expect(typeOf(file)).toBe(type);
    expect(mediaTypeOf(file)).toBe(mediaType);
  });

  test.each([['cover.jpg', 'image/jpeg'], ['notes.txt', 'text/plain'], ['noextension', ''], ['a.mp3.exe', '']])('%s is not for upload', (name, type) =>
    expect(mediaTypeOf({ name, type })).toBeNull());
});

describe('tags', () => {
  const guess = { title: 'track01', type: 'music' } as const;
  const content = (title: string, tags: Partial<Record<'title' | 'genre', string>> | null, type = 'music') => ({ title, type, media: { tags } }) as unknown as Content;
  test.each([
    [content('track01', { title: 'Nocturne' }), { title: 'Nocturne' }],
    [content('track01', { genre: 'Podcast' }), { type: 'podcast' }],
    [content('track01', { title: 'One', genre: 'Speech' }), { title: 'One', type: 'podcast' }],
    [content('What I typed', { title: 'Nocturne' }), null],
    [content('track01', { title: 'A film', genre: 'Podcast' }, 'video'), { title: 'A film' }],
    [content('track01', { title: 'track01', genre: 'Jazz' }), null],
    [content('track01', null), null],
  ])('%#', (given, patch) => expect(patchFrom(given, guess)).toEqual(patch));
});

describe('plans', () => {
  const expires_at = '2030-01-01T00:00:00Z';
  test('one PUT', () => {
    const plan = planOf({ key: 'k', method: 'PUT', url: 'u', headers: { 'Content-Type': 'audio/flac' }, expires_at }, 10);
    expect(plan.parts).toEqual([{ number: 1, url: 'u', from: 0, to: 10, etag: null }]);
    expect(mediaOf(plan)).toEqual({ key: 'k' });
  });

  test('parts cover the file, and those that have arrived count', () => {
    const parts = [1, 2, 3].map((number) => ({ number, size: number < 3 ? 4 : 2, url: `u${number}` }));
    const plan = planOf({ key: 'k', multipart: { upload_id: 'm', part_size: 4, parts }, expires_at }, 10);
    expect(plan.parts.map(({ from, to }) => [from, to])).toEqual([[0, 4], [4, 8], [8, 10]]);
    expect(arrived(plan)).toBe(0);
    plan.parts[2]!.etag = '"c"';
    plan.parts[0]!.etag = '"a"';
    expect(arrived(plan)).toBe(6);
    plan.parts[1]!.etag = '"b"';
    expect(mediaOf(plan)).toEqual({
      key: 'k',
      multipart: { upload_id: 'm', parts: [{ number: 1, etag: '"a"' }, { number: 2, etag: '"b"' }, { number: 3, etag: '"c"' }] },
    });
  });
});

describe('speed', () => {
  test('of a steady upload', () => {
    const speed = new Speed();
    speed.restart(0, 0);
    for (let s = 1; s <= 10; s += 1) speed.update(s * 1000, s * 500);
    expect(speed.bytesPerSecond).toBeCloseTo(500);
    expect(speed.left(10_000)).toBeCloseTo(10);
  });

  test('follows a change without jumping', () => {
    const speed = new Speed();
    speed.restart(0, 0);
    speed.update(1000, 1000);
    speed.update(2000, 1000);
    expect(speed.bytesPerSecond).toBeGreaterThan(400);
    expect(speed.bytesPerSecond).toBeLessThan(1000);
  });

  test('what has not moved has no end', () => {
    const speed = new Speed();
    speed.restart(0, 0);
    expect(speed.left(5)).toBe(Infinity);
  });
});

describe('uploads that were interrupted', () => {
  const stored = new Map<string, string>();
  beforeEach(() => {
    stored.clear();
    vi.stubGlobal('localStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => stored.set(key, value) });
  });
  afterEach(() => vi.unstubAllGlobals());
  const file = (name: string, size: number, lastModified = 1) => ({ name, size, lastModified }) as File;

  test('go on with the same file only', () => {
    unfinished.begin('c', file('a.wav', 100));
    expect(unfinished.nameOf('c')).toBe('a.wav');
    expect(unfinished.isOf('c', file('a.wav', 100))).toBe(true);
    for (const other of [file('b.wav', 100), file('a.wav', 101), file('a.wav', 100, 2)]) expect(unfinished.isOf('c', other)).toBe(false);
    expect(unfinished.isOf('d', file('a.wav', 100))).toBe(false);
    unfinished.end('c');
    expect(unfinished.nameOf('c')).toBeNull();
  });

  test('are forgotten when there are too many, or when what is stored is of no use', () => {
    for (let i = 0; i < 60; i += 1) unfinished.begin(`c${i}`, file('a.wav', i));
    expect(unfinished.nameOf('c9')).toBeNull();
    expect(unfinished.nameOf('c10')).toBe('a.wav');
    stored.set('descant.unfinished', '{"c":{"name":1}}');
    expect(unfinished.nameOf('c')).toBeNull();
  });
});
