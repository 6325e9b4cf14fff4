import { useMutation } from '@tanstack/react-query';
import { MonitorSmartphone, TriangleAlert, Unlink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useLocation, useNavigate } from 'react-router';

import { joinLibrary } from '../../api/devices';
import { ApiError } from '../../api/problem';
import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { Button } from '../../design/Button';
import { Callout } from '../../design/Callout';
import { useNotify } from '../../design/toast/useNotify';
import { useReportFailure } from '../problems/useReportFailure';
import { BackLink } from '../reading/BackLink';
import { codeIn } from './joinAddress';
import { useForget } from './useForget';
import styles from './Devices.module.css';

/** Where a link from another device leads: nothing changes before the reader has agreed. */
export function Component() {
  const code = codeIn(useLocation().hash);
  // Another link pasted into the address bar changes the fragment only: it is another question.
  return <Join key={code} code={code} />;
}

function Join({ code }: { code: string }) {
  const { t } = useTranslation();
  useDocumentTitle(t('join.title'));
  const join = useJoin(code);
  const navigate = useNavigate();
  const isInvalid = code === '' || isInvalidLink(join.error);
  return (
    <div className={styles.page}>
      <BackLink />
      <header className={styles.header}>
        <h1 className={styles.title}>{t('join.title')}</h1>
        <p className={styles.lead}>{t('join.lead')}</p>
      </header>
      {isInvalid ? (
        <Callout tone="bad" icon={<Unlink />} title={t('join.invalid')} announce>
          <p>{t('join.invalidHint')}</p>
        </Callout>
      ) : (
        <>
          <Callout tone="warn" icon={<TriangleAlert />}>
            <p>{t('join.warning')}</p>
          </Callout>
          <div className={styles.actions}>
            <Button
              look="main"
              busy={join.isPending}
              onClick={() => {
                join.mutate();
              }}
            >
              <MonitorSmartphone aria-hidden="true" />
              {t('join.confirm')}
            </Button>
            <Button onClick={() => void navigate('/', { replace: true })}>
              {t('join.notNow')}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function useJoin(code: string) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const notify = useNotify();
  const reportFailure = useReportFailure();
  const forget = useForget();
  return useMutation({
    mutationFn: () => joinLibrary(code),
    onSuccess: async () => {
      await forget();
      await navigate('/', { replace: true });
      notify.success(t('join.joined'));
    },
    onError: (error) => {
      if (!isInvalidLink(error)) reportFailure(error, t('join.failed'));
    },
  });
}

/** The server does not know the code; what may pass by itself can be tried again with it. */
function isInvalidLink(error: unknown): boolean {
  return error instanceof ApiError && ['not_found', 'invalid'].includes(error.kind);
}
