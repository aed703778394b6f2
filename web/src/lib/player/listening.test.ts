import { expect, test } from 'vitest';
import type { Content } from '../api/types';
import { edgesOf } from './gapless';
import { gainFor, volumeOf } from './levelling';
import { isWorth, note } from './positions';

test('loud tracks are brought down to the target, quiet ones left alone', () => {
  expect(gainFor(-18, true)).toBe(1);
  expect(gainFor(-8, true)).toBeCloseTo(10 ** (-10 / 20));
  expect(gainFor(-30, true)).toBe(1);
  expect(gainFor(40, true)).toBe(0.1);
});

test('without a measurement, or switched off, nothing changes', () => {
  for (const loudness of [null, undefined, NaN, -Infinity]) expect(gainFor(loudness, true)).toBe(1);
  expect(gainFor(-8, false)).toBe(1);
});

test('the slider stays within what a media element takes', () => {
  expect([volumeOf(-1), volumeOf(0.5), volumeOf(2)]).toEqual([0, 0.25, 1]);
});

test('neither beginnings nor ends are worth remembering', () => {
  expect(isWorth(5, 1000)).toBe(false);
  expect(isWorth(500, 1000)).toBe(true);
  expect(isWorth(985, 1000)).toBe(false);
  expect(isWorth(118, 120)).toBe(false);
  expect(isWorth(500, 0)).toBe(true);
});

test('a position replaces the one before, and a finished one is forgotten', () => {
  const positions = note(note({ a: 20 }, 'b', 40.7, 100), 'a', 60, 100);
  expect(Object.entries(positions)).toEqual([['b', 40], ['a', 60]]);
  expect(note(positions, 'a', 99, 100)).toEqual({ b: 40 });
});

test('the oldest go first when there are too many', () => {
  let positions = {};
  for (let i = 0; i < 250; i += 1) positions = note(positions, `id${i}`, 60, 1000);
  expect(Object.keys(positions)).toHaveLength(200);
  expect(positions).not.toHaveProperty('id49');
  expect(positions).toHaveProperty('id50');
});

test('what the encoder added is left out, as far as it is known', () => {
  const of = (gapless: unknown) => edgesOf({ media: { gapless } } as Content);
  expect(of({ sample_rate: 48000, delay: 1024, padding: 100, samples: 480 })).toEqual({ start: 1024 / 48000, end: 1024 / 48000 + 0.01 });
  expect(of({ sample_rate: 48000, delay: 1e9, padding: -5, samples: 48000 })).toEqual({ start: 0.5, end: 1.5 });
  const unknown = [null, undefined, { sample_rate: 0, delay: 5, samples: 5 }, { sample_rate: 1, delay: -1, samples: 5 }, { sample_rate: 1, delay: 1 }];
  for (const gapless of unknown) expect(of(gapless)).toEqual({ start: 0, end: null });
  expect(edgesOf(null)).toEqual({ start: 0, end: null });
});
