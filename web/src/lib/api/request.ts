// One HTTP request to the API: JSON in, JSON out, a deadline, and ApiError for all that can go wrong.

import { ApiError, problemOf } from './problem';

export interface Options {
  body?: unknown;
  token?: string | null;
  signal?: AbortSignal;
  deadline?: number; // milliseconds
  keepalive?: boolean; // goes on when the page is left
}

export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const { body, token, signal, deadline = 30_000, keepalive = false } = options;
  const limit = AbortSignal.timeout(deadline);
  const headers = new Headers({ Accept: 'application/json' });
  if (token) headers.set('Authorization', `Bearer ${token}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, limit.aborted ? 'timeout' : navigator.onLine ? 'unreachable' : 'offline', String(error));
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

export async function json<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function query(values: Record<string, string | number | null | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}
