import { useState } from 'react';

import { storedDraft, storeDraft, type Draft } from './draft';

/** The draft in the form; every change is kept over a reload. */
export function useDraft() {
  const [draft, setDraft] = useState(storedDraft);
  function change(changes: Partial<Draft>) {
    setDraft((before) => {
      const after = { ...before, ...changes };
      storeDraft(after);
      return after;
    });
  }
  return [draft, change] as const;
}
