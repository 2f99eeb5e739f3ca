// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the pages and all their parts, in one version as they were built together: a page never meets parts of another
 * version. It answers for nothing but them; what is asked of the node goes to the node.
 */
declare const KEPT: readonly string[];
declare const VERSION: string;
declare const self: ServiceWorkerGlobalScope;
export {};

const PAGES: readonly string[] = ['/', '/show', '/scan', '/driver', '/sales', '/waybill', '/apply', '/interfaces'];
const NAME = `dianyun-pages-${VERSION}`;

/** Past the browser's own cache: a page must be the one that names these parts. */
async function fetchAll(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll([...PAGES, ...KEPT].map((path) => new Request(path, { cache: 'reload' })));
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith('dianyun-pages-') && name !== NAME);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** What is kept of a path; the network where the browser has thrown it away. */
async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(NAME);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener('install', (event) => {
  event.waitUntil(fetchAll().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const isOurs = origin === self.location.origin && request.method === 'GET';
  const isPage = request.mode === 'navigate' && PAGES.includes(pathname);
  if (isOurs && (isPage || KEPT.includes(pathname))) event.respondWith(answer(request, pathname));
});
