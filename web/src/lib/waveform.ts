// The peaks of a track, as the platform measured them, and the bars that are drawn of them.

import { isRecord } from './storage';

// The file is a list of peaks, or an object that has one; of 8-bit, 16-bit or fractional values. Anything else is no peaks.
export function peaksOf(value: unknown): readonly number[] {
  const list = Array.isArray(value) ? value : isRecord(value) ? (value['peaks'] ?? value['data']) : null;
  if (!Array.isArray(list) || list.length < 2 || list.length > 1_000_000) return [];
  const peaks: number[] = [];
  for (const item of list) {
    if (typeof item !== 'number' || !Number.isFinite(item)) return [];
    peaks.push(Math.abs(item));
  }
  const highest = peaks.reduce((a, b) => Math.max(a, b), 0);
  return highest > 0 ? peaks.map((peak) => peak / highest) : [];
}

// That many bars: of each stretch the highest peak. Without peaks, a quiet line.
export function barsOf(peaks: readonly number[], count: number): readonly number[] {
  if (!peaks.length) return Array.from({ length: count }, () => 0.04);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / count));
    let highest = 0;
    for (let at = from; at < to && at < peaks.length; at += 1) highest = Math.max(highest, peaks[at]!);
    return highest;
  });
}
