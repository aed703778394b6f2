import { tick } from 'svelte';

// Whoever has sent a form that is not acceptable goes on at the first field that is the reason.
export async function focusInvalid(form: HTMLFormElement | null): Promise<void> {
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
}
