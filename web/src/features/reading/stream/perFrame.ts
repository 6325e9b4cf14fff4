/** Longest wait when the page is hidden, where no frames are painted. */
const HIDDEN_DELAY = 250;

/** Collects items and hands them over once a frame, so that a fast stream costs one paint each. */
export function perFrame<Item>(deliver: (items: Item[]) => void) {
  let waiting: Item[] = [];
  let cancel: (() => void) | null = null;

  function flush() {
    cancel?.();
    cancel = null;
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    deliver(items);
  }

  return {
    add(item: Item) {
      waiting.push(item);
      cancel ??= nextFrame(flush);
    },
    flush,
    /** Forgets what has not been handed over. */
    drop() {
      cancel?.();
      cancel = null;
      waiting = [];
    },
  };
}

function nextFrame(run: () => void): () => void {
  if (document.visibilityState === 'hidden') {
    const timer = setTimeout(run, HIDDEN_DELAY);
    return () => {
      clearTimeout(timer);
    };
  }
  const frame = requestAnimationFrame(run);
  return () => {
    cancelAnimationFrame(frame);
  };
}
