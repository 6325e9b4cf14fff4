import styles from './EndMark.module.css';

/** The words that close a story, in the story's own language. */
export function EndMark({ language }: { language: string }) {
  return (
    <p className={styles.end} lang={language}>
      {language.startsWith('ja') ? 'おしまい' : 'The end'}
    </p>
  );
}
