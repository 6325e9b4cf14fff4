import { useMutation } from '@tanstack/react-query';
import { Link2, LogOut, TriangleAlert } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { createLibraryLink } from '../../api/devices';
import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { Button } from '../../design/Button';
import { Callout } from '../../design/Callout';
import { useReportFailure } from '../problems/useReportFailure';
import { BackLink } from '../reading/BackLink';
import { isOfThisMachineOnly } from './joinAddress';
import { LinkBox } from './LinkBox';
import { useLeave } from './useLeave';
import styles from './Devices.module.css';

const ConfirmDialog = lazy(async () => ({
  default: (await import('../../design/ConfirmDialog')).ConfirmDialog,
}));

/** Takes the library to other devices, or away from this one. */
export function Component() {
  const { t } = useTranslation();
  useDocumentTitle(t('devices.title'));
  return (
    <div className={styles.page}>
      <BackLink />
      <header className={styles.header}>
        <h1 className={styles.title}>{t('devices.title')}</h1>
        <p className={styles.lead}>{t('devices.lead')}</p>
      </header>
      <Share />
      <Leave />
    </div>
  );
}

function Share() {
  const { t } = useTranslation();
  const reportFailure = useReportFailure();
  const link = useMutation({
    mutationFn: createLibraryLink,
    onError: (error) => {
      reportFailure(error, t('devices.makeFailed'));
    },
  });
  return (
    <section className={styles.section} aria-labelledby="devices-share">
      <h2 id="devices-share">{t('devices.share')}</h2>
      <p>{t('devices.shareHint')}</p>
      {isOfThisMachineOnly(window.location.hostname) && (
        <Callout tone="warn" icon={<TriangleAlert />}>
          <p>{t('devices.localOnly')}</p>
        </Callout>
      )}
      {link.data !== undefined && <LinkBox key={link.data.code} link={link.data} />}
      <div>
        <Button
          look={link.data === undefined ? 'main' : 'plain'}
          busy={link.isPending}
          onClick={() => {
            link.mutate();
          }}
        >
          <Link2 aria-hidden="true" />
          {t(link.data === undefined ? 'devices.make' : 'devices.makeAnew')}
        </Button>
      </div>
    </section>
  );
}

function Leave() {
  const { t } = useTranslation();
  const leave = useLeave();
  const [asking, setAsking] = useState(false);
  return (
    <section className={styles.section} aria-labelledby="devices-leave">
      <h2 id="devices-leave">{t('devices.leave')}</h2>
      <p>{t('devices.leaveHint')}</p>
      <div>
        <Button
          busy={leave.isPending}
          onClick={() => {
            setAsking(true);
          }}
        >
          <LogOut aria-hidden="true" />
          {t('devices.leave')}
        </Button>
      </div>
      {asking && (
        <Suspense>
          <ConfirmDialog
            open
            title={t('devices.leaveTitle')}
            confirm={t('devices.leave')}
            onClose={() => {
              setAsking(false);
            }}
            onConfirm={() => {
              leave.mutate();
            }}
          >
            <p>{t('devices.leaveBody')}</p>
            <p>{t('devices.leaveWarning')}</p>
          </ConfirmDialog>
        </Suspense>
      )}
    </section>
  );
}
