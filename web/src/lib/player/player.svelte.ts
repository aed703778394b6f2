// The player: the queue, two decks that take turns, and what the listener has set. One for the whole app.

import { api } from '../api/api';
import { ApiError } from '../api/problem';
import type { Content } from '../api/types';
import { isBoolean, isNumber, isRecord, recall, remember } from '../storage';
import { toasts } from '../toasts.svelte';
import { t } from '../../strings';
import { Deck, expect, type Choice, type DeckEvent, type Track } from './deck';
import { gainFor, volumeOf } from './levelling';
import * as q from './queue';
import { note, recallPositions, rememberPositions } from './positions';
import { edgesOf } from './gapless';

const prefetchBefore = 20; // seconds before the end, the next track is made ready
const mostOfAll = 500; // entries that a queue gets without being asked for each
const oftenEnough = 600_000; // milliseconds from one refreshment of a content to the next
const watchClosely = 0.4; // seconds before the end, from when on the end is awaited to the millisecond

interface Place {
  key: number; // of an entry
  position: number;
}

const isPlace = (value: unknown): value is Place | null =>
  isRecord(value) && isNumber(value['key']) && isNumber(value['position']) && value['position'] >= 0;

const isTrack = (value: unknown): value is Track =>
  isRecord(value) && typeof value['name'] === 'string' && typeof value['language'] === 'string';
const isCaption = (value: unknown): value is Track | null => value === null || isTrack(value);

class Player {
  queue = $state.raw<q.Queue>(q.revive(recall<unknown>('queue', null, (v): v is unknown => v !== undefined)));
  entry = $derived(q.current(this.queue));
  content = $derived(this.entry?.content ?? null);

  playing = $state(false); // wants to
  waiting = $state(false); // for data
  position = $state(0);
  duration = $state(0);
  bufferedUntil = $state(0);
  error = $state.raw<ApiError | null>(null);
  heights = $state.raw<readonly number[]>([]); // of the picture, that there are to choose from
  playingHeight = $state(0);
  captions = $state.raw<readonly Track[]>([]);
  caption = $state(-1);
  sounds = $state.raw<readonly Track[]>([]);
  sound = $state(-1);

  volume = $state(recall('volume', 1, isNumber));
  muted = $state(recall('muted', false, isBoolean));
  levelling = $state(recall('levelling', true, isBoolean));
  speed = $state(recall('speed', 1, isNumber));
  height = $state<number | null>(null); // as chosen; null: what the connection allows

  // The element that is heard and seen.
  element = $state.raw<HTMLVideoElement | null>(null);

  private readonly choice: Choice = { caption: recall('caption', null, isCaption), sound: recall('sound', undefined, isTrack) };
  private decks: [Deck, Deck] | null = null;
  private active = 0;
  private preparedKey: number | null = null; // which entry the other deck has ready
  private expecting: Promise<void> = Promise.resolve(); // until what is expected is there
  private handover: number | undefined;
  private startEarly = 0.012; // seconds that an element takes from play() to the first sample, as last rehearsed
  private rehearsed: number | null = null; // which entry it was rehearsed with
  private positions = recallPositions();
  private readonly refreshed = new Map<string, number>(); // when a content was asked for again
  private readonly channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('descant.player');

  constructor() {
    this.channel?.addEventListener('message', () => this.pause()); // another tab has begun to play
    addEventListener('pagehide', () => this.leave());
    document.addEventListener('visibilitychange', () => document.hidden && this.leave());
    const content = this.content;
    if (content) {
      const left = recall('left', null, isPlace);
      this.position = left?.key === this.entry?.key ? left!.position : this.startOf(content);
      this.duration = (content.media?.duration_ms ?? 0) / 1000;
    }
    this.setMediaSession();
  }

  // ---- what to play

  // Plays `content`; what surrounds it in `list` follows.
  play(content: Content, list: readonly Content[] = [content]): void {
    if (this.content?.id === content.id && this.deck?.contentId === content.id) {
      void this.resume();
      return;
    }
    const playable = list.filter((c) => c.playable);
    const index = playable.findIndex((c) => c.id === content.id);
    this.setQueue(q.replaceAll(this.queue, index < 0 ? [content] : playable, Math.max(0, index)));
    void this.begin();
  }

