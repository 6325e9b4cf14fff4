import type { Story } from '../../api/types';
import { languageOf } from '../../text/languageOf';
import { PartTitle } from './PartTitle';
import { StoryText } from './StoryText';
import styles from './StoryView.module.css';

/** A part before the one that is shown last: only its text. */
export function EarlierPart({ part, asked }: { part: Story; asked: string | null }) {
  const language = languageOf(part.text, asked);
  return (
    <section className={styles.part}>
      <PartTitle part={part.part} />
      <StoryText text={part.text} language={language} opening={part.part === 1} />
    </section>
  );
}
