// A request that did not go well, in words for a person.

import { t } from '../../strings';
import type { Problem } from './types';

export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number, // 0: there was no answer
    readonly code: string,
    detail: string,
    readonly requestId: string = '',
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retryAfter: number | null = null, // seconds
  ) {
    super(detail);
  }

  // What happened, and what to do next.
  get text(): string {
    return t.errors[this.code] ?? (this.message || t.errors['unknown']!);
  }

  // Worth another try, with no change.
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

// The problem document of an answer; an answer without one is told by its status.
export async function problemOf(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  const retryAfter = Number.isFinite(seconds) ? seconds : null;
  const requestId = response.headers.get('X-Request-Id') ?? '';
  try {
    const problem = (await response.json()) as Problem;
    if (typeof problem.code !== 'string') throw new TypeError('no problem document');
    const fields: Record<string, string> = {};
    for (const error of problem.errors ?? []) fields[error.field] = wordsOf(error.code, error.detail);
    return new ApiError(response.status, problem.code, problem.detail, problem.request_id, fields, retryAfter);
  } catch {
    return new ApiError(response.status, response.status >= 500 ? 'service_unavailable' : 'unknown', '', requestId, {}, retryAfter);
  }
}

// The API's own sentence says more (how long, which ones) than the code does.
function wordsOf(code: string, detail: string): string {
  return code === 'required' ? t.fieldErrors['required']! : detail || t.fieldErrors[code] || t.fieldErrors['invalid']!;
}

// Whatever was thrown, for a person.
export function textOf(error: unknown): string {
  return error instanceof ApiError ? error.text : t.errors['unknown']!;
}
