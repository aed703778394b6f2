// What a device is, by what its browser calls itself: “Firefox on Linux”. Empty when that says nothing.

import { t } from '../strings';

const browsers: [RegExp, string][] = [
  [/\bEdg(e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

export function deviceOf(agent: string): string {
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1];
  if (!browser) return /^[\w.-]{2,40}(?=\/)/.exec(agent)?.[0] ?? '';
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  return system ? t.account.device(browser, system) : browser;
}
