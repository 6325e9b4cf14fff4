import type { ReactNode } from 'react';

import styles from './IconSelect.module.css';

interface IconSelectProps<Value extends string> {
  label: string;
  icon: ReactNode;
  /** Show the chosen value beside the icon. */
  withText?: boolean;
  value: Value;
  choices: readonly { value: Value; text: string; lang?: string }[];
  onChange: (value: Value) => void;
}

/** A small choice in the header: an icon with the browser's own select laid over it. */
export function IconSelect<Value extends string>(props: IconSelectProps<Value>) {
  const { label, icon, withText = false, value, choices, onChange } = props;
  const chosen = choices.find((choice) => choice.value === value);
  return (
    <span className={styles.box}>
      {icon}
      {withText && (
        <span className={styles.text} aria-hidden="true" lang={chosen?.lang}>
          {chosen?.text}
        </span>
      )}
      <select
        className={styles.select}
        aria-label={label}
        title={label}
        value={value}
        onChange={(event) => {
          const next = choices.find((choice) => choice.value === event.target.value);
          if (next !== undefined) onChange(next.value);
        }}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={choice.value} lang={choice.lang}>
            {choice.text}
          </option>
        ))}
      </select>
    </span>
  );
}
