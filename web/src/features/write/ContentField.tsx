import { Field } from '@base-ui/react/field';
import type { KeyboardEvent, Ref } from 'react';
import { useTranslation } from 'react-i18next';

import { useFormats } from '../../i18n/formats';
import { languageOf } from '../../text/languageOf';
import { codePointLength } from '../../text/codePoints';
import styles from './ContentField.module.css';

interface ContentFieldProps {
  ref: Ref<HTMLTextAreaElement>;
  value: string;
  /** Longest idea in code points. */
  limit: number;
  onChange: (value: string) => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** From this share of the limit on, the count is worth showing. */
const NEARLY_FULL = 0.8;

export function ContentField({ ref, value, limit, onChange, onKeyDown }: ContentFieldProps) {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  const used = codePointLength(value);
  return (
    <Field.Root name="content" className={styles.field}>
      <Field.Label className={styles.label}>{t('write.content')}</Field.Label>
      <Field.Control
        className={styles.page}
        placeholder={t('write.placeholder')}
        lang={value === '' ? i18n.language : languageOf(value, i18n.language)}
        render={<textarea ref={ref} rows={4} />}
        value={value}
        onValueChange={onChange}
        onKeyDown={onKeyDown}
        aria-required
      />
      <div className={styles.below}>
        <Field.Error className={styles.error} />
        {used > limit * NEARLY_FULL && (
          <Field.Description className={used > limit ? styles.over : styles.count}>
            {t('write.count', { used: number(used), limit: number(limit) })}
          </Field.Description>
        )}
      </div>
    </Field.Root>
  );
}
