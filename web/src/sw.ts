/// <reference lib="webworker" />
import type { RouteHandlerCallbackOptions, WorkboxPlugin } from 'workbox-core';
import { ExpirationPlugin } from 'workbox-expiration';
import {
  cleanupOutdatedCaches,
  createHandlerBoundToURL,
  precacheAndRoute,
} from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { NetworkFirst } from 'workbox-strategies';

/**
 * The service worker: keeps the app itself and what was read of the library, so that both are
 * there without a network. What the server says comes first, always.
 */
declare const self: ServiceWorkerGlobalScope;

/** As in src/api/saved.ts, which empties it. */
const LIBRARY = 'library';
/** Answers kept, the ones used longest ago going first. */
const KEPT = 400;
/** As in src/api/reachability.ts: tells the page that an answer is an old one. */
const SAVED_HEADER = 'X-Storybot-Saved';

precacheAndRoute(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(
  new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/api\//] }),
);

const network = new NetworkFirst({
  cacheName: LIBRARY,
  matchOptions: { ignoreVary: true },
  plugins: [
    // Its own types leave out that its hooks may be undefined.
    new ExpirationPlugin({ maxEntries: KEPT }) as WorkboxPlugin,
    {
      cachedResponseWillBeUsed: ({ cachedResponse }) =>
        Promise.resolve(cachedResponse ? markedAsSaved(cachedResponse) : cachedResponse),
    },
  ],
});

/** While the server behind the gateway is away, the gateway still answers: then too the saved one. */
async function librarian(options: RouteHandlerCallbackOptions): Promise<Response> {
  const response = await network.handle(options);
  if (response.status < 502) return response;
  const saved = await caches.match(options.request, { cacheName: LIBRARY, ignoreVary: true });
  return saved === undefined ? response : markedAsSaved(saved);
}

registerRoute(
  ({ url, request }) =>
    request.method === 'GET' &&
    url.origin === self.location.origin &&
    /^\/api\/v1\/(settings|prompts(\/[^/]+)?|stories\/[^/]+)$/.test(url.pathname),
  librarian,
);

function markedAsSaved(response: Response): Response {
  const headers = new Headers(response.headers);
  headers.set(SAVED_HEADER, 'yes');
  return new Response(response.body, { status: response.status, headers });
}

// Sent by the page when the reader agrees to the update.
self.addEventListener('message', (event) => {
  if ((event.data as { type?: string } | null)?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { address = '/' } = (event.notification.data ?? {}) as { address?: string };
  event.waitUntil(open(address));
});

/** Shows an address of the app, in a window that is open already if there is one. */
async function open(address: string): Promise<void> {
  const [client] = await self.clients.matchAll({ type: 'window' });
  if (client === undefined) {
    await self.clients.openWindow(address);
    return;
  }
  await client.focus();
  await client.navigate(address);
}
