import { Languages } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Callout } from '../../design/Callout';
import { ConnectModel } from '../model/ConnectModel';

/** Says plainly what the built-in model cannot do, and how to get one that can. */
export function EnglishOnlyNotice() {
  const { t } = useTranslation();
  return (
    <Callout tone="warn" icon={<Languages />} title={t('write.englishOnly')}>
      <p>{t('write.englishOnlyMore')}</p>
      <ConnectModel />
    </Callout>
  );
}
