import { describe, expect, test } from 'vitest';
import type { Content } from '../api/types';
import * as q from './queue';

const content = (id: string) => ({ id, title: id.toUpperCase(), type: 'music' }) as Content;
const ids = (queue: q.Queue) => queue.entries.map((e) => e.content.id).join('');
const of = (text: string, index = 0) => q.replaceAll(q.emptyQueue, [...text].map(content), index);
const key = (queue: q.Queue, id: string) => queue.entries.find((e) => e.content.id === id)!.key;

describe('adding', () => {
  test('next goes right behind what plays, last to the end', () => {
    const queue = q.addLast(q.addNext(of('abc', 1), [content('x'), content('y')]), [content('z')]);
    expect(ids(queue)).toBe('abxycz');
    expect(q.current(queue)!.content.id).toBe('b');
  });

  test('to an empty queue makes it play the first', () => {
    expect(q.current(q.addLast(q.emptyQueue, [content('a')]))!.content.id).toBe('a');
    expect(q.emptyQueue.entries).toEqual([]);
  });

  test('the same content twice makes two entries', () => {
    const queue = q.addLast(of('a'), [content('a')]);
    expect(new Set(queue.entries.map((e) => e.key)).size).toBe(2);
  });
});

describe('removing', () => {
  test.each([
    ['a', 'bc', 'b'],
    ['b', 'ac', 'c'],
    ['c', 'ab', 'b'],
  ])('%s of abc while b plays', (id, rest, playing) => {
    const queue = q.remove(of('abc', 1), key(of('abc', 1), id));
    expect(ids(queue)).toBe(rest);
    expect(q.current(queue)!.content.id).toBe(playing);
  });

  test('the last one leaves nothing', () => {
    const queue = q.remove(of('a'), 1);
    expect(q.current(queue)).toBeNull();
    expect(queue.index).toBe(-1);
  });

  test('what is to come', () => {
    expect(ids(q.clearUpcoming(of('abcd', 1)))).toBe('ab');
  });
});

describe('moving', () => {
  test.each([
    ['a', 3, 'bcda'],
    ['d', 0, 'dabc'],
    ['b', 2, 'acbd'],
    ['c', 99, 'abdc'],
  ])('%s to %i', (id, to, order) => {
    const before = of('abcd', 1);
    const queue = q.move(before, key(before, id), to);
    expect(ids(queue)).toBe(order);
    expect(q.current(queue)!.content.id).toBe('b');
  });
});

describe('what comes after', () => {
  test('the next one, and nothing after the last', () => {
    expect(q.afterEnd(of('ab', 0))).toBe(1);
    expect(q.afterEnd(of('ab', 1))).toBeNull();
    expect(q.afterEnd(q.emptyQueue)).toBeNull();
  });

  test('repeat all goes around, both ways', () => {
    const queue = { ...of('abc', 2), repeat: 'all' as const };
    expect(q.afterEnd(queue)).toBe(0);
    expect(q.preceding(q.at(queue, 0))).toBe(2);
  });

  test('repeat one stays, but next goes on', () => {
    const queue = { ...of('abc', 1), repeat: 'one' as const };
    expect(q.afterEnd(queue)).toBe(1);
    expect(q.following(queue)).toBe(2);
  });
});

describe('shuffle', () => {
  const half = () => 0.3;

  test('keeps what plays, first; and leads back to the order before', () => {
    const before = of('abcdefgh', 3);
    const mixed = q.toggleShuffle(before, half);
    expect(ids(mixed)[0]).toBe('d');
    expect(ids(mixed)).not.toBe('dabcefgh');
    expect([...ids(mixed)].sort().join('')).toBe('abcdefgh');
    const back = q.toggleShuffle(q.at(mixed, 4));
    expect(ids(back)).toBe('abcdefgh');
    expect(q.current(back)!.key).toBe(q.current(q.at(mixed, 4))!.key);
  });

  test('what was added meanwhile stays, what was removed is gone', () => {
    let queue = q.toggleShuffle(of('abcd', 0), half);
    queue = q.remove(q.addNext(queue, [content('x')]), key(queue, 'c'));
    expect(ids(q.toggleShuffle(queue))).toBe('axbd');
  });

  test('goes on for what is played next', () => {
    const queue = q.replaceAll({ ...q.emptyQueue, shuffle: true }, [...'abcdef'].map(content), 2, half);
    expect(ids(queue)[0]).toBe('c');
    expect(ids(q.toggleShuffle(queue))).toBe('abcdef');
  });
});

describe('going on', () => {
  test('is to the end of what there is', () => expect(ids(q.goOn(of('abc', 1), [content('x'), content('y')]))).toBe('abcxy'));

  test('is mixed with what comes where that is shuffled, and leads back to the order', () => {
    const before = q.at(q.replaceAll({ ...q.emptyQueue, shuffle: true }, [...'abcd'].map(content), 0, () => 0.99), 1);
    const queue = q.goOn(before, [...'uvwxyz'].map(content), () => 0);
    expect(ids(queue).slice(0, 2)).toBe('ab');
    expect([...ids(queue)].sort().join('')).toBe('abcduvwxyz');
    expect(ids(queue)).not.toBe('abcduvwxyz');
    expect(ids(q.toggleShuffle(queue))).toBe('abcduvwxyz');
  });
});

describe('storage', () => {
  test('a queue comes back as it was', () => {
    const queue = q.toggleShuffle({ ...of('abcd', 2), repeat: 'all' });
    expect(q.revive(JSON.parse(JSON.stringify(queue)))).toEqual(queue);
  });

  test.each([null, 5, {}, { entries: 'x' }, { entries: [{ key: 1 }] }, { entries: [null] },
    { entries: [{ key: 1, content: content('a') }, { key: 1, content: content('b') }] }])('%j is no queue', (value) => {
    expect(q.revive(value)).toEqual(q.emptyQueue);
  });

  test('an index from elsewhere is brought into range', () => {
    expect(q.revive({ ...of('ab'), index: 7 }).index).toBe(1);
    expect(q.revive({ ...of('ab'), index: -4 }).index).toBe(0);
  });
});
