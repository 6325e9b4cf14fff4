import { Languages } from 'lucide-react';
import { Trans, useTranslation } from 'react-i18next';

import { Callout } from '../../design/Callout';
import styles from './EnglishOnlyNotice.module.css';

const FILE = { file: <code /> };

/** Says plainly what the built-in model cannot do, and how to get one that can. */
export function EnglishOnlyNotice() {
  const { t } = useTranslation();
  return (
    <Callout tone="warn" icon={<Languages />} title={t('write.englishOnly')}>
      <p>{t('write.englishOnlyMore')}</p>
      <details className={styles.how}>
        <summary>{t('write.connect')}</summary>
        <ol className={styles.steps}>
          <li>
            <Trans i18nKey="write.connectFile" components={FILE} />
          </li>
          <li>
            <Trans i18nKey="write.connectValues" components={FILE} />
          </li>
          <li>
            <Trans i18nKey="write.connectRestart" components={FILE} />
          </li>
        </ol>
      </details>
    </Callout>
  );
}