  // Plays these from the first, and then what there is more of them; until something else is played.
  async playAll(contents: readonly Content[], more: AsyncIterable<readonly Content[]>): Promise<void> {
    this.setQueue(q.replaceAll(this.queue, contents.filter((c) => c.playable), 0));
    void this.begin();
    const [first] = this.queue.order;
    for await (const next of more) {
      if (!this.queue.order.some((key) => key === first) || this.queue.entries.length >= mostOfAll) return;
      this.setQueue(q.goOn(this.queue, next.filter((c) => c.playable)));
      this.prepareNext();
    }
  }

  // Somebody may be about to play this. As long as nothing has been played, its sound is made ready; else, what costs nothing.
  expect(content: Content): void {
    if (!content.playable) return;
    const deck = this.deckInTurn();
    if (content.type === 'video' || this.startOf(content) > 0 || this.element || content.id === this.content?.id) expect(content.id);
    else if (deck.contentId !== content.id) this.expecting = deck.load(content.id, 0);
  }

  toggle(content?: Content, list?: readonly Content[]): void {
    if (content && content.id !== this.content?.id) this.play(content, list);
    else if (this.playing) this.pause();
    else void this.resume();
  }

  addNext(contents: readonly Content[]): void {
    this.add(q.addNext(this.queue, contents), t.content.addedNext);
  }

  addLast(contents: readonly Content[]): void {
    this.add(q.addLast(this.queue, contents), t.content.addedLast);
  }

  private add(queue: q.Queue, text: string): void {
    this.setQueue(queue);
    toasts.say(text);
    this.prepareNext();
  }

  next(): void {
    const index = q.following(this.queue);
    if (index !== null) this.jump(index);
  }

  // To the beginning; from there, to the one before.
  previous(): void {
    const index = q.preceding(this.queue);
    if (this.position > 3 || index === null) this.seek(0);
    else this.jump(index);
  }

  jumpTo(key: number): void {
    const index = this.queue.entries.findIndex((e) => e.key === key);
    if (index >= 0) this.jump(index);
  }

  private jump(index: number): void {
    this.keepPosition();
    this.setQueue(q.at(this.queue, index));
    void this.begin();
  }

  remove(key: number): void {
    const wasCurrent = this.entry?.key === key;
    const wasPlaying = this.playing;
    this.setQueue(q.remove(this.queue, key));
    if (!wasCurrent) return;
    if (this.content && wasPlaying) void this.begin();
    else this.stop();
  }

  move(key: number, to: number): void {
    this.setQueue(q.move(this.queue, key, to));
  }

  clearUpcoming(): void {
    this.setQueue(q.clearUpcoming(this.queue));
  }

  toggleShuffle(): void {
    this.setQueue(q.toggleShuffle(this.queue));
  }

  nextRepeat(): void {
    this.setQueue({ ...this.queue, repeat: q.nextRepeat(this.queue.repeat) });
  }

  // A content was changed or deleted somewhere in the app.
  changed(content: Content): void {
    const before = this.content;
    this.setQueue(q.update(this.queue, content));
    if (this.deck && before?.id === content.id && before.state !== 'ready' && content.state === 'ready') this.deck.isOutdated = true;
  }

  gone(id: string): void {
    for (const entry of this.queue.entries) if (entry.content.id === id) this.remove(entry.key);
  }

  // ---- transport

  async resume(): Promise<void> {
    if (!this.content) return;
    if (this.deck?.contentId !== this.content.id || this.deck.isOutdated) return this.begin(this.position);
    this.channel?.postMessage('playing');
    this.playing = true;
    this.error = null;
    await this.deck.play();
  }

  pause(): void {
    this.playing = false;
    this.deck?.pause();
    this.keepPosition();
  }

  // Stops, and takes the picture away. What was played stays where it was.
  dismiss(): void {
    this.keepPosition();
    const { position } = this;
    this.stop();
    this.element = null;
    this.position = position;
  }

  seek(to: number): void {
    const target = Math.max(0, Math.min(to, this.duration || to));
    this.position = target;
    if (!this.deck?.contentId || this.deck.contentId !== this.content?.id) return;
    if (this.deck.isOutdated) void this.deck.again(target + this.edges.start);
    else this.deck.seek(target + this.edges.start);
  }

