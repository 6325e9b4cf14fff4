import { BookOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

import { useFormats } from '../../i18n/formats';
import { samplesFor } from './samples';
import styles from './SampleShelf.module.css';

/** Something to read for somebody who has no story yet. */
export function SampleShelf() {
  const { t, i18n } = useTranslation();
  const { languageName } = useFormats();
  return (
    <section aria-labelledby="samples-title" className={styles.shelf}>
      <h3 id="samples-title" className={styles.heading}>
        {t('samples.title')}
      </h3>
      <ul className={styles.list}>
        {samplesFor(i18n.language).map((sample) => (
          <li key={sample.id} className={styles.card}>
            <BookOpen className={styles.icon} aria-hidden="true" />
            <div>
              <Link to={`/samples/${sample.id}`} className={styles.title} lang={sample.language}>
                {sample.title}
              </Link>
              <p className={styles.summary} lang={sample.language}>
                {sample.summary}
              </p>
              <p className={styles.meta}>
                {t('samples.label')} · {languageName(sample.language)}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
