// Deletion with a way back: what is deleted disappears at once, and is deleted in truth when nobody took it back.

import { api } from '../api/api';
import type { Content } from '../api/types';
import { player } from '../player/player.svelte';
import { toasts } from '../toasts.svelte';
import { t } from '../../strings';
import { uploads } from './uploads.svelte';

const patience = 8000; // milliseconds

class Trash {
  hidden = $state.raw<ReadonlySet<string>>(new Set());
  private pending = new Map<string, Content>();

  constructor() {
    addEventListener('pagehide', () => this.empty([...this.pending.values()], true));
  }

  put(contents: readonly Content[]): void {
    for (const content of contents) this.pending.set(content.id, content);
    this.hidden = new Set([...this.hidden, ...contents.map((content) => content.id)]);
    const timer = setTimeout(() => this.empty(contents), patience);
    toasts.say(t.studio.deleted(contents.length), {
      milliseconds: patience,
      action: {
        label: t.undo,
        run: () => {
          clearTimeout(timer);
          this.restore(contents);
        },
      },
    });
  }

  private restore(contents: readonly Content[]): void {
    const ids = new Set(contents.map((content) => content.id));
    for (const id of ids) this.pending.delete(id);
    this.hidden = new Set([...this.hidden].filter((id) => !ids.has(id)));
  }

  private empty(contents: readonly Content[], leaving = false): void {
    for (const content of contents) {
      if (!this.pending.delete(content.id)) continue;
      player.gone(content.id);
      uploads.gone(content.id);
      api.remove(content.id, leaving).catch(() => {
        this.restore([content]);
        toasts.say(t.studio.deleteFailed(content.title), { kind: 'bad' });
      });
    }
  }
}

export const trash = new Trash();
