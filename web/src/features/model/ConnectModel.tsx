import { Trans, useTranslation } from 'react-i18next';

import styles from './ConnectModel.module.css';

const FILE = { file: <code /> };

/** How whoever runs the server gives it another language model. */
export function ConnectModel() {
  const { t } = useTranslation();
  return (
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
  );
}
