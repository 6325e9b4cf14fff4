/**
 * The address that opens a library on another device. The code is behind the #, so that no server,
 * proxy or log on the way sees it.
 */
export function joinAddress(code: string): string {
  return `${window.location.origin}/join#${code}`;
}

/** The code in the fragment of such an address; '' when there is none. */
export function codeIn(hash: string): string {
  return hash.replace(/^#/, '');
}

/** Whether a host's name means, on every device, that device itself. */
export function isOfThisMachineOnly(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
