// Encoders add silence before the first sample and after the last. Where the platform tells how much, it is left out, so
// that albums go on without a gap.

import type { Content } from '../api/types';

interface Gapless {
  sample_rate?: number;
  delay_samples?: number;
  padding_samples?: number;
}

export interface Edges {
  start: number; // seconds before the first sample
  end: number; // seconds after the last
}

const none: Edges = { start: 0, end: 0 };

export function edgesOf(content: Content | null): Edges {
  const gapless = (content?.media as { gapless?: Gapless | null } | null | undefined)?.gapless;
  const rate = gapless?.sample_rate ?? 0;
  if (!gapless || rate <= 0) return none;
  const seconds = (samples: number | undefined) => Math.min(0.5, Math.max(0, (samples ?? 0) / rate));
  return { start: seconds(gapless.delay_samples), end: seconds(gapless.padding_samples) };
}
