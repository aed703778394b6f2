// Short messages at the edge of the page; one may offer a way back.

import { textOf } from './api/problem';

export interface Toast {
  id: number;
  text: string;
  kind: 'plain' | 'bad';
  action?: { label: string; run: () => void };
}

class Toasts {
  list = $state<Toast[]>([]);
  private last = 0;

  say(text: string, options: { action?: Toast['action']; kind?: Toast['kind']; milliseconds?: number } = {}): number {
    const { action, kind = 'plain', milliseconds = action ? 8000 : 5000 } = options;
    const id = (this.last += 1);
    this.list = [...this.list.filter((toast) => toast.text !== text || toast.action).slice(-2), { id, text, kind, ...(action ? { action } : {}) }];
    setTimeout(() => this.dismiss(id), milliseconds);
    return id;
  }

  fail(error: unknown): void {
    this.say(textOf(error), { kind: 'bad', milliseconds: 8000 });
  }

  // Takes the newest offer of a way back; false: there is none.
  undo(): boolean {
    const toast = this.list.findLast(({ action }) => action);
    toast?.action?.run();
    if (toast) this.dismiss(toast.id);
    return toast !== undefined;
  }

  dismiss(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
