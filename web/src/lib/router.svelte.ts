// Which page the address names. Links are ordinary <a href>; plain clicks on them stay inside the app.

import { isNumber, isRecord } from './storage';

export type Page =
  | { name: 'home' }
  | { name: 'search' }
  | { name: 'content'; id: string }
  | { name: 'creator'; id: string }
  | { name: 'studio' }
  | { name: 'account' }
  | { name: 'login' }
  | { name: 'register' }
  | { name: 'unknown' };

export function pageOf(pathname: string): Page {
  const [first = '', second = '', ...rest] = pathname.split('/').filter(Boolean).map(decoded);
  if (rest.length) return { name: 'unknown' };
  if (!first) return { name: 'home' };
  if (second) {
    if (first === 'c') return { name: 'content', id: second };
    if (first === 'u') return { name: 'creator', id: second };
    return { name: 'unknown' };
  }
  switch (first) {
    case 'search':
    case 'studio':
    case 'account':
    case 'login':
    case 'register':
      return { name: first };
    default:
      return { name: 'unknown' };
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

class Router {
  path = $state('/');
  search = $state('');
  page = $derived(pageOf(this.path));
  parameters = $derived(new URLSearchParams(this.search));
  private finding: AbortController | null = null;
  returning = false; // to a page where somebody was before: by the browser's own “back” or “forward”

  start(): void {
    this.read();
    history.scrollRestoration = 'manual';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const note = () => history.replaceState({ scroll: scrollY }, '');
    addEventListener('scroll', () => (clearTimeout(timer), (timer = setTimeout(note, 150))), { passive: true });
    addEventListener('popstate', (event) => {
      clearTimeout(timer);
      this.returning = true;
      this.read();
      this.find(event.state);
    });
    this.find(history.state); // the page is loaded anew
    document.addEventListener('click', (event) => this.follow(event));
  }

  go(to: string, { replace = false, keepScroll = false } = {}): void {
    this.finding?.abort();
    history.replaceState({ scroll: scrollY }, '');
    this.returning = false;
    history[replace ? 'replaceState' : 'pushState']({ scroll: 0 }, '', to);
    this.read();
    if (!keepScroll) scrollTo(0, 0);
  }

  // The place where a page was left, as soon as the page is high enough for it; unless somebody scrolls first.
  private find(state: unknown): void {
    this.finding?.abort();
    const top = isRecord(state) && isNumber(state['scroll']) ? state['scroll'] : 0;
    const { signal } = (this.finding = new AbortController());
    const observer = new ResizeObserver(() => {
      if (document.documentElement.scrollHeight - innerHeight < top) return;
      scrollTo(0, top);
      this.finding?.abort();
    });
    observer.observe(document.body);
    signal.addEventListener('abort', () => observer.disconnect());
    for (const event of ['wheel', 'touchmove', 'keydown', 'pointerdown']) addEventListener(event, () => this.finding?.abort(), { signal, passive: true });
  }

  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest('a');
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/docs') || link.hash) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }

  private read(): void {
    this.path = location.pathname;
    this.search = location.search;
  }
}

export const router = new Router();
