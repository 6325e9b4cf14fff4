import { useEffect } from 'react';

/** Names the browser's tab while the calling component is shown. */
export function useDocumentTitle(title?: string): void {
  useEffect(() => {
    document.title = title === undefined ? 'Storybot' : `${title} – Storybot`;
  }, [title]);
}
