// The time, for what is shown of it: whoever reads it in an effect or a template does so again while it goes by.

import { createSubscriber } from 'svelte/reactivity';

const often = 20_000; // milliseconds

const passing = createSubscriber((update) => {
  const timer = setInterval(update, often);
  return () => clearInterval(timer);
});

export function now(): number {
  passing();
  return Date.now();
}
