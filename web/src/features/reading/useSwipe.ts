import { useRef, type TouchEvent } from 'react';

/** Pixels that a finger has to travel sideways, and how much more sideways than up or down. */
const DISTANCE = 70;
const STEEPNESS = 2;

interface SwipeActions {
  onNext: () => void;
  onPrevious: () => void;
}

/** Touch handlers for an element that is turned like a page; the keyboard has the links for it. */
export function useSwipe({ onNext, onPrevious }: SwipeActions) {
  const start = useRef<{ x: number; y: number } | null>(null);
  return {
    onTouchStart: ({ touches }: TouchEvent) => {
      const touch = touches.length === 1 ? touches[0] : undefined;
      start.current = touch === undefined ? null : { x: touch.clientX, y: touch.clientY };
    },
    onTouchEnd: ({ changedTouches }: TouchEvent) => {
      const touch = changedTouches[0];
      if (start.current === null || touch === undefined) return;
      const right = touch.clientX - start.current.x;
      const down = Math.abs(touch.clientY - start.current.y);
      start.current = null;
      if (Math.abs(right) < Math.max(DISTANCE, down * STEEPNESS)) return;
      // Somebody who marks words does not turn the page.
      if (window.getSelection()?.isCollapsed === false) return;
      if (right < 0) onNext();
      else onPrevious();
    },
  };
}
