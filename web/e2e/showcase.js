// Something to show: a few creators with songs, episodes and films, all made by FFmpeg on the spot. Made once per platform.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ffmpeg = (...words) => run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...words.map(String)]);

export const owner = { email: 'showcase@example.org', password: 'a showcase for pictures', name: 'Mira Vale' };
const creators = [owner, { ...owner, email: 'showcase-2@example.org', name: 'Tomas Reyes' }, { ...owner, email: 'showcase-3@example.org', name: 'Kitchen Radio' }];

// Who made it (as an index), what it is called, how long it is; colours or a source of pictures.
const songs = [
  [1, 'Paper Lanterns', 47, '0xf2a65a:0xd1495b:0x30213b'],
  [0, 'Slow Orbit', 64, '0x0b132b:0x3a506b:0x5bc0be'],
  [1, 'Nine Bridges', 38, '0x264653:0x2a9d8f:0xe9c46a'],
  [0, 'Winter Bees', 52, '0xf7f3e3:0xb0a990:0x3d405b'],
  [0, 'Harbour Lights', 41, '0x1d3557:0xe63946:0xf1faee'],
  [0, 'Evening Ferry', 75, '0x6d597a:0xe56b6f:0xeaac8b'],
];
const episodes = [
  [2, 'Field notes 12: tides', 58, '0x588157:0xa3b18a:0x344e41'],
  [2, 'Field notes 13: the quiet hour', 66, '0x9a8c98:0xf2e9e4:0x22223b'],
];
const lines = { eng: 'How long is a coast? It depends on who asks.', ger: 'Wie lang ist eine Küste? Es kommt darauf an, wer fragt.' };
const films = [
  [1, 'Shoreline, seen from far above', 12, 'mandelbrot=size=854x480:rate=25:end_scale=0.02:end_pts=500'],
  [0, 'Colour study in four parts', 10, 'gradients=size=854x480:rate=25:speed=0.02:nb_colors=6:seed=7:duration=12'],
];

const about = 'Recorded in one take, on a borrowed piano with the window open.\n\nThank you for listening.';

// Chords that swell and fade, so that there is an outline to look at.
const sound = (seconds, seed) => {
  const root = 110 * 2 ** ((seed * 5) % 12 / 12);
  const notes = [1, 1.25, 1.5, 2, 2.5].map((ratio, i) => `0.16*sin(2*PI*${(root * ratio).toFixed(2)}*t)*(0.35+0.65*abs(sin(PI*t/${3 + ((seed + i) % 5)}+${i})))`);
  const shape = `(0.25+0.75*abs(sin(PI*t/${(seconds / (2 + (seed % 3))).toFixed(2)})))*(0.5+0.5*abs(sin(2*PI*t*${0.4 + 0.17 * seed})))`;
  return ['-f', 'lavfi', '-i', `aevalsrc=exprs='${shape}*(${notes.join('+')})':duration=${seconds}:sample_rate=44100`];
};

export async function showcase(url) {
  const call = async (token, method, path, body) => {
    const response = await fetch(`${url}/api/v1/${path}`, {
      method,
      headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${await response.text()}`), { status: response.status });
    return response.status === 204 ? null : response.json();
  };
  try {
    await call(null, 'POST', 'auth/login', { email: owner.email, password: owner.password });
    return; // it is there already
  } catch (error) {
    if (error.status !== 401) throw error;
  }
  const folder = await mkdtemp(join(tmpdir(), 'descant-showcase-'));
  const tokens = [];
  for (const creator of creators) tokens.push((await call(null, 'POST', 'auth/register', creator)).access_token);

  const publish = async (token, type, title, file, contentType, colours, seed) => {
    const content = await call(token, 'POST', 'contents', { title, type, visibility: 'public', description: about });
    const bytes = await readFile(file);
    const ticket = await call(token, 'POST', `contents/${content.id}/upload`, { filename: title, size: bytes.length, content_type: contentType });
    const sent = await fetch(ticket.url, { method: 'PUT', headers: ticket.headers, body: bytes });
    if (!sent.ok) throw new Error(`PUT: ${sent.status}`);
    await call(token, 'PUT', `contents/${content.id}/media`, { key: ticket.key });
    if (colours) {
      const cover = join(folder, 'cover.jpg');
      const [c0, c1, c2] = colours.split(':');
      await ffmpeg('-f', 'lavfi', '-i', `gradients=size=560x560:c0=${c0}:c1=${c1}:c2=${c2}:nb_colors=3:seed=${seed}:x0=40:y0=20:x1=520:y1=540`, '-frames:v', 1, '-q:v', 4, cover);
      await call(token, 'PUT', `contents/${content.id}/cover`, { jpeg: (await readFile(cover)).toString('base64url') });
    }
    return [token, content.id];
  };

  const made = [];
  let seed = 1;
  for (const [who, title, seconds, source] of films) {
    const file = join(folder, 'film.mkv');
    const captions = [];
    for (const [language, line] of Object.entries(lines)) {
      captions.push(join(folder, `${language}.srt`));
      await writeFile(captions.at(-1), `1\n00:00:01,000 --> 00:00:${seconds - 1},000\n${line}\n`);
    }
    await ffmpeg('-f', 'lavfi', '-i', source, ...sound(seconds, seed), ...captions.flatMap((caption) => ['-i', caption]), '-t', seconds,
      '-map', 0, '-map', 1, '-map', 2, '-map', 3, ...Object.keys(lines).flatMap((language, i) => [`-metadata:s:s:${i}`, `language=${language}`]),
      '-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-c:s', 'srt', file);
    made.push(await publish(tokens[who], 'video', title, file, 'video/x-matroska', null, (seed += 1)));
  }
  for (const [type, list] of [['podcast', episodes], ['music', songs]]) {
    for (const [who, title, seconds, colours] of list) {
      const file = join(folder, 'sound.flac');
      await ffmpeg(...sound(seconds, seed), '-ac', 2, file);
      made.push(await publish(tokens[who], type, title, file, 'audio/flac', colours, (seed += 1)));
    }
  }
  for (const [token, id] of made) {
    for (let state = ''; state !== 'ready'; ) {
      state = (await call(token, 'GET', `contents/${id}`)).state;
      if (state === 'failed') throw new Error(`${id} failed`);
      if (state !== 'ready') await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  await call(tokens[0], 'POST', 'contents', { title: 'Untitled sketch', type: 'music', visibility: 'private' });
  await rm(folder, { recursive: true });
}
