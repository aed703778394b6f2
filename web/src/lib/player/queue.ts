// What plays, and what plays after it. A queue is a value: each change makes another one.

import type { Content } from '../api/types';

export interface Entry {
  key: number; // tells entries of the same content apart
  content: Content;
}

export type Repeat = 'off' | 'all' | 'one';

export interface Queue {
  readonly entries: readonly Entry[];
  readonly index: number; // of what plays; -1: nothing does
  readonly repeat: Repeat;
  readonly shuffle: boolean;
  readonly order: readonly number[]; // the keys as they were before the shuffle
  readonly lastKey: number;
}

export const emptyQueue: Queue = { entries: [], index: -1, repeat: 'off', shuffle: false, order: [], lastKey: 0 };

export const current = (queue: Queue): Entry | null => queue.entries[queue.index] ?? null;
export const upcoming = (queue: Queue): readonly Entry[] => queue.entries.slice(queue.index + 1);

function made(queue: Queue, contents: readonly Content[]): [Entry[], number] {
  let key = queue.lastKey;
  return [contents.map((content) => ({ key: (key += 1), content })), key];
}

// These instead of all that was there, beginning with `contents[index]`.
export function replaceAll(queue: Queue, contents: readonly Content[], index: number, random = Math.random): Queue {
  const [entries, lastKey] = made(queue, contents);
  const next = { ...queue, entries, index: entries.length ? index : -1, order: entries.map((e) => e.key), lastKey };
  return queue.shuffle ? shuffled({ ...next, shuffle: false }, random) : next;
}

export function addNext(queue: Queue, contents: readonly Content[]): Queue {
  return insert(queue, contents, queue.index + 1);
}

export function addLast(queue: Queue, contents: readonly Content[]): Queue {
  return insert(queue, contents, queue.entries.length);
}

// More of what is there already: where that is shuffled, this is too.
export function goOn(queue: Queue, contents: readonly Content[], random = Math.random): Queue {
  const added = addLast(queue, contents);
  if (!queue.shuffle) return added;
  const at = added.index + 1;
  return { ...added, entries: [...added.entries.slice(0, at), ...mixed(added.entries.slice(at), random)] };
}

function insert(queue: Queue, contents: readonly Content[], at: number): Queue {
  const [entries, lastKey] = made(queue, contents);
  const keys = entries.map((e) => e.key);
  const playing = current(queue)?.key;
  const after = at === queue.entries.length || playing === undefined ? queue.order.length : queue.order.indexOf(playing) + 1;
  return {
    ...queue,
    entries: [...queue.entries.slice(0, at), ...entries, ...queue.entries.slice(at)],
    index: queue.index < 0 && entries.length ? 0 : queue.index,
    order: [...queue.order.slice(0, after), ...keys, ...queue.order.slice(after)],
    lastKey,
  };
}

// Without that entry. When it is the one that plays, the one after it takes its place.
export function remove(queue: Queue, key: number): Queue {
  const at = queue.entries.findIndex((e) => e.key === key);
  if (at < 0) return queue;
  const entries = queue.entries.filter((e) => e.key !== key);
  const index = at < queue.index ? queue.index - 1 : Math.min(queue.index, entries.length - 1);
  return { ...queue, entries, index, order: queue.order.filter((k) => k !== key) };
}

// Moves the entry to that place of the whole queue. What plays goes on playing.
export function move(queue: Queue, key: number, to: number): Queue {
  const from = queue.entries.findIndex((e) => e.key === key);
  const target = Math.max(0, Math.min(queue.entries.length - 1, to));
  if (from < 0 || from === target) return queue;
  const playing = current(queue)?.key;
  const entries = [...queue.entries];
  entries.splice(target, 0, ...entries.splice(from, 1));
  return {
    ...queue,
    entries,
    index: entries.findIndex((e) => e.key === playing),
    order: queue.shuffle ? queue.order : entries.map((e) => e.key),
  };
}

export function clearUpcoming(queue: Queue): Queue {
  const entries = queue.entries.slice(0, queue.index + 1);
  const kept = new Set(entries.map((e) => e.key));
  return { ...queue, entries, order: queue.order.filter((k) => kept.has(k)) };
}

// What is played when this one ends by itself; null when nothing is.
export function afterEnd(queue: Queue): number | null {
  if (queue.index < 0) return null;
  return queue.repeat === 'one' ? queue.index : following(queue);
}

// What “next” leads to: repeating one thing is no reason to stay with it.
export function following(queue: Queue): number | null {
  if (queue.index + 1 < queue.entries.length) return queue.index + 1;
  return queue.repeat === 'all' && queue.entries.length ? 0 : null;
}

export function preceding(queue: Queue): number | null {
  if (queue.index > 0) return queue.index - 1;
  return queue.repeat === 'all' && queue.entries.length > 1 ? queue.entries.length - 1 : null;
}

export const at = (queue: Queue, index: number): Queue => ({ ...queue, index });

export function nextRepeat(repeat: Repeat): Repeat {
  return repeat === 'off' ? 'all' : repeat === 'all' ? 'one' : 'off';
}

// In a random order, with what plays first; and back in the order that it was in.
export function toggleShuffle(queue: Queue, random = Math.random): Queue {
  return queue.shuffle ? unshuffled(queue) : shuffled(queue, random);
}

function mixed(entries: readonly Entry[], random: () => number): Entry[] {
  const all = [...entries];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
}

function shuffled(queue: Queue, random: () => number): Queue {
  const playing = current(queue);
  const rest = mixed(queue.entries.filter((e) => e !== playing), random);
  const entries = playing ? [playing, ...rest] : rest;
  return { ...queue, entries, index: playing ? 0 : -1, shuffle: true, order: queue.entries.map((e) => e.key) };
}

function unshuffled(queue: Queue): Queue {
  const playing = current(queue)?.key;
  const byKey = new Map(queue.entries.map((e) => [e.key, e]));
  const entries = queue.order.flatMap((key) => byKey.get(key) ?? []);
  return { ...queue, entries, index: entries.findIndex((e) => e.key === playing), shuffle: false };
}

// A content that changed elsewhere: in every entry that has it.
export function update(queue: Queue, content: Content): Queue {
  if (!queue.entries.some((e) => e.content.id === content.id)) return queue;
  return { ...queue, entries: queue.entries.map((e) => (e.content.id === content.id ? { ...e, content } : e)) };
}

// A queue that was stored, as far as it can be trusted.
export function revive(value: unknown): Queue {
  const stored = value as Partial<Queue> | null;
  if (!stored || !Array.isArray(stored.entries)) return emptyQueue;
  const entries = stored.entries.filter(
    (e): e is Entry => typeof e?.key === 'number' && typeof e.content?.id === 'string' && typeof e.content.title === 'string',
  );
  if (entries.length !== stored.entries.length) return emptyQueue;
  const keys = new Set(entries.map((e) => e.key));
  if (keys.size !== entries.length) return emptyQueue;
  const order = (stored.order ?? []).filter((key) => keys.has(key));
  const index = Number.isInteger(stored.index) ? Math.min(stored.index!, entries.length - 1) : -1;
  return {
    entries,
    index: entries.length ? Math.max(0, index) : -1,
    repeat: stored.repeat === 'all' || stored.repeat === 'one' ? stored.repeat : 'off',
    shuffle: stored.shuffle === true && order.length === entries.length,
    order: order.length === entries.length ? order : entries.map((e) => e.key),
    lastKey: Math.max(0, ...keys),
  };
}
