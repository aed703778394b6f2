// Times, sizes and dates, as people read them.

import { t } from '../strings';

// 3:07, 1:02:45
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) seconds = 0;
  const whole = Math.floor(seconds);
  const two = (n: number) => String(n).padStart(2, '0');
  const h = Math.floor(whole / 3600);
  const m = Math.floor((whole % 3600) / 60);
  return h ? `${h}:${two(m)}:${two(whole % 60)}` : `${m}:${two(whole % 60)}`;
}

// about 3 min, 12 s: how long something will still take
export function remaining(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 60) return t.units.seconds(Math.max(1, Math.round(seconds)));
  if (seconds < 3570) return t.units.minutes(Math.round(seconds / 60));
  const minutes = Math.round(seconds / 60);
  return t.units.hours(Math.floor(minutes / 60), minutes % 60);
}

export function bytes(count: number): string {
  let unit = 0;
  while (count >= 1000 && unit < t.units.bytes.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${count < 10 && unit > 0 ? count.toFixed(1) : Math.round(count)} ${t.units.bytes[unit]}`;
}

const day = new Intl.DateTimeFormat(t.locale, { dateStyle: 'medium' });
const relative = new Intl.RelativeTimeFormat(t.locale, { numeric: 'auto' });

export const date = (iso: string) => day.format(new Date(iso));

// now, 3 hours ago, yesterday; after a month, the date
export function ago(iso: string, now: number): string {
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
    ['second', 60, 60],
    ['minute', 60, 3600],
    ['hour', 3600, 86400],
    ['day', 86400, 86400 * 30],
  ];
  for (const [unit, size, below] of steps) {
    if (Math.abs(seconds) < below) return relative.format(Math.trunc(seconds / size), unit);
  }
  return date(iso);
}

// What a track of captions or of sound is called: where its stream has nothing but the code of its language (BCP 47), the
// language as its speakers call it.
export function trackName(name: string, language: string): string {
  if (!language || (name !== language && !name.startsWith(`${language} `))) return name;
  try {
    const spoken = new Intl.DisplayNames([language], { type: 'language', fallback: 'code' }).of(language) ?? language;
    return spoken.charAt(0).toLocaleUpperCase(language) + spoken.slice(1) + name.slice(language.length);
  } catch {
    return name; // that is no code
  }
}
