// What a page loads: asked for again when its key changes, the answer to an older question forgotten.

import { untrack } from 'svelte';

export class Loading<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);
  busy = $state(true);
  private again = $state(0);

  // `ask` runs as an effect: what it reads before its first await makes it run anew.
  constructor(ask: (signal: AbortSignal) => Promise<T>) {
    $effect(() => {
      void this.again;
      const abort = new AbortController();
      untrack(() => {
        this.busy = true;
        this.error = null;
      });
      ask(abort.signal).then(
        (value) => {
          if (abort.signal.aborted) return;
          this.value = value;
          this.busy = false;
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          this.error = error;
          this.busy = false;
        },
      );
      return () => abort.abort();
    });
    $effect(() => {
      if (!this.error) return;
      addEventListener('online', this.reload);
      return () => removeEventListener('online', this.reload);
    });
  }

  reload = (): void => {
    this.again += 1;
  };
}
