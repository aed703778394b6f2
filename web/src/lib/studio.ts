// The order of the studio's table.

import type { Content, ContentState, Visibility } from './api/types';

export type Column = 'title' | 'type' | 'visibility' | 'state' | 'duration' | 'created';

const states: readonly ContentState[] = ['failed', 'processing', 'queued', 'draft', 'ready'];
const visibilities: readonly Visibility[] = ['private', 'unlisted', 'public'];

function compare(a: Content, b: Content, column: Column): number {
  switch (column) {
    case 'title':
      return a.title.localeCompare(b.title, undefined, { numeric: true, sensitivity: 'base' });
    case 'type':
      return a.type.localeCompare(b.type);
    case 'visibility':
      return visibilities.indexOf(a.visibility) - visibilities.indexOf(b.visibility);
    case 'state':
      return states.indexOf(a.state) - states.indexOf(b.state);
    case 'duration':
      return (a.media?.duration_ms ?? 0) - (b.media?.duration_ms ?? 0);
    case 'created':
      return a.id < b.id ? -1 : a.id > b.id ? 1 : 0; // ids sort by the time they were made
  }
}

// Another array; what is equal stays as it was, newest first.
export function sortContents(contents: readonly Content[], column: Column, descending: boolean): Content[] {
  const sign = descending ? -1 : 1;
  return contents.toSorted((a, b) => sign * compare(a, b, column) || compare(b, a, 'created'));
}
