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
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

// Browsers open six connections to a server, for all tabs together, and a stream keeps one for as long as a conversion takes: a
// page has this many, so that a folder of films leaves room for the rest of the app. Whoever finds none asks now and then, until it is
// their turn.
const mostStreams = 2;
const between = 1500; // milliseconds from one question of those who wait to the next
let streams = 0;
const waiting: (() => void)[] = []; // the first has waited longest

async function wait(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    waiting.push(resolve);
    void pause(between * waiting.length, signal).then(resolve).finally(() => {
      const at = waiting.indexOf(resolve);
      if (at >= 0) waiting.splice(at, 1);
    });
  });
}

export const isSettled = (content: Content) => content.state === 'ready' || content.state === 'failed';

// Tells `changed` of every event until the conversion is over, the content is gone, or `signal` says so. Connects again
// whenever the stream breaks.
export async function watch(id: string, signal: AbortSignal, changed: (content: Content) => void): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    try {
      if (streams >= mostStreams) {
        const content = await api.content(id, signal);
        changed(content);
        if (isSettled(content)) return;
        failures = 0;
        await wait(signal);
        continue;
      }
      for await (const content of changesOf(id, signal)) {
        failures = 0;
        changed(content);
        if (isSettled(content)) return;
      }
    } catch (error) {
      if (signal.aborted || (error instanceof ApiError && !error.isTemporary)) return;
    }
    failures += 1;
    await pause(backoff(failures), signal);
  }
}

// As long as the stream lasts, and as long as somebody wants more of it.
async function* changesOf(id: string, signal: AbortSignal): AsyncGenerator<Content> {
  streams += 1;
  try {
    const response = await api.events(id, signal);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    try {
      const parser = new EventParser();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        for (const event of parser.push(value)) yield JSON.parse(event.data) as Content;
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
  } finally {
    streams -= 1;
    waiting.shift()?.();
  }
}
