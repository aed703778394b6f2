import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { session } from './lib/api/session.svelte';
import { router } from './lib/router.svelte';
import { theme } from './lib/theme.svelte';

theme.apply();
router.start();
void session.ready();
// In a task of its own: two short waits at the start, not one long one.
setTimeout(() => mount(App, { target: document.getElementById('app')! }));

// Opens the app without a connection. Only secure origins and localhost have it, and nothing depends on it.
if (import.meta.env.PROD) addEventListener('load', () => void navigator.serviceWorker?.register('/sw.js').catch(() => undefined));
