// The uploads of this page: two at a time, each from a file to a content that is converted.

import { api } from '../api/api';
import { backoff, isSettled, watch } from '../api/events';
import { ApiError } from '../api/problem';
import { session } from '../api/session.svelte';
import type { Content, ContentType, Visibility } from '../api/types';
import { mediaTypeOf, patchFrom, titleOf, typeOf } from './guess';
import { Speed } from './speed';
import { arrived, mediaOf, planOf, transfer, type Plan } from './transfer';
import * as unfinished from './unfinished';

export type UploadState = 'waiting' | 'preparing' | 'uploading' | 'paused' | 'lost' | 'finishing' | 'converting' | 'done' | 'failed' | 'cancelled';

const atOnce = 2;

// One after the other, so that lists have them in the order in which they were begun.
let creating: Promise<unknown> = Promise.resolve();

function create(draft: Parameters<typeof api.create>[0]): Promise<Content> {
  const made = creating.then(() => api.create(draft));
  creating = made.catch(() => undefined);
  return made;
}

export class Upload {
  state = $state<UploadState>('waiting');
  sent = $state(0);
  bytesPerSecond = $state(0);
  secondsLeft = $state(Infinity);
  error = $state.raw<ApiError | null>(null);
  content = $state.raw<Content | null>(null);
  isGone = false; // with its content, which had nothing else
  pausable = $state(false); // in parts, that is: in one piece, it could only start again

  private plan: Plan | null = null;
  private arrived = false; // all of it, so that only its conversion can fail
  private described: boolean; // by its uploader, or by the file's tags
  private readonly speed = new Speed();
  private abort = new AbortController();
  private lost = 0;

  constructor(
    readonly id: number,
    readonly file: File,
    private readonly draft: { type: ContentType; visibility: Visibility },
    replaced: Content | null,
    private readonly changed: (upload: Upload) => void,
  ) {
    this.content = replaced;
    this.described = replaced !== null;
  }

  get title(): string {
    return this.content?.title ?? titleOf(this.file.name);
  }

  get isActive(): boolean {
    return this.state === 'preparing' || this.state === 'uploading' || this.state === 'finishing';
  }

  get isOver(): boolean {
    return this.state === 'done' || this.state === 'cancelled' || this.state === 'failed';
  }

