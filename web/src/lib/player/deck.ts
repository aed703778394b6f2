// One media element and the stream in it. The player has two: while one plays, the other gets the next track ready.

import type Hls from 'hls.js';
import type { ErrorData, HlsConfig, Level, MediaPlaylist } from 'hls.js';
import { api } from '../api/api';
import { ApiError } from '../api/problem';
import type { Playback } from '../api/types';
import { trackName } from '../format';

let library: Promise<typeof Hls> | null = null;

// hls.js is larger than all of the app: it comes with the first play, or when somebody is about to.
export function loadLibrary(): Promise<typeof Hls> {
  library ??= import('hls.js').then(
    (module) => module.default,
    (error: unknown) => {
      library = null;
      throw error;
    },
  );
  return library;
}

// Who is about to play a content is spared two waits: for the library, and for the content's URL.
let expected: { contentId: string; playback: Promise<Playback>; at: number } | null = null;

export function expect(contentId: string): void {
  void loadLibrary().catch(() => undefined);
  if (expected?.contentId === contentId && Date.now() - expected.at < expectation) return;
  const playback = api.playback(contentId);
  expected = { contentId, playback, at: Date.now() };
  playback.catch(() => (expected = null));
}

function playbackOf(contentId: string): Promise<Playback> {
  const found = expected?.contentId === contentId && Date.now() - expected.at < expectation ? expected.playback : null;
  expected = null;
  return found ?? api.playback(contentId);
}

// A track of captions or of sound, as its stream names it.
export interface Track {
  name: string;
  language: string; // '' when the stream does not say
}

// What the viewer has chosen, for whatever is loaded from then on; where a stream has nothing of it, that is left to the stream.
export interface Choice {
  caption: Track | null; // null: none are wanted
  sound?: Track | undefined;
  height?: number | null | undefined; // of the picture; null: what the connection allows
}

export type DeckEvent = 'changed' | 'ended' | 'failed';

const mostRecoveries = 6;
const most = 40; // seconds that are kept ready of what plays
const few = 8; // and of what may be played
const expectation = 30_000; // milliseconds
let bandwidth = 1_500_000; // bit/s, as measured last

const trackOf = (track: MediaPlaylist): Track => {
  const language = track.lang ?? '';
  return { name: trackName(track.name || language || String(track.id + 1), language), language };
};

// The one of that name, else one of that language.
function find(tracks: readonly MediaPlaylist[], wanted: Track): MediaPlaylist | undefined {
  const like = (fits: (track: Track) => boolean) => tracks.find((track) => fits(trackOf(track)));
  return like(({ name, language }) => name === wanted.name && language === wanted.language) ?? like(({ language }) => language === wanted.language);
}

const optionOf = (track: MediaPlaylist) => ({ name: track.name, ...(track.lang ? { lang: track.lang } : {}) });

// How well text goes with sound: 2 in the same language, 1 where one of them does not say (as no sound does), else 0.
export function accord(text: string | undefined, sound: string | undefined): number {
  const [a, b] = [text, sound].map((language) => language?.split('-')[0]?.toLowerCase());
  return a === b && a ? 2 : a && b ? 0 : 1;
}

// Captions for viewers to choose from. What is forced, such as the signs in a film, is shown unasked to those who hear its language
// (RFC 8216, 4.3.4.1); where nobody can, it is like the others.
const offered = ({ allSubtitleTracks, allAudioTracks }: Hls) =>
  allSubtitleTracks.filter(
    ({ forced, lang }) => !forced || (allAudioTracks.length > 0 && allAudioTracks.every((sound) => accord(lang, sound.lang) === 0)),
  );

function unasked(hls: Hls): MediaPlaylist | undefined {
  const sound = hls.audioTracks[hls.audioTrack];
  if (!sound && hls.allAudioTracks.length) return undefined; // it is not known yet
  const fitting = (wanted: number) => hls.allSubtitleTracks.find(({ forced, lang }) => forced && accord(lang, sound?.lang) === wanted);
  return fitting(2) ?? fitting(1);
}

export class Deck {
  readonly element: HTMLVideoElement;
  contentId: string | null = null;
  error: ApiError | null = null;
  levels: readonly Level[] = [];
  captions: readonly Track[] = [];
  sounds: readonly Track[] = []; // beside a picture
  isOutdated = false; // there is more to choose from than when it was loaded

