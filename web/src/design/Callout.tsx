import type { ReactNode } from 'react';

import styles from './Callout.module.css';

interface CalloutProps {
  tone: 'warn' | 'bad' | 'calm';
  icon: ReactNode;
  title?: ReactNode;
  children?: ReactNode;
  /** Read it out when it appears. */
  announce?: boolean;
}

/** Something that the reader should know, beside what it is about. */
export function Callout({ tone, icon, title, children, announce = false }: CalloutProps) {
  return (
    <div className={`${styles.callout} ${styles[tone]}`} role={announce ? 'status' : undefined}>
      <span className={styles.icon} aria-hidden="true">
        {icon}
      </span>
      <div className={styles.body}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
    </div>
  );
}
