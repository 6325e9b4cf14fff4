import { Field } from '@base-ui/react/field';
import type { ComponentProps, ReactNode } from 'react';

import styles from './Field.module.css';

interface TextFieldProps extends Omit<ComponentProps<typeof Field.Control>, 'className'> {
  /** The name under which the form reports an error of this field. */
  name: string;
  label: ReactNode;
  hint?: ReactNode;
}

export function TextField({ name, label, hint, ...control }: TextFieldProps) {
  return (
    <Field.Root name={name} className={styles.field}>
      <Field.Label className={styles.label}>{label}</Field.Label>
      <Field.Control className={styles.control} {...control} />
      {hint !== undefined && <Field.Description className={styles.hint}>{hint}</Field.Description>}
      <Field.Error className={styles.error} />
    </Field.Root>
  );
}
