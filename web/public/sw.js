// Keeps the app itself, so that it opens without a connection and can say so. Contents and media are never kept.

const name = 'descant-app';

self.addEventListener('install', (event) => {
  // What goes to the network anyway need not come by here, where the browser knows how to leave it out.
  event.addRoutes?.(['/api/*', '/media/*', '/storage/*'].map((pathname) => ({ condition: { urlPattern: { pathname } }, source: 'network' })));
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (!/^\/(api|docs|media|storage|openapi)\b/.test(url.pathname)) event.respondWith(page(event));
  } else if (url.pathname.startsWith('/assets/')) {
    event.respondWith(asset(request));
  }
});

// The newest page where there is a connection, else the one that was kept.
async function page(event) {
  try {
    const response = await fetch(event.request);
    if (response.ok) event.waitUntil(keep(response.headers.get('ETag')));
    return response;
  } catch (error) {
    const kept = await caches.match('/');
    if (kept) return kept;
    throw error;
  }
}

// Assets have their digests in their names: the same name is the same bytes.
async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    const cache = await caches.open(name);
    await cache.put(request, response.clone());
  }
  return response;
}

// The page and what it needs to start; nothing of a version that is gone. Does nothing for a page that is kept already.
async function keep(etag = null) {
  const cache = await caches.open(name);
  const kept = await cache.match('/');
  if (etag && kept?.headers.get('ETag') === etag) return;
  const fresh = await fetch('/', { cache: 'no-cache', headers: { Accept: 'text/html' } });
  if (!fresh.ok) throw new Error(`the page answered ${fresh.status}`);
  const assets = [...(await fresh.clone().text()).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  await cache.addAll(assets);
  if (kept && kept.headers.get('ETag') !== fresh.headers.get('ETag')) {
    const needed = new Set(assets.map((path) => new URL(path, location.origin).href));
    for (const request of await cache.keys()) if (!needed.has(request.url)) await cache.delete(request);
  }
  await cache.put('/', fresh);
}
