import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { useSettled } from './useSettled';

function pass(milliseconds: number) {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

describe('a value that settles', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('follows once the changes pause', () => {
    const { result, rerender } = renderHook(({ typed }) => useSettled(typed, 300), {
      initialProps: { typed: '' },
    });
    for (const typed of ['w', 'wo', 'wol']) {
      rerender({ typed });
      pass(299);
      expect(result.current).toBe('');
    }
    pass(1);
    expect(result.current).toBe('wol');
  });
});