  private hls: Hls | null = null;
  private generation = 0;
  private recoveries = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private wanted = false; // to play

  constructor(
    private readonly choice: Readonly<Choice>,
    private readonly notify: (deck: Deck, event: DeckEvent) => void,
  ) {
    this.element = document.createElement('video');
    this.element.playsInline = true;
    this.element.preload = 'auto';
    this.element.disableRemotePlayback = false;
    for (const event of ['play', 'pause', 'playing', 'waiting', 'timeupdate', 'durationchange', 'seeking', 'seeked', 'progress', 'ratechange', 'loadedmetadata', 'canplay']) {
      this.element.addEventListener(event, () => {
        if (event === 'playing') this.recoveries = 0;
        this.notify(this, 'changed');
      });
    }
    this.element.addEventListener('ended', () => this.notify(this, 'ended'));
    addEventListener('online', () => this.error?.status === 0 && void this.again());
  }

  // Gets the content ready, paused at `at` seconds. Replaces what was there.
  async load(contentId: string, at: number): Promise<void> {
    const generation = this.reset();
    this.contentId = contentId;
    try {
      const [Library, playback] = await Promise.all([loadLibrary(), playbackOf(contentId)]);
      if (generation !== this.generation) return;
      if (Library.isSupported()) this.attach(Library, playback.url, at);
      else if (this.element.canPlayType('application/vnd.apple.mpegurl')) this.attachNative(playback.url, at);
      else throw new ApiError(415, 'browser_unsupported', '');
    } catch (error) {
      if (generation !== this.generation) return;
      this.fail(error instanceof ApiError ? error : new ApiError(0, 'offline', String(error)));
    }
  }

  async play(): Promise<void> {
    this.wanted = true;
    if (this.error) return this.again();
    if (this.hls) this.hls.config.maxBufferLength = most;
    try {
      await this.element.play();
    } catch (error) {
      // A load or a pause came in between; only a refusal means something.
      if ((error as DOMException).name === 'NotAllowedError') {
        this.wanted = false;
        this.notify(this, 'changed');
      }
    }
  }

