import type { StoryOptions } from '../../api/types';
import type { Draft } from './draft';
import { useOptionWords } from './useOptionWords';
import styles from './OptionSummary.module.css';

/** The wishes for a story in one line, such as "For Yuki, 6 · Bedtime · Calm". */
export function OptionSummary({ options }: { options: StoryOptions | Draft }) {
  const words = useOptionWords();
  return <span className={styles.summary}>{words(options).join(' · ')}</span>;
}
