// What pages have loaded, for whoever comes back to them: they are as high as they were at once, and their place is found again.

import { router } from './router.svelte';

const most = 30;
const long = 600_000; // milliseconds

let values = new Map<string, { value: unknown; at: number }>();

// What `ask` answers; on the way back, what it has answered before.
export async function kept<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const found = router.returning ? values.get(key) : undefined;
  if (found && Date.now() - found.at < long) return found.value as T;
  const value = await ask();
  keep(key, value);
  return value;
}

export function keep(key: string, value: unknown): void {
  values.delete(key);
  values.set(key, { value, at: Date.now() });
  if (values.size > most) values.delete(values.keys().next().value!);
}

// When something was changed, or whoever was logged in is not any more.
export function forget(): void {
  values = new Map();
}
