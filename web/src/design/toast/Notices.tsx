import { lazy, Suspense, useState, type ReactNode } from 'react';

import { afterPaint } from '../../browser/afterPaint';
import { createNoticeBoard, NoticeBoardContext } from './NoticeBoard';

// Loaded right after the first paint rather than with the first notice: the most important one is
// that the server is away, and then nothing can be loaded any more.
const Toasts = lazy(async () => {
  await afterPaint();
  return { default: (await import('./Toasts')).Toasts };
});

/** Makes `useNotify` work in its children, and shows what they say. */
export function Notices({ children }: { children: ReactNode }) {
  const [board] = useState(createNoticeBoard);
  return (
    <NoticeBoardContext value={board}>
      {children}
      <Suspense>
        <Toasts board={board} />
      </Suspense>
    </NoticeBoardContext>
  );
}
