// What a page loads: asked for again when its key changes, the answer to an older question forgotten. What fails for a while is asked
// for until it is there.

import { untrack } from 'svelte';
import { backoff } from './api/events';
import { ApiError } from './api/problem';

export class Loading<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(true);
  private again = $state(0);
  private failures = 0;

  // `ask` runs as an effect: what it reads before its first await makes it run anew.
  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    $effect(() => {
      void this.again;
      const abort = new AbortController();
      untrack(() => {
        this.busy = true;
        if (this.failures === 0) this.error = null; // else it is told until there is something else to tell
      });
      ask(abort.signal).then(
        (value) => {
          if (abort.signal.aborted) return;
          this.value = value;
          this.error = null;
          this.failures = 0;
          this.busy = false;
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          this.error = error;
          this.failures += 1;
          this.busy = false;
        },
      );
      return () => abort.abort();
    });
    $effect(() => {
      const { error } = this;
      if (!error) return;
      addEventListener('online', this.askAgain);
      const timer = error instanceof ApiError && error.isTemporary ? setTimeout(this.askAgain, backoff(this.failures)) : undefined;
      return () => {
        clearTimeout(timer);
        removeEventListener('online', this.askAgain);
      };
    });
  }

  // Whoever asks for it sees that it is tried.
  reload = (): void => {
    this.failures = 0;
    this.askAgain();
  };

  private askAgain = (): void => {
    this.again += 1;
  };
}