  // Plays a moment without a sound and goes back: how long it takes here from play() to the first sample, in seconds. Null where
  // that cannot be said.
  async rehearse(): Promise<number | null> {
    if (!this.hls || this.wanted) return null; // browsers that play HLS by themselves may stop the other deck for it
    const { element, generation } = this;
    const from = element.currentTime;
    const begun = performance.now();
    element.muted = true;
    try {
      await element.play();
      // Its clock runs ahead at first, and waits then for the sound.
      while (element.currentTime < from + 0.15) {
        if (generation !== this.generation || this.wanted || performance.now() - begun > 1000) return null;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return Math.max(0, (performance.now() - begun) / 1000 - (element.currentTime - from) / element.playbackRate);
    } catch {
      return null;
    } finally {
      if (generation === this.generation && !this.wanted) {
        element.pause();
        element.currentTime = from;
      }
    }
  }

  pause(): void {
    this.wanted = false;
    this.element.pause();
  }

  get isWanted(): boolean {
    return this.wanted;
  }

  seek(to: number): void {
    this.element.currentTime = to;
  }

  clear(): void {
    this.reset();
    this.contentId = null;
  }

  // Which of the captions is shown; -1: none of them.
  get caption(): number {
    const { hls } = this;
    const shown = hls?.subtitleTracks[hls.subtitleTrack];
    return hls && shown ? offered(hls).indexOf(shown) : -1;
  }

  // The choice has changed, or what is heard.
  applyCaption(): void {
    const { hls } = this;
    if (!hls) return;
    const { caption } = this.choice;
    const track = (caption && find(offered(hls), caption)) ?? unasked(hls);
    hls.setSubtitleOption(track && optionOf(track));
    if (!track) hls.subtitleTrack = -1;
  }

  // Which of the sounds is heard.
  get sound(): number {
    return this.hls?.audioTrack ?? -1;
  }

  applySound(): void {
    const { hls } = this;
    const { sound } = this.choice;
    const found = hls && sound && find(hls.allAudioTracks, sound);
    if (found) hls.setAudioOption(optionOf(found));
  }

  applyHeight(): void {
    const { hls } = this;
    const { height } = this.choice;
    if (!hls || height === undefined) return;
    const best = hls.levels.reduce((best, level, i) => (level.height === height && level.bitrate > (hls.levels[best]?.bitrate ?? 0) ? i : best), -1);
    if (hls.currentLevel >= 0) hls.nextLevel = best;
    else hls.loadLevel = best; // nothing is there yet that could be played first
  }
  get playingLevel(): Level | null {
    return this.levels[this.hls?.currentLevel ?? -1] ?? null;
  }

  // Seconds that are ready from where it is.
  get bufferedAhead(): number {
    const { buffered, currentTime } = this.element;
    for (let i = 0; i < buffered.length; i += 1) {
      if (buffered.start(i) <= currentTime + 0.25 && currentTime <= buffered.end(i)) return buffered.end(i) - currentTime;
    }
    return 0;
  }

  get bufferedUntil(): number {
    return this.element.currentTime + this.bufferedAhead;
  }

  // The same content with a new URL, at the same place or another one.
  async again(at = this.element.currentTime): Promise<void> {
    const { contentId, wanted } = this;
    if (!contentId) return;
    const recoveries = this.recoveries;
    await this.load(contentId, at);
    this.recoveries = recoveries;
    if (wanted) await this.play();
  }

  private reset(): number {
    clearTimeout(this.retry);
    this.hls?.destroy();
    this.hls = null;
    this.levels = [];
    this.captions = [];
    this.sounds = [];
    this.isOutdated = false;
    this.error = null;
    this.recoveries = 0;
    this.wanted = false;
    this.element.pause();
    if (this.element.hasAttribute('src')) {
      this.element.removeAttribute('src');
      this.element.load();
    }
    return (this.generation += 1);
  }

  private attach(Library: typeof Hls, url: string, at: number): void {
    const config: Partial<HlsConfig> = {
      enableWorker: false, // fMP4 goes through as it is, sooner than a worker starts
      startPosition: at > 0 ? at : 0, // not the end of what is still growing
      startLevel: -1,
      testBandwidth: false, // the first segment is heard, not measured
      abrEwmaDefaultEstimate: bandwidth,
      startFragPrefetch: true,
      capLevelToPlayerSize: true,
      maxBufferLength: this.wanted ? most : few,
      backBufferLength: 60,
      maxBufferHole: 0.3,
    };
    const hls = new Library(config);
    this.hls = hls;
    hls.on(Library.Events.MANIFEST_PARSED, () => {
      this.levels = hls.levels;
      this.applySound();
      this.applyCaption();
      this.applyHeight();
      this.notify(this, 'changed');
    });
    hls.on(Library.Events.FRAG_LOADED, () => (bandwidth = hls.bandwidthEstimate || bandwidth));
    hls.on(Library.Events.SUBTITLE_TRACKS_UPDATED, () => {
      this.captions = offered(hls).map(trackOf);
      this.notify(this, 'changed');
    });
    hls.on(Library.Events.AUDIO_TRACKS_UPDATED, () => {
      this.sounds = hls.audioTracks.map(trackOf);
      this.notify(this, 'changed');
    });
    hls.on(Library.Events.AUDIO_TRACK_SWITCHING, () => this.applyCaption());
    hls.on(Library.Events.AUDIO_TRACK_SWITCHED, () => this.notify(this, 'changed'));
    hls.on(Library.Events.LEVEL_SWITCHED, () => this.notify(this, 'changed'));
    hls.on(Library.Events.ERROR, (_, data) => data.fatal && this.recover(Library, hls, data));
    hls.loadSource(url);
    hls.attachMedia(this.element);
  }

  private attachNative(url: string, at: number): void {
    this.element.src = url;
    if (at > 0) this.element.currentTime = at;
  }

  // What cannot go on by itself: a lost connection, an expired URL, a decoder that stumbled.
  private recover(Library: typeof Hls, hls: Hls, data: ErrorData): void {
    this.recoveries += 1;
    if (this.recoveries > mostRecoveries) {
      this.fail(new ApiError(data.response?.code ?? 0, navigator.onLine ? 'unknown' : 'offline', data.details));
      return;
    }
    if (data.type === Library.ErrorTypes.MEDIA_ERROR) {
      hls.recoverMediaError();
      return;
    }
    const status = data.response?.code ?? 0;
    const expired = status === 403 || status === 404 || status === 410;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.again(), expired ? 0 : Math.min(8000, 500 * 2 ** this.recoveries));
  }

  private fail(error: ApiError): void {
    this.error = error;
    this.notify(this, 'failed');
  }
}