  skip(by: number): void {
    this.seek(this.position + by);
  }

  // ---- settings

  setVolume(volume: number): void {
    this.volume = Math.max(0, Math.min(1, volume));
    this.muted = false;
    this.applySettings();
  }

  toggleMuted(): void {
    if (this.volume === 0) return this.setVolume(0.5); // there is nothing to unmute
    this.muted = !this.muted;
    this.applySettings();
  }

  toggleLevelling(): void {
    this.levelling = !this.levelling;
    this.applySettings();
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.applySettings();
  }

  // For this visit: the next one may have another connection.
  setHeight(height: number | null): void {
    this.height = this.choice.height = height;
    this.decks?.forEach((deck) => deck.applyHeight());
  }

  setCaption(index: number): void {
    this.choice.caption = this.captions[index] ?? null;
    remember('caption', this.choice.caption);
    this.decks?.forEach((deck) => deck.applyCaption());
    this.caption = index;
  }

  setSound(index: number): void {
    this.choice.sound = this.sounds[index];
    remember('sound', this.choice.sound);
    this.decks?.forEach((deck) => deck.applySound());
    this.sound = index;
  }

  // What was left somewhere in its middle, as ids, the newest first.
  get unfinished(): readonly string[] {
    return Object.keys(this.positions).toReversed();
  }

  // Where this content would begin.
  startOf(content: Content): number {
    return content.type === 'music' ? 0 : (this.positions[content.id] ?? 0);
  }

  private applySettings(): void {
    remember('volume', this.volume);
    remember('muted', this.muted);
    remember('levelling', this.levelling);
    remember('speed', this.speed);
    const contents = [this.content, this.queue.entries.find((e) => e.key === this.preparedKey)?.content ?? null];
    [this.deck, this.other].forEach((deck, i) => deck && this.tune(deck, contents[i] ?? null));
  }

  private tune(deck: Deck, content: Content | null): void {
    deck.element.muted = this.muted;
    deck.element.volume = volumeOf(this.volume) * gainFor(content?.media?.loudness_lufs, this.levelling);
    deck.element.playbackRate = content?.type === 'music' ? 1 : this.speed;
  }

  // ---- the decks

  private get deck(): Deck | null {
    return this.decks?.[this.active] ?? null;
  }

  private get other(): Deck | null {
    return this.decks?.[1 - this.active] ?? null;
  }

  // The one in turn. Both are made when something is about to play for the first time.
  private deckInTurn(): Deck {
    const made = () => new Deck(this.choice, this.heard);
    this.decks ??= [made(), made()];
    return this.deck!;
  }

  private get edges() {
    return edgesOf(this.content);
  }

  private async begin(at?: number): Promise<void> {
    const entry = this.entry;
    if (!entry) return;
    const deck = this.deckInTurn();
    this.stopHandover();
    const start = at ?? this.startOf(entry.content);
    this.playing = true;
    this.error = null;
    this.channel?.postMessage('playing');
    if (this.preparedKey === entry.key && this.other && !this.other.error) {
      deck.clear();
      this.active = 1 - this.active;
      this.preparedKey = null;
      this.become(entry.content, start);
      await this.deck!.play();
      return;
    }
    this.other?.clear();
    this.preparedKey = null;
    const isReady = deck.contentId === entry.content.id && start === 0 && !this.element && !deck.error;
    this.become(entry.content, start);
    this.waiting = !isReady;
    this.tune(deck, entry.content);
    const loading = isReady ? this.expecting : deck.load(entry.content.id, start > 0 ? start + this.edges.start : 0); // to begin with, silence is cheaper than a seek
    void deck.play(); // inside of the click, so that the browser lets it sound
    await loading;
    if (this.playing && deck === this.deck && deck.contentId === entry.content.id && !deck.error) await deck.play();
  }

  private become(content: Content, start: number): void {
    this.element = this.deck!.element;
    this.position = start;
    this.duration = (content.media?.duration_ms ?? 0) / 1000;
    this.bufferedUntil = 0;
    this.heights = [];
    this.captions = [];
    this.caption = -1;
    this.sounds = [];
    this.sound = -1;
    this.tune(this.deck!, content);
    this.setMetadata(content);
  }

