import { CircleX, Pencil, RotateCcw } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import type { Failure, Prompt } from '../../api/types';
import { Button } from '../../design/Button';
import { Callout } from '../../design/Callout';
import { TraceDetails } from '../problems/TraceDetails';
import { draftOf, storeDraft } from '../write/draft';
import styles from './FailureNotice.module.css';

// Few stories fail, and fewer for such a reason.
const ConnectModel = lazy(async () => ({
  default: (await import('../model/ConnectModel')).ConnectModel,
}));

type Code = Failure['code'];

/** Failures after which another idea, or a shorter one, may do. */
const MEND_THE_IDEA: readonly Code[] = ['llm_refused', 'prompt_too_long', 'time_limit'];
/** Failures that whoever runs the server can mend. */
const MEND_THE_MODEL: readonly Code[] = [
  'llm_bad_key',
  'llm_unknown_model',
  'llm_bad_request',
  'llm_bad_answer',
  'llm_unavailable',
];

interface FailureNoticeProps {
  prompt: Prompt;
  failure: Failure | null;
  traceId: string;
  /** Some of the story was written before it failed. */
  hasText: boolean;
  retrying: boolean;
  onRetry: () => void;
}

/** Why a story could not be finished, in plain words, and what helps. */
export function FailureNotice(props: FailureNoticeProps) {
  const { prompt, failure, traceId, hasText, retrying, onRetry } = props;
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const code = failure?.code ?? 'internal';
  const known = `failure.${code}`;
  return (
    <Callout tone="bad" icon={<CircleX />} title={t('failure.title')}>
      <p>{i18n.exists(known) ? t(known as 'failure.internal') : failure?.message}</p>
      {hasText && <p>{t('reading.unfinished')}</p>}
      <div className={styles.help}>
        {MEND_THE_IDEA.includes(code) && (
          <Button
            look="main"
            onClick={() => {
              storeDraft(draftOf(prompt));
              void navigate('/');
            }}
          >
            <Pencil aria-hidden="true" />
            {t('failure.editIdea')}
          </Button>
        )}
        <Button
          look={MEND_THE_IDEA.includes(code) ? 'plain' : 'main'}
          busy={retrying}
          onClick={onRetry}
        >
          <RotateCcw aria-hidden="true" />
          {t('reading.retry')}
        </Button>
      </div>
      {MEND_THE_MODEL.includes(code) && (
        <Suspense>
          <ConnectModel />
        </Suspense>
      )}
      <TraceDetails traceId={traceId} />
    </Callout>
  );
}
