// Encoders add silence before the first sample and after the last. Where the platform tells how much, it is left out, so
// that albums go on without a gap.

import type { Content } from '../api/types';

interface Gapless {
  sample_rate: number;
  delay: number; // samples
  samples: number; // of the source
}

export interface Edges {
  start: number; // seconds before the first sample
  end: number | null; // where the last sample ends, in seconds of the stream; null: where the stream does
}

export function edgesOf(content: Content | null): Edges {
  const gapless = (content?.media as { gapless?: Gapless | null } | null | undefined)?.gapless;
  if (!gapless || !(gapless.sample_rate > 0) || !(gapless.delay >= 0) || !(gapless.samples > 0)) return { start: 0, end: null };
  const start = Math.min(0.5, gapless.delay / gapless.sample_rate);
  return { start, end: start + gapless.samples / gapless.sample_rate };
}
