// The keyboard, wherever no field has it.

import { player } from './player/player.svelte';
import { toasts } from './toasts.svelte';
import { isBoolean, recall, remember } from './storage';

class Shortcuts {
  on = $state(recall('shortcuts', true, isBoolean)); // who speaks to the computer has them off (WCAG 2.1.4)

  toggle(): void {
    this.on = !this.on;
    remember('shortcuts', this.on);
  }
}

export const shortcuts = new Shortcuts();

export interface Panels {
  queue(): void;
  overview(): void;
  search(): void;
}

// What would rather have the key itself.
function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest('input:not([type=range]):not([type=checkbox]), textarea, select')) return true;
  if (key === ' ' || key === 'Enter') return target.closest('button, a, [role=slider], input, summary') !== null;
  return document.querySelector('dialog[open]') !== null && key !== '?';
}

export function toggleFullscreen(): void {
  const stage = document.querySelector<HTMLElement>('.stage[data-video]');
  if (document.fullscreenElement) void document.exitFullscreen();
  else if (stage?.requestFullscreen) void stage.requestFullscreen().catch(() => undefined);
  else (player.element as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.(); // all that an iPhone has
}

export function runShortcut(event: KeyboardEvent, panels: Panels): void {
  if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !isBusy(event.target, event.key) && toasts.undo()) return event.preventDefault();
  if (!shortcuts.on || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target, event.key)) return;
  const run = actionOf(event, panels);
  if (!run) return;
  event.preventDefault();
  run();
}

function actionOf(event: KeyboardEvent, panels: Panels): (() => void) | null {
  switch (event.key) {
    case ' ':
    case 'k':
      return player.content ? () => player.toggle() : null;
    case 'j':
      return () => player.skip(-10);
    case 'l':
      return () => player.skip(10);
    case 'ArrowLeft':
      return () => player.skip(-5);
    case 'ArrowRight':
      return () => player.skip(5);
    case '+':
    case '=':
      return () => player.setVolume(player.volume + 0.05);
    case '-':
      return () => player.setVolume(player.volume - 0.05);
    case 'N':
      return () => player.next();
    case 'P':
      return () => player.previous();
    case 'm':
      return () => player.toggleMuted();
    case 's':
      return () => player.toggleShuffle();
    case 'r':
      return () => player.nextRepeat();
    case 'f':
      return toggleFullscreen;
    case 'q':
      return () => panels.queue();
    case '/':
      return () => panels.search();
    case '?':
      return () => panels.overview();
    default:
      return null;
  }
}
