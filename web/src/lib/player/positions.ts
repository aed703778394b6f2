// Where podcasts and videos were left, per content, in the order they were last heard.

import { isRecord, recall, remember } from '../storage';

export type Positions = Readonly<Record<string, number>>; // seconds

const most = 200;

// Worth keeping: neither the first seconds nor the credits.
export function isWorth(position: number, duration: number): boolean {
  return position >= 10 && (duration <= 0 || position < duration - Math.min(30, duration * 0.05));
}

export function note(positions: Positions, id: string, position: number, duration: number): Positions {
  const { [id]: _, ...others } = positions;
  if (!isWorth(position, duration)) return others;
  const entries = Object.entries(others);
  return Object.fromEntries([...entries.slice(Math.max(0, entries.length - most + 1)), [id, Math.floor(position)]]);
}

const isPositions = (value: unknown): value is Positions =>
  isRecord(value) && Object.values(value).every((seconds) => typeof seconds === 'number' && seconds >= 0);

export const recallPositions = (): Positions => recall<Positions>('positions', {}, isPositions);
export const rememberPositions = (positions: Positions) => remember('positions', positions);
