// One file on its way to storage: by one PUT, or part by part where the storage wants that. Parts that have arrived stay there, so
// a pause or a lost connection costs one part at most.

import { ApiError, problemOf } from '../api/problem';
import type { UploadTicket } from '../api/types';

export interface Part {
  number: number;
  url: string;
  from: number;
  to: number;
  etag: string | null; // once it has arrived
}

export interface Plan {
  key: string;
  uploadId: string | null; // null: one PUT
  headers: Readonly<Record<string, string>>;
  parts: Part[];
  expiresAt: number;
}

export function planOf(ticket: UploadTicket, size: number): Plan {
  const expiresAt = new Date(ticket.expires_at).getTime();
  if ('url' in ticket) {
    return { key: ticket.key, uploadId: null, headers: ticket.headers, expiresAt, parts: [{ number: 1, url: ticket.url, from: 0, to: size, etag: null }] };
  }
  const { upload_id: uploadId, part_size: partSize, parts } = ticket.multipart;
  return {
    key: ticket.key,
    uploadId,
    headers: {},
    expiresAt,
    parts: parts.map(({ number, url, etag }) => ({
      number, url: url ?? '', from: (number - 1) * partSize, to: Math.min(size, number * partSize), etag: etag ?? null,
    })),
  };
}

// The bytes that need not be sent again.
export const arrived = (plan: Plan) => plan.parts.reduce((sum, part) => sum + (part.etag === null ? 0 : part.to - part.from), 0);

// What the API is told when all has arrived.
export function mediaOf(plan: Plan) {
  if (plan.uploadId === null) return { key: plan.key };
  return { key: plan.key, multipart: { upload_id: plan.uploadId, parts: plan.parts.map(({ number, etag }) => ({ number, etag: etag ?? '' })) } };
}

// Sends what has not arrived yet. Throws ApiError, or AbortError when `signal` says so.
export async function transfer(plan: Plan, file: Blob, signal: AbortSignal, progress: (sent: number) => void): Promise<void> {
  for (const part of plan.parts) {
    if (part.etag !== null) continue;
    const before = arrived(plan);
    part.etag = await put(part, plan.headers, file.slice(part.from, part.to), signal, (sent) => progress(before + sent));
    progress(arrived(plan));
  }
}

// XMLHttpRequest, since fetch does not tell how much of a body has gone.
function put(part: Part, headers: Readonly<Record<string, string>>, body: Blob, signal: AbortSignal, progress: (sent: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('PUT', part.url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(request.getResponseHeader('ETag') ?? '');
      } else {
        const answer = new Response(request.responseText || null, { status: request.status >= 400 ? request.status : 500 });
        problemOf(answer).then(reject, reject);
      }
    };
    request.onerror = () => reject(new ApiError(0, 'offline', 'The connection was lost.'));
    request.onabort = () => reject(new DOMException('Aborted', 'AbortError'));
    request.onloadend = () => signal.removeEventListener('abort', abort);
    if (signal.aborted) return reject(new DOMException('Aborted', 'AbortError'));
    signal.addEventListener('abort', abort);
    request.send(body);
  });
}
