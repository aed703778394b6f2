// Uploads in parts that were interrupted by the end of their page: whoever chooses the same file again goes on where they were.

import { isNumber, isRecord, recall, remember } from '../storage';

interface Mark {
  name: string;
  size: number; // bytes
  modified: number;
}

type Marks = Readonly<Record<string, Mark>>; // by content

const most = 50;

const isMarks = (value: unknown): value is Marks =>
  isRecord(value) && Object.values(value).every((mark) => isRecord(mark) && typeof mark['name'] === 'string' && isNumber(mark['size']) && isNumber(mark['modified']));

const read = () => recall<Marks>('unfinished', {}, isMarks);
const without = (marks: Marks, contentId: string) => Object.entries(marks).filter(([id]) => id !== contentId);

export function begin(contentId: string, file: File): void {
  const mark = { name: file.name, size: file.size, modified: file.lastModified };
  remember('unfinished', Object.fromEntries([...without(read(), contentId).slice(1 - most), [contentId, mark]]));
}

export function end(contentId: string): void {
  remember('unfinished', Object.fromEntries(without(read(), contentId)));
}

// What the file was called; null when nothing waits for it.
export const nameOf = (contentId: string): string | null => read()[contentId]?.name ?? null;

export function isOf(contentId: string, file: File): boolean {
  const mark = read()[contentId];
  return mark !== undefined && mark.name === file.name && mark.size === file.size && mark.modified === file.lastModified;
}
