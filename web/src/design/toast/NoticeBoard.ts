import { createContext } from 'react';

/** Something to tell the reader. */
export interface Notice {
  kind: 'success' | 'warning' | 'failure';
  title: string;
  description?: string;
  /** Something to do about it, such as taking it back. */
  action?: { label: string; run: () => void };
}

type Reader = (notice: Notice) => void;

/** Holds notices until the toasts, which are not part of the first load, are there to show them. */
export interface NoticeBoard {
  post: (notice: Notice) => void;
  /** Hands over what is waiting and all that comes; returns how to stop. */
  read: (reader: Reader) => () => void;
}

export function createNoticeBoard(): NoticeBoard {
  let waiting: Notice[] = [];
  let reader: Reader | null = null;
  return {
    post(notice) {
      if (reader === null) waiting.push(notice);
      else reader(notice);
    },
    read(newReader) {
      reader = newReader;
      waiting.forEach(newReader);
      waiting = [];
      return () => {
        reader = null;
      };
    },
  };
}

export const NoticeBoardContext = createContext<NoticeBoard | null>(null);
