// The keyboard, wherever no field has it.

import { player } from './player/player.svelte';

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
  else if (stage) void stage.requestFullscreen?.().catch(() => undefined);
}

export function runShortcut(event: KeyboardEvent, panels: Panels): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isBusy(event.target, event.key)) return;
  const run = actionOf(event, panels);
  if (!run) return;
  event.preventDefault();
  run();
}

function actionOf(event: KeyboardEvent, panels: Panels): (() => void) | null {
  switch (event.key) {
    case ' ':
    case 'k':
      return () => player.toggle();
    case 'j':
      return () => player.skip(-10);
    case 'l':
      return () => player.skip(10);
    case 'ArrowLeft':
      return () => player.skip(-5);
    case 'ArrowRight':
      return () => player.skip(5);
    case 'ArrowUp':
      return player.playing ? () => player.setVolume(player.volume + 0.05) : null;
    case 'ArrowDown':
      return player.playing ? () => player.setVolume(player.volume - 0.05) : null;
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
