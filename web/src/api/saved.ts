/** The cache in which the service worker (src/sw.ts) saves what is read. */
const LIBRARY = 'library';

/** Removes what is saved for reading without the server. */
export async function forgetSaved(): Promise<void> {
  // Pages without TLS have neither caches nor a service worker.
  if ('caches' in globalThis) await caches.delete(LIBRARY);
}
