import { Toast } from '@base-ui/react/toast';
import { CircleCheck, CircleX, TriangleAlert, X } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';

import type { Notice, NoticeBoard } from './NoticeBoard';
import styles from './Toasts.module.css';

const ICONS = { success: CircleCheck, warning: TriangleAlert, failure: CircleX } as const;

/** Milliseconds that a notice stays; a failure takes longer to read. */
const STAYS = { success: 4000, warning: 6000, failure: 10_000 } as const;
/** One that offers something to do stays long enough to think about it. */
const STAYS_WITH_ACTION = 10_000;

/** Shows the notices of a board. */
export function Toasts({ board }: { board: NoticeBoard }) {
  const { t } = useTranslation();
  return (
    <Toast.Provider limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={t('app.notices')}>
          <ToastList board={board} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList({ board }: { board: NoticeBoard }) {
  const { t } = useTranslation();
  const { toasts, add, close } = Toast.useToastManager<Notice>();

  useEffect(
    () =>
      board.read((notice) => {
        add({
          title: notice.title,
          description: notice.description,
          data: notice,
          timeout: notice.action === undefined ? STAYS[notice.kind] : STAYS_WITH_ACTION,
          ...(notice.action !== undefined && {
            actionProps: { children: notice.action.label, onClick: notice.action.run },
          }),
        });
      }),
    [board, add],
  );

  return toasts.map((toast) => {
    const kind = toast.data?.kind ?? 'success';
    const Icon = ICONS[kind];
    return (
      <Toast.Root key={toast.id} toast={toast} className={`${styles.toast} ${styles[kind]}`}>
        <Toast.Content className={styles.content}>
          <Icon className={styles.icon} aria-hidden="true" />
          <div className={styles.words}>
            <Toast.Title className={styles.title} render={<p />} />
            <Toast.Description className={styles.description} />
          </div>
          <Toast.Action
            className={styles.action}
            onClick={() => {
              close(toast.id);
            }}
          />
          {/* All notices are shown in full, none behind another: the button is never out of reach. */}
          <Toast.Close className={styles.close} aria-label={t('app.dismiss')} aria-hidden={false}>
            <X aria-hidden="true" />
          </Toast.Close>
        </Toast.Content>
      </Toast.Root>
    );
  });
}
