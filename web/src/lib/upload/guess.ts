// What a file is, from its name and type, so that its uploader need not say.

import type { Content, ContentType } from '../api/types';

const audio: Record<string, string> = {
  mp3: 'audio/mpeg', m4a: 'audio/mp4', aac: 'audio/aac', flac: 'audio/flac', wav: 'audio/wav', ogg: 'audio/ogg', oga: 'audio/ogg',
  opus: 'audio/ogg', aif: 'audio/aiff', aiff: 'audio/aiff', wma: 'audio/x-ms-wma', mka: 'audio/x-matroska', ac3: 'audio/ac3',
};
const video: Record<string, string> = {
  mp4: 'video/mp4', m4v: 'video/mp4', mov: 'video/quicktime', mkv: 'video/x-matroska', webm: 'video/webm', avi: 'video/x-msvideo',
  mpg: 'video/mpeg', mpeg: 'video/mpeg', ts: 'video/mp2t', mts: 'video/mp2t', ogv: 'video/ogg', wmv: 'video/x-ms-wmv', flv: 'video/x-flv',
};

const extensionOf = (name: string) => /\.([a-z0-9]{1,5})$/i.exec(name)?.[1]?.toLowerCase() ?? '';

// What the API is told; null for what is neither audio nor video.
export function mediaTypeOf(file: { name: string; type: string }): string | null {
  const extension = extensionOf(file.name);
  if (/^(audio|video)\/[\w.+-]{1,90}$/.test(file.type)) return file.type;
  return audio[extension] ?? video[extension] ?? null;
}

export function typeOf(file: { name: string; type: string }): ContentType {
  if (mediaTypeOf(file)?.startsWith('video/')) return 'video';
  return /\b(podcast|episode|interview)\b|\bep\.?\s?\d+/i.test(spaced(file.name)) ? 'podcast' : 'music';
}

const spaced = (name: string) => name.replace(/\.[a-z0-9]{1,5}$/i, '').replace(/_+/g, ' ').replace(/\s+/g, ' ').trim();

// `03 - Night_Train.flac` is “Night Train”.
export function titleOf(name: string): string {
  const text = spaced(name);
  const bare = text.replace(/^\(?\d{1,3}\)?\s*[-.)]+\s*|^0\d\s+/, '').trim();
  return (bare || text || name || '?').slice(0, 200);
}

// What the tags of an uploaded file say better than its name did, where that is still what stands there; null for nothing.
export function patchFrom(content: Content, guess: { title: string; type: ContentType }): { title?: string; type?: ContentType } | null {
  const tags = content.media?.tags;
  if (!tags) return null;
  const patch: { title?: string; type?: ContentType } = {};
  if (tags.title && content.title === guess.title && tags.title !== guess.title) patch.title = tags.title;
  if (tags.genre && content.type === 'music' && guess.type === 'music' && /podcast|speech|audiobook/i.test(tags.genre)) patch.type = 'podcast';
  return Object.keys(patch).length ? patch : null;
}
