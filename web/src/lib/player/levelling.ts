// Loudness: everything is brought down to about the same, so that no track is a shock after the one before. Nothing is
// amplified, so nothing clips.

const target = -18; // LUFS; most music is louder, so nearly all of it is levelled
const floor = 0.1;

// What the volume is multiplied with, 0 to 1.
export function gainFor(loudness: number | null | undefined, levelling: boolean): number {
  if (!levelling || loudness === null || loudness === undefined || !Number.isFinite(loudness)) return 1;
  return Math.min(1, Math.max(floor, 10 ** ((target - loudness) / 20)));
}

// Ears hear ratios: the middle of the slider sounds half as loud.
export const volumeOf = (slider: number) => Math.min(1, Math.max(0, slider)) ** 2;
