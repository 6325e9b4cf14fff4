import { api, bodyOf } from './client';
import type { LibraryLink } from './types';

/** A secret that opens this library on another device, for a while. */
export function createLibraryLink(): Promise<LibraryLink> {
  return bodyOf(api.POST('/api/v1/library/links'));
}

/** Shows on this device the library of a link; 404 when the link is not valid any more. */
export async function joinLibrary(code: string): Promise<void> {
  await bodyOf(api.POST('/api/v1/library/join', { body: { code } }));
}

/** Nobody can open the library with this browser's cookie any more, nor with a copy of it. */
export async function leaveDevice(): Promise<void> {
  await bodyOf(api.DELETE('/api/v1/device'));
}