  private stop(): void {
    this.stopHandover();
    this.playing = false;
    this.decks?.forEach((deck) => deck.clear());
    this.preparedKey = null;
    this.position = this.content ? this.startOf(this.content) : 0;
    this.duration = (this.content?.media?.duration_ms ?? 0) / 1000;
  }

  private prepareNext(): void {
    const next = q.afterEnd(this.queue);
    const entry = next === null ? null : this.queue.entries[next];
    const near = this.duration > 0 && this.duration - this.position < prefetchBefore;
    if (!this.other || !entry || !near || !this.playing || entry.key === this.entry?.key) return;
    if (this.preparedKey === entry.key) return;
    this.preparedKey = entry.key;
    this.tune(this.other, entry.content);
    void this.other.load(entry.content.id, this.startOf(entry.content) + edgesOf(entry.content).start);
  }

  // Near its end, a track is watched until the moment at which the next one has to begin.
  private awaitEnd(): void {
    const { deck, other } = this;
    if (this.handover !== undefined || !deck || !other || this.preparedKey === null || other.bufferedAhead < 0.5) return;
    const left = () => (this.endOf(deck) - deck.element.currentTime) / deck.element.playbackRate;
    const look = () => {
      this.handover = undefined;
      if (deck !== this.deck || this.preparedKey === null || !this.playing || deck.element.seeking) return;
      const rest = left() - this.startEarly;
      if (rest > watchClosely) return;
      if (rest <= 0.002) this.handOver();
      else this.handover = window.setTimeout(look, Math.max(0, Math.min(rest * 1000 - 6, 40)));
    };
    look();
  }

  private stopHandover(): void {
    clearTimeout(this.handover);
    this.handover = undefined;
  }

  // The next track begins while the last samples of this one are still heard.
  private handOver(): void {
    const index = this.queue.entries.findIndex((e) => e.key === this.preparedKey);
    const ending = this.deck!;
    if (index < 0) return;
    void this.other!.play();
    this.active = 1 - this.active;
    this.preparedKey = null;
    this.keepPosition();
    this.setQueue(q.at(this.queue, index));
    this.become(this.content!, this.startOf(this.content!));
    setTimeout(() => ending !== this.deck && this.preparedKey === null && ending.clear(), 250);
  }

  // While there is time for it.
  private async rehearse(next: Deck): Promise<void> {
    const key = this.preparedKey;
    if (key === null || key === this.rehearsed || !this.playing || this.duration - this.position < 2.5) return;
    if (next.element.readyState < 3 || next.bufferedAhead < 1) return;
    this.rehearsed = key;
    const seconds = await next.rehearse();
    if (seconds !== null) this.startEarly = Math.min(0.08, seconds);
    if (next === this.other) this.tune(next, this.queue.entries.find((e) => e.key === key)?.content ?? null);
  }

  private endOf(deck: Deck): number {
    const { duration } = deck.element;
    const whole = Number.isFinite(duration) ? duration : 0;
    return Math.min(whole, this.edges.end ?? whole);
  }

  private heard = (deck: Deck, event: DeckEvent): void => {
    if (deck !== this.deck) {
      if (event === 'failed') this.preparedKey = null; // it is tried again when its turn comes
      else void this.rehearse(deck);
      return;
    }
    if (deck.contentId !== this.content?.id) return; // it is expected, no more
    if (event === 'ended') return this.finished();
    this.error = deck.error;
    if (event === 'failed') {
      if (deck.error?.status === 404) return this.lost(this.content);
      this.waiting = false;
      this.playing = false;
      return;
    }
    const { element } = deck;
    const loaded = element.readyState >= 1;
    if (loaded && !element.seeking) this.position = Math.max(0, element.currentTime - this.edges.start);
    if (loaded && Number.isFinite(element.duration)) {
      const known = (this.content?.media?.duration_ms ?? 0) / 1000;
      this.duration = Math.max(0, this.content?.state === 'ready' && known > 0 ? known : (this.edges.end ?? element.duration) - this.edges.start);
    }
    this.bufferedUntil = deck.bufferedUntil;
    this.waiting = this.playing && (element.readyState < 3 || element.seeking);
    if (!element.paused) this.playing = true;
    else if (this.playing && !deck.isWanted && !element.ended) this.playing = false;
    this.heights = [...new Set(deck.levels.map((level) => level.height).filter((height) => height > 0))].sort((a, b) => b - a);
    this.playingHeight = deck.playingLevel?.height ?? 0;
    this.captions = deck.captions;
    this.caption = deck.caption;
    this.sounds = deck.sounds;
    this.sound = deck.sound;
    this.tellPosition();
    this.prepareNext();
    if (this.duration - this.position < watchClosely + 0.4) this.awaitEnd();
    this.keepPositionNowAndThen();
  };

