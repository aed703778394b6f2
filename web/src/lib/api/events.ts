// Server-sent events over fetch (the browser's own EventSource cannot send a token), and a watch over one conversion.

import { api } from './api';
import { ApiError } from './problem';
import type { Content } from './types';

export interface ServerEvent {
  name: string;
  data: string;
}

// Splits what arrives into events, by the rules of the HTML standard as far as this API uses them.
export class EventParser {
  private rest = '';
  private name = '';
  private data: string[] = [];

  push(text: string): ServerEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      if (line === '') {
        if (this.data.length) events.push({ name: this.name || 'message', data: this.data.join('\n') });
        this.name = '';
        this.data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') this.name = value;
      else if (field === 'data') this.data.push(value);
    }
    return events;
  }
}

// How long to wait before the nth try again: 1, 2, 4 ... 30 seconds.
export const backoff = (failures: number) => Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1));

const pause = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => (clearTimeout(timer), signal.removeEventListener('abort', end), resolve());
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });

// Browsers open six connections to a server, for all tabs together, and a stream keeps one for as long as a conversion takes. So all
// tabs share one stream, which is a lock: fulfilled when it is given, and kept until `over`. Whoever does not have it asks now and
// then, and so does everybody where there are no locks, which only secure origins and localhost have.
const ourStream = (over: AbortSignal) =>
  new Promise<true>((resolve) => {
    const keep = async () => {
      resolve(true);
      if (!over.aborted) await new Promise((done) => over.addEventListener('abort', done, { once: true }));
    };
    navigator.locks?.request('descant.events', { signal: over }, keep).catch(() => undefined);
  });

const between = 1000; // milliseconds from one question of a page to its next
let watches = 0;

export const isSettled = (content: Content) => content.state === 'ready' || content.state === 'failed';

// Tells `changed` of what changes until the conversion is over, the content is gone, or `signal` says so. Goes on
// whenever a connection breaks.
export async function watch(id: string, signal: AbortSignal, changed: (content: Content) => void): Promise<void> {
  watches += 1;
  try {
    for (let failures = 0; !signal.aborted; await pause(backoff((failures += 1)), signal)) {
      try {
        for await (const content of changesOf(id, signal)) {
          failures = 0;
          changed(content);
          if (isSettled(content)) return;
        }
      } catch (error) {
        if (signal.aborted || (error instanceof ApiError && !error.isTemporary)) return;
      }
    }
  } finally {
    watches -= 1;
  }
}

// What is answered until the stream is ours, and then the stream, as long as that lasts and somebody wants more of it.
async function* changesOf(id: string, signal: AbortSignal): AsyncGenerator<Content> {
  const enough = new AbortController(); // which also ends the request
  const over = AbortSignal.any([signal, enough.signal]);
  try {
    const stream = ourStream(over);
    while (!(await Promise.race([stream, pause(between * watches, over)]))) yield await api.content(id, over);
    const reader = (await api.events(id, over)).body!.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const event of parser.push(value)) yield JSON.parse(event.data) as Content;
    }
  } finally {
    enough.abort();
  }
}
