import { memo } from 'react';

import styles from './StoryText.module.css';

interface StoryTextProps {
  text: string;
  language: string;
  /** More is to come: shows where. */
  writing?: boolean;
  /** The story begins here: not a later part of it. */
  opening?: boolean;
}

/** A story in paragraphs. Only those that change are rendered again while it grows. */
export function StoryText({ text, language, writing = false, opening = false }: StoryTextProps) {
  const paragraphs = paragraphsOf(text);
  return (
    <div
      className={styles.text}
      lang={language}
      data-writing={writing || undefined}
      data-opening={opening || undefined}
      dir="auto"
    >
      {paragraphs.map((paragraph, position) => (
        <Paragraph key={position} text={paragraph} />
      ))}
    </div>
  );
}

const Paragraph = memo(function Paragraph({ text }: { text: string }) {
  return <p>{text}</p>;
});

function paragraphsOf(text: string): string[] {
  return text.split(/\n+/).filter((line) => line.trim() !== '');
}