  // It was deleted, or made private, after it had come into the queue: what follows it plays.
  private lost(content: Content): void {
    toasts.say(t.player.gone(content.title), { kind: 'bad' });
    this.gone(content.id);
  }

  private finished(): void {
    this.keepPosition();
    const next = q.afterEnd(this.queue);
    if (next === null) {
      this.playing = false;
      this.position = 0;
      this.deck?.pause();
      this.deck?.seek(this.edges.start);
    } else if (next === this.queue.index) {
      this.seek(0);
      void this.resume();
    } else {
      this.jump(next);
    }
  }

  // ---- what lasts

  private setQueue(queue: q.Queue): void {
    if (queue === this.queue) return;
    this.queue = queue;
    remember('queue', queue);
  }

  // The page may be gone for good, or loaded anew: then it goes on from here.
  private leave(): void {
    this.keepPosition();
    if (this.entry && this.deck?.contentId === this.content?.id) remember('left', { key: this.entry.key, position: this.position });
  }

  private lastKept = 0;
  private keepPositionNowAndThen(): void {
    if (Date.now() - this.lastKept > 5000) this.keepPosition();
  }

  private keepPosition(): void {
    this.lastKept = Date.now();
    const content = this.content;
    if (!content || content.type === 'music' || !this.deck?.contentId) return;
    this.positions = note(this.positions, content.id, this.position, this.duration);
    rememberPositions(this.positions);
  }

  // ---- the system's own controls

  private setMediaSession(): void {
    if (!('mediaSession' in navigator)) return;
    const on = (action: MediaSessionAction, run: (details: MediaSessionActionDetails) => void) => {
      try {
        navigator.mediaSession.setActionHandler(action, run);
      } catch {
        // One that this browser does not know.
      }
    };
    on('play', () => void this.resume());
    on('pause', () => this.pause());
    on('previoustrack', () => this.previous());
    on('nexttrack', () => this.next());
    on('seekbackward', (details) => this.skip(-(details.seekOffset ?? 10)));
    on('seekforward', (details) => this.skip(details.seekOffset ?? 10));
    on('seekto', (details) => details.seekTime !== undefined && this.seek(details.seekTime));
  }

  private setMetadata(content: Content): void {
    if (!('mediaSession' in navigator)) return;
    const images = content.media as { cover?: { large_url: string } | null; poster_url?: string | null } | null;
    const poster = images?.cover?.large_url ?? images?.poster_url;
    navigator.mediaSession.metadata = new MediaMetadata({
      title: content.title,
      artist: content.owner.name,
      artwork: poster ? [{ src: new URL(poster, location.href).href }] : [],
    });
  }

  private tellPosition(): void {
    if (!('mediaSession' in navigator)) return;
    navigator.mediaSession.playbackState = this.playing ? 'playing' : 'paused';
    if (this.duration > 0 && this.position <= this.duration) {
      navigator.mediaSession.setPositionState({ duration: this.duration, position: this.position, playbackRate: this.deck?.element.playbackRate ?? 1 });
    }
  }

  // A queue that was left in another visit: whether its content is still there, and as it is now. Links to pictures are good for
  // hours, so those of the others may be asked for again, too.
  async refresh(id = this.content?.id): Promise<void> {
    if (!id || Date.now() - (this.refreshed.get(id) ?? 0) < oftenEnough || !this.queue.entries.some((e) => e.content.id === id)) return;
    this.refreshed.set(id, Date.now());
    try {
      this.changed(await api.content(id));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.gone(id);
    }
  }
}

export const player = new Player();
