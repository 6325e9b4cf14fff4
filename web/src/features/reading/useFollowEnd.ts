import { useCallback, useEffect, useLayoutEffect, useState } from 'react';

/** Pixels from the end of the page within which a reader counts as being at the end. */
const NEAR = 96;

/**
 * Keeps the end of a growing page in sight, until the reader scrolls up; following goes on when
 * the reader comes back to the end.
 *
 * @param growing whether text is arriving
 * @param length anything that changes when the page grows
 * @param fromStart whether to follow before the reader has done anything
 */
export function useFollowEnd(growing: boolean, length: number, fromStart: boolean) {
  const [following, setFollowing] = useState(fromStart);

  useEffect(() => {
    if (!growing) return undefined;
    let last = window.scrollY;
    function onScroll() {
      const { scrollY, innerHeight } = window;
      if (scrollY < last - 1) setFollowing(false);
      else if (scrollY + innerHeight >= document.documentElement.scrollHeight - NEAR) {
        setFollowing(true);
      }
      last = scrollY;
    }
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      window.removeEventListener('scroll', onScroll);
    };
  }, [growing]);

  useLayoutEffect(() => {
    if (growing && following) scrollToEnd();
  }, [growing, following, length]);

  const follow = useCallback(() => {
    setFollowing(true);
    scrollToEnd();
  }, []);

  return { following, follow };
}

function scrollToEnd() {
  window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' });
}
