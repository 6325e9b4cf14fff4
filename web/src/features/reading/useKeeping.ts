import { useTranslation } from 'react-i18next';

import type { Prompt, Story } from '../../api/types';
import { download } from '../../browser/download';
import { useCopy } from '../../browser/useCopy';
import { useFormats } from '../../i18n/formats';
import { asMarkdown, asPlainText, bodyOf, fileName, type Book } from '../../text/storyFile';
import { titleOf } from '../../text/titleOf';
import { useOptionWords } from '../write/useOptionWords';

/** Ways to take along what is written of a story. */
export function useKeeping(prompt: Prompt, parts: readonly Story[]) {
  const { t } = useTranslation();
  const { date } = useFormats();
  const copy = useCopy();
  const optionWords = useOptionWords();
  const title = titleOf(prompt.content);
  const model = parts.at(-1)?.model ?? null;
  const book: Book = {
    title,
    facts: [
      ...optionWords(prompt.options),
      date(prompt.created_at),
      model !== null && t('reading.writtenBy', { model }),
    ]
      .filter((fact) => fact !== false)
      .join(' · '),
    partTitle: (number) => t('reading.part', { number }),
    parts: parts.map(({ text }) => text).filter((text) => text !== ''),
  };
  const body = bodyOf(book.parts, book.partTitle);
  return {
    copy: () => {
      void copy(body);
    },
    share:
      'share' in navigator
        ? () => {
            // Closing the share sheet is no failure.
            void navigator.share({ title, text: `${title}\n\n${body}` }).catch(() => undefined);
          }
        : null,
    print: () => {
      window.print();
    },
    plainText: () => {
      download(fileName(title, 'txt'), asPlainText(book), 'text/plain');
    },
    markdown: () => {
      download(fileName(title, 'md'), asMarkdown(book), 'text/markdown');
    },
  };
}
