// Encoders add silence before the first sample and after the last. Where the platform tells how much, it is left out, so
// that albums go on without a gap.

import type { Content } from '../api/types';

interface Gapless {
  sample_rate: number;
  delay: number; // samples
  padding: number;
}

export interface Edges {
  start: number; // seconds before the first sample
  end: number; // seconds after the last
}

const none: Edges = { start: 0, end: 0 };

export function edgesOf(content: Content | null): Edges {
  const gapless = (content?.media as { gapless?: Gapless | null } | null | undefined)?.gapless;
  if (!gapless || !(gapless.sample_rate > 0)) return none;
  const seconds = (samples: number) => (samples > 0 ? Math.min(0.5, samples / gapless.sample_rate) : 0);
  return { start: seconds(gapless.delay), end: seconds(gapless.padding) };
}
