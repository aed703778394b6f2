// The address of a content, for somebody else.

import type { Content } from './api/types';
import { toasts } from './toasts.svelte';
import { t } from '../strings';

export async function copyLink(content: Content): Promise<void> {
  const { href } = new URL(`/c/${content.id}`, location.href);
  try {
    await navigator.clipboard.writeText(href); // only secure origins have it
    toasts.say(t.content.copied);
  } catch {
    toasts.say(t.content.copyFailed(href), { milliseconds: 15_000 });
  }
}
