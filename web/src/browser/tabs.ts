import { removeStored, writeStored } from './storage';

/** Browsers tell of what is stored in all windows but the one that stored it. */
const SIGNAL = 'storybot.reload';

/** Reloads the app's other windows in this browser. */
export function reloadOtherTabs(): void {
  writeStored(SIGNAL, 'now');
  removeStored(SIGNAL);
}

/** Reloads this window when another one asks for it, until the returned function is called. */
export function reloadWhenAsked(reload = reloadThis): () => void {
  const listen = ({ key, newValue }: StorageEvent) => {
    if (key === SIGNAL && newValue !== null) reload();
  };
  window.addEventListener('storage', listen);
  return () => {
    window.removeEventListener('storage', listen);
  };
}

function reloadThis(): void {
  window.location.reload();
}