  // From wherever it stands to its end, or to what keeps it from that.
  async run(): Promise<void> {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.error = null;
    try {
      this.become('preparing');
      const type = mediaTypeOf(this.file) ?? 'application/octet-stream';
      this.content ??= await create({ title: titleOf(this.file.name), ...this.draft });
      if (this.arrived && (await this.convertAgain())) {
        await this.follow(signal);
        return;
      }
      if (!this.plan || this.plan.expiresAt < Date.now() + 60_000) {
        this.plan = (await this.interrupted()) ?? planOf(await api.ticket(this.content.id, { name: this.file.name, size: this.file.size, type }), this.file.size);
        if (this.plan.uploadId !== null) unfinished.begin(this.content.id, this.file);
      }
      if (signal.aborted) return;
      this.pausable = this.plan.uploadId !== null;
      this.become('uploading');
      this.sent = arrived(this.plan);
      this.speed.restart(performance.now(), this.sent);
      await transfer(this.plan, this.file, signal, (sent) => this.progress(sent));
      this.become('finishing');
      this.content = await api.setMedia(this.content.id, mediaOf(this.plan));
      unfinished.end(this.content.id);
      this.plan = null;
      this.arrived = true;
      this.become('converting');
      await this.follow(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.stumble(error instanceof ApiError ? error : new ApiError(0, 'unknown', String(error)));
    }
  }

  pause(): void {
    this.abort.abort();
    this.become('paused');
  }

  // Whoever cancels an upload wants no empty content of it.
  async cancel(): Promise<void> {
    const { content } = this;
    this.isGone = content?.state === 'draft' && !content.playable;
    this.abort.abort();
    this.become('cancelled');
    if (content) unfinished.end(content.id);
    if (content && this.isGone) await api.remove(content.id).catch(() => undefined);
  }

  private progress(sent: number): void {
    this.lost = 0;
    this.sent = sent;
    this.speed.update(performance.now(), sent);
    this.bytesPerSecond = this.speed.bytesPerSecond;
    this.secondsLeft = this.speed.left(this.file.size);
  }

  // An upload of this very file that another visit has begun.
  private async interrupted(): Promise<Plan | null> {
    if (this.plan || !unfinished.isOf(this.content!.id, this.file)) return null;
    try {
      const plan = planOf(await api.unfinishedUpload(this.content!.id), this.file.size);
      return plan.parts.at(-1)?.to === this.file.size ? plan : null;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  // False: the file is not there any more.
  private async convertAgain(): Promise<boolean> {
    try {
      this.content = await api.convertAgain(this.content!.id);
      this.become('converting');
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'upload_missing') throw error;
      this.arrived = false;
      return false;
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    await watch(this.content!.id, signal, (content) => {
      this.content = content;
      this.changed(this);
      void this.describe();
    });
    if (!signal.aborted) this.become(this.content && isSettled(this.content) && this.content.state === 'failed' ? 'failed' : 'done');
  }

  // What the file says of itself is better than its name, unless somebody has typed something since.
  private async describe(): Promise<void> {
    const content = this.content;
    if (this.described || !content?.media?.tags) return;
    this.described = true;
    const patch = patchFrom(content, { title: titleOf(this.file.name), type: this.draft.type });
    if (!patch) return;
    try {
      this.content = { ...this.content!, ...patch };
      const { title, type } = await api.change(content.id, patch);
      this.content = { ...this.content, title, type };
      this.changed(this);
    } catch {
      // The name will do.
    }
  }

  // What a lost connection interrupted goes on by itself; all else is for the uploader to decide.
  private stumble(error: ApiError): void {
    // The object is there already, from a try whose answer was lost: go on with it.
    const sent = this.plan?.parts.find((part) => part.etag === null);  // they go in order
    if (error.code === 'upload_exists' && sent) sent.etag = '';
    else if (!error.isTemporary || this.lost >= 8) {
      if (error.status !== 0 && error.status !== 401) this.plan = null;
      this.error = error;
      this.become('failed');
      return;
    }
    this.lost += 1;
    this.become('lost');
    const again = () => {
      clearTimeout(timer);
      removeEventListener('online', again);
      if (this.state === 'lost') void this.run();
    };
    const timer = setTimeout(again, backoff(this.lost));
    addEventListener('online', again);
  }

  private become(state: UploadState): void {
    this.state = state;
    this.changed(this);
  }
}

class Uploads {
  list = $state.raw<readonly Upload[]>([]);
  private owner = ''; // whose they are
  private last = 0;
  private listeners = new Set<(content: Content, isGone: boolean) => void>();

  constructor() {
    addEventListener('beforeunload', (event) => {
      if (this.list.some((upload) => upload.isActive || upload.state === 'lost')) event.preventDefault();
    });
  }

  // Whoever comes back goes on with what the end of their session broke off. Nobody has what somebody else left.
  continueFor(owner: string): void {
    if (owner !== this.owner) {
      for (const upload of this.list) if (!upload.isOver) upload.pause();
      this.list = [];
    }
    this.owner = owner;
    for (const upload of this.list) if (upload.error?.status === 401) upload.state = 'waiting';
    this.next();
  }

  // Those that are audio or video; how many there were. Songs are begun with the last: lists have what is newest first, and so
  // show an album, and play it, from its first song on.
  add(files: readonly File[], visibility: Visibility = 'private'): number {
    const usable = files.filter((file) => mediaTypeOf(file) !== null);
    const songs = usable.filter((file) => typeOf(file) === 'music');
    const others = usable.filter((file) => typeOf(file) !== 'music');
    const made = [...songs.toReversed(), ...others].map((file) => this.make(file, { type: typeOf(file), visibility }, null));
    this.list = [...made, ...this.list];
    this.next();
    return usable.length;
  }

  replace(content: Content, file: File): void {
    this.list = [this.make(file, { type: content.type, visibility: content.visibility }, content), ...this.list];
    this.next();
  }

  resume(upload: Upload): void {
    upload.state = 'waiting';
    this.next();
  }

  dismiss(upload: Upload): void {
    this.list = this.list.filter((other) => other !== upload);
  }

  dismissDone(): void {
    this.list = this.list.filter((upload) => upload.state !== 'done');
  }

  // A content was deleted, and needs no upload any more.
  gone(contentId: string): void {
    for (const upload of this.list.filter(({ content }) => content?.id === contentId)) {
      if (!upload.isOver) upload.pause();
      unfinished.end(contentId);
      this.dismiss(upload);
    }
  }

  // Tells of every change of a content that is being uploaded or converted here, and of its end.
  onContent(listener: (content: Content, isGone: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private make(file: File, draft: { type: ContentType; visibility: Visibility }, replaced: Content | null): Upload {
    return new Upload((this.last += 1), file, draft, replaced, (upload) => {
      if (upload.content) for (const listener of this.listeners) listener(upload.content, upload.isGone);
      if (upload.state === 'cancelled') this.dismiss(upload);
      queueMicrotask(() => this.next()); // whoever begins has to get to its content before the one after it
    });
  }

  private next(): void {
    if (!session.user) return;
    let free = atOnce - this.list.filter((upload) => upload.isActive).length;
    for (const upload of this.list.toSorted((a, b) => a.id - b.id)) {
      if (free <= 0) return;
      if (upload.state !== 'waiting') continue;
      free -= 1;
      upload.state = 'preparing';
      void upload.run();
    }
  }
}

export const uploads = new Uploads();

const inOrder = new Intl.Collator(undefined, { numeric: true });

// What a folder has, in the order of its names.
export const sorted = (files: Iterable<File>): File[] => [...files].sort((a, b) => inOrder.compare(a.webkitRelativePath, b.webkitRelativePath));

// All files of a drop, those inside of folders too.
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry): entry is FileSystemEntry => !!entry);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesBelow))).flat();
}

async function filesBelow(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileSystemEntry[] = [];
  for (;;) {
    // A reader answers a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  found.sort((a, b) => inOrder.compare(a.name, b.name));
  return (await Promise.all(found.map(filesBelow))).flat();
}
