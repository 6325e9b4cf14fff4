import { useEffect, useRef } from 'react';

interface SpokenStoryProps {
  text: string;
  language: string;
  writing: boolean;
}

/** Tells those who listen what is being written: whole sentences, not letters. */
export function SpokenStory({ text, language, writing }: SpokenStoryProps) {
  const region = useRef<HTMLDivElement>(null);
  // What was there when the page opened can be read like any text: only news are announced.
  const spoken = useRef(text.length);

  useEffect(() => {
    if (text.length < spoken.current) spoken.current = 0;
    const sentences = wholeSentences(text.slice(spoken.current), language, writing);
    if (sentences === '' || region.current === null) return;
    spoken.current += sentences.length;
    region.current.textContent = sentences;
  }, [text, language, writing]);

  return <div ref={region} className="visually-hidden" aria-live="polite" lang={language} />;
}

/** The sentences at the beginning of a text that are complete, as one string. */
function wholeSentences(text: string, language: string, writing: boolean): string {
  if (!writing) return text;
  const segments = new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text);
  const last = [...segments].at(-1);
  return text.slice(0, last?.index ?? 0);
}
