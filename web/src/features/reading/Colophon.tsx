import { useTranslation } from 'react-i18next';

import { useSettings } from '../../api/settings';
import type { Settings, Story } from '../../api/types';
import { useFormats } from '../../i18n/formats';
import { TraceId } from '../problems/TraceId';
import { textLength } from '../../text/textLength';
import { unitOf } from './useProgressWords';
import styles from './Colophon.module.css';

interface ColophonProps {
  /** The story with the parts before it. */
  parts: readonly Story[];
  story: Story;
  language: string;
}

/** Who wrote a story, how long it is and took, and what an operator would ask for. */
export function Colophon({ parts, story, language }: ColophonProps) {
  const { t } = useTranslation();
  const { date, duration, money, number } = useFormats();
  const { data: settings } = useSettings();
  const { model, timings, usage } = story;
  const cost = settings === undefined ? null : costOf(story, settings);
  const seconds = secondsBetween(timings.started_at, timings.finished_at);
  const length = parts.reduce((sum, part) => sum + textLength(part.text, language), 0);
  const facts = [
    model !== null &&
      length > 0 &&
      t(story.model_builtin ? 'reading.writtenByBuiltin' : 'reading.writtenBy', { model }),
    length > 0 && t(unitOf(language), { count: length }),
    seconds !== null && length > 0 && t('reading.writtenIn', { duration: duration(seconds) }),
  ].filter((fact) => fact !== false);
  return (
    <div className={styles.colophon}>
      {facts.length > 0 && <p>{facts.join(' · ')}</p>}
      <details className={styles.details}>
        <summary>{t('reading.details')}</summary>
        <dl className={styles.list}>
          {timings.finished_at !== null && (
            <Fact name={t(`reading.status.${story.status}`)}>{date(timings.finished_at)}</Fact>
          )}
          {usage !== null && (
            <Fact name={t('reading.tokens')}>
              {t('reading.tokensValue', {
                prompt: number(usage.prompt_tokens),
                written: number(usage.completion_tokens),
              })}
            </Fact>
          )}
          {cost !== null && settings !== undefined && (
            <Fact name={t('reading.cost')}>
              {t('reading.costValue', { cost: money(cost, settings.currency) })}
            </Fact>
          )}
          <Fact name={t('reading.attempt')}>{number(story.attempt)}</Fact>
          <Fact name={t('app.traceId')}>
            <TraceId traceId={story.trace_id} />
          </Fact>
        </dl>
      </details>
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** By the prices set now; null without a price for the model. Settings kept by an older app have no prices. */
function costOf({ model, usage }: Story, { prices }: Partial<Settings>): number | null {
  const price = model === null ? undefined : prices?.[model];
  if (price === undefined || usage === null) return null;
  return (
    (price.prompt * usage.prompt_tokens + price.completion * usage.completion_tokens) / 1_000_000
  );
}

function secondsBetween(start: string | null, end: string | null): number | null {
  return start === null || end === null ? null : (Date.parse(end) - Date.parse(start)) / 1000;
}
