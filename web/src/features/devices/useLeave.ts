import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { leaveDevice } from '../../api/devices';
import { useNotify } from '../../design/toast/useNotify';
import { useReportFailure } from '../problems/useReportFailure';
import { forgetWriting } from '../write/kept';
import { useForget } from './useForget';

/** Leaves the device: first on the server, then everything of it that is kept in this browser. */
export function useLeave() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const notify = useNotify();
  const reportFailure = useReportFailure();
  const forget = useForget();
  return useMutation({
    mutationFn: leaveDevice,
    onSuccess: async () => {
      forgetWriting();
      await forget();
      await navigate('/', { replace: true });
      notify.success(t('devices.left'));
    },
    onError: (error) => {
      reportFailure(error, t('devices.leaveFailed'));
    },
  });
}
