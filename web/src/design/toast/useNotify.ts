import { useContext, useMemo } from 'react';

import { NoticeBoardContext, type Notice } from './NoticeBoard';

/** Says something to the reader at the edge of the screen. */
export function useNotify() {
  const board = useContext(NoticeBoardContext);
  if (board === null) throw new Error('useNotify works inside of <Notices> only');
  return useMemo(() => {
    const notify =
      (kind: Notice['kind']) =>
      (title: string, description?: string, action?: Notice['action']): void => {
        board.post({
          kind,
          title,
          ...(description !== undefined && { description }),
          ...(action !== undefined && { action }),
        });
      };
    return {
      success: notify('success'),
      warning: notify('warning'),
      failure: notify('failure'),
    };
  }, [board]);
}
