// What the app asks of the API. Each call carries the access token where there is one, renewed when it has expired.

import { forget } from '../kept';
import { json, query, send, type Options } from './request';
import { ApiError } from './problem';
import { session } from './session.svelte';
import type { Content, ContentPage, ContentState, ContentType, LiveSession, Playback, PublicUser, UploadTicket, User, Visibility } from './types';

async function withToken<T>(options: Options, work: (options: Options) => Promise<T>): Promise<T> {
  const token = await session.freshToken();
  try {
    return await work({ ...options, token });
  } catch (error) {
    const refused = error instanceof ApiError && error.status === 401 && error.code !== 'invalid_credentials';
    if (!refused || !token || !(await session.renew(token))) throw error;
    return work({ ...options, token: await session.freshToken() });
  }
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const answer = await withToken(options, (with_) => json<T>(method, `/api/v1/${path}`, with_));
  if (method !== 'GET') forget();
  return answer;
}

export interface ListOptions {
  type?: ContentType | null;
  q?: string;
  owner?: string;
  state?: ContentState | null;
  limit?: number;
  cursor?: string | null;
}

export const api = {
  // Public lists need nobody's token, and are then answered from the gateway's cache.
  list: (options: ListOptions, signal?: AbortSignal) =>
    json<ContentPage>('GET', `/api/v1/contents${query({ ...options })}`, signal ? { signal } : {}),
  mine: (options: ListOptions = {}, signal?: AbortSignal) =>
    call<ContentPage>('GET', `users/me/contents${query({ ...options })}`, signal ? { signal } : {}),
  content: (id: string, signal?: AbortSignal) => call<Content>('GET', `contents/${encodeURIComponent(id)}`, signal ? { signal } : {}),
  create: (draft: { title: string; description?: string; type: ContentType; visibility: Visibility }) =>
    call<Content>('POST', 'contents', { body: draft }),
  change: (id: string, patch: { title?: string; description?: string; type?: ContentType; visibility?: Visibility }) =>
    call<Content>('PATCH', `contents/${id}`, { body: patch }),
  remove: (id: string, keepalive = false) => call<void>('DELETE', `contents/${id}`, { keepalive }),
  ticket: (id: string, file: { name: string; size: number; type: string }) =>
    call<UploadTicket>('POST', `contents/${id}/upload`, {
      body: { filename: file.name.slice(-255), size: file.size, content_type: file.type },
    }),
  unfinishedUpload: (id: string) => call<UploadTicket>('GET', `contents/${id}/upload`),
  setMedia: (id: string, media: { key: string; multipart?: { upload_id: string; parts: { number: number; etag: string }[] } }) =>
    call<Content>('PUT', `contents/${id}/media`, { body: media, deadline: 120_000 }),
  convertAgain: (id: string) => call<Content>('POST', `contents/${id}/conversion`),
  chooseCover: (id: string, jpeg: string) => call<Content>('PUT', `contents/${id}/cover`, { body: { jpeg } }),
  forgetCover: (id: string) => call<Content>('DELETE', `contents/${id}/cover`),
  playback: (id: string) => call<Playback>('GET', `contents/${id}/playback`),
  // The events of a conversion, as an open answer.
  events: (id: string, signal: AbortSignal) =>
    withToken({ signal, deadline: 3_600_000 }, (options) => send('GET', `/api/v1/contents/${id}/events`, options)),

  user: (id: string, signal?: AbortSignal) =>
    json<PublicUser>('GET', `/api/v1/users/${encodeURIComponent(id)}`, signal ? { signal } : {}),
  changeMe: (change: { name?: string; email?: string }) => call<User>('PATCH', 'users/me', { body: change }),
  changePassword: (current: string, next: string) =>
    call<void>('PUT', 'users/me/password', { body: { current_password: current, new_password: next } }),
  sessions: async (signal?: AbortSignal) =>
    (await call<{ items: LiveSession[] }>('GET', 'users/me/sessions', signal ? { signal } : {})).items,
  endSession: (id: string) => call<void>('DELETE', `users/me/sessions/${id}`),
  removeMe: (password: string) => call<void>('DELETE', 'users/me', { body: { password } }),
};
