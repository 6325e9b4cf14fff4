import { Field } from '@base-ui/react/field';
import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';

import styles from './Field.module.css';

interface SelectProps<Value extends string> {
  label: ReactNode;
  value: Value | '';
  /** Value and what the reader sees, in order. */
  choices: readonly (readonly [value: Value, label: string])[];
  /** What choosing nothing is called; left out, one of the choices has to be taken. */
  none?: string;
  onChange: (value: Value | '') => void;
}

/** A labelled choice: the browser's own select, which phones and screen readers know best. */
export function Select<Value extends string>({
  label,
  value,
  choices,
  none,
  onChange,
}: SelectProps<Value>) {
  return (
    <Field.Root className={styles.field}>
      <Field.Label className={styles.label}>{label}</Field.Label>
      <span className={styles.selectBox}>
        <Field.Control
          className={`${styles.control} ${styles.select}`}
          render={
            <select>
              {none !== undefined && <option value="">{none}</option>}
              {choices.map(([choice, text]) => (
                <option key={choice} value={choice}>
                  {text}
                </option>
              ))}
            </select>
          }
          value={value}
          onValueChange={(next) => {
            onChange(next as Value | '');
          }}
        />
        <ChevronDown className={styles.chevron} aria-hidden="true" />
      </span>
    </Field.Root>
  );
}
