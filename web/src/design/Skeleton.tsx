import styles from './Skeleton.module.css';

interface SkeletonProps {
  /** How many lines of text it stands for. */
  lines: number;
  /** What is being waited for, for those who do not see it. */
  label: string;
}

/** Grey lines in the place of text that is on its way. */
export function Skeleton({ lines, label }: SkeletonProps) {
  return (
    <div className={styles.skeleton} role="status">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className={styles.line} aria-hidden="true" />
      ))}
    </div>
  );
}
