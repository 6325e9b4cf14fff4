import { Form } from '@base-ui/react/form';
import { Feather } from 'lucide-react';
import { lazy, Suspense, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';

import { ApiError } from '../../api/problem';
import { useSettings } from '../../api/settings';
import { Button } from '../../design/Button';
import { useNotify } from '../../design/toast/useNotify';
import { useReportFailure } from '../problems/useReportFailure';
import { ContentField } from './ContentField';
import { mistakesIn, promptOf } from './draft';
import { Ideas } from './Ideas';
import { OptionFields } from './OptionFields';
import { storyLanguages } from './storyLanguages';
import { useDraft } from './useDraft';
import { useSubmit } from './useSubmit';
import styles from './WriteForm.module.css';

// Few need it: those who ask the built-in model for a language that it does not have.
const EnglishOnlyNotice = lazy(async () => ({
  default: (await import('./EnglishOnlyNotice')).EnglishOnlyNotice,
}));

/** Used until the server has told its own. */
const CONTENT_LIMIT = 4000;

/** Takes an idea and wishes, and opens the story that is written from them. */
export function WriteForm() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const notify = useNotify();
  const reportFailure = useReportFailure();
  const { data: settings } = useSettings();
  const [draft, change] = useDraft();
  const [errors, setErrors] = useState<Record<string, string>>({});
  const content = useRef<HTMLTextAreaElement>(null);
  const submit = useSubmit();
  // Known at once, while the button is told with the next render only: a newcomer's second request
  // would come without a cookie, from somebody else as it were, whom no idempotency key knows.
  const sending = useRef(false);

  const limit = settings?.limits.content_max_length ?? CONTENT_LIMIT;
  const languages = storyLanguages(settings, i18n.language, draft.language);
  const complete = { ...draft, language: languages.chosen };

  function send() {
    if (sending.current) return;
    const mistakes = Object.entries(mistakesIn(complete, limit)).map(([field, mistake]) => [
      field,
      t(`write.${mistake ?? 'empty'}`, { limit }),
    ]);
    setErrors(Object.fromEntries(mistakes) as Record<string, string>);
    const first = mistakes[0]?.[1];
    if (first !== undefined) {
      notify.warning(first);
      if (mistakes[0]?.[0] === 'content') content.current?.focus();
      return;
    }
    sending.current = true;
    submit.mutate(promptOf(complete), {
      onSuccess: (prompt) => {
        change({ content: '' });
        notify.success(t('write.created'));
        void navigate(`/prompts/${prompt.id}`);
      },
      onError: (error) => {
        if (error instanceof ApiError) setErrors(fieldsOf(error));
        reportFailure(error);
      },
      onSettled: () => {
        sending.current = false;
      },
    });
  }

  function sendOnShortcut(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    }
  }

  return (
    <Form className={styles.form} errors={errors} onFormSubmit={send} noValidate>
      <ContentField
        ref={content}
        value={draft.content}
        limit={limit}
        onChange={(value) => {
          change({ content: value });
          setErrors({});
        }}
        onKeyDown={sendOnShortcut}
      />
      {draft.content === '' && (
        <Ideas
          onChoose={(idea) => {
            change({ content: idea });
            setErrors({});
            content.current?.focus();
          }}
        />
      )}
      <OptionFields
        draft={complete}
        languages={languages.offered}
        nameLimit={settings?.limits.name_max_length ?? null}
        onChange={change}
      />
      {settings?.model_builtin === true && languages.chosen.split('-')[0] !== 'en' && (
        <Suspense>
          <EnglishOnlyNotice />
        </Suspense>
      )}
      <div className={styles.actions}>
        <Button look="main" type="submit" busy={submit.isPending}>
          <Feather aria-hidden="true" />
          {submit.isPending ? t('write.submitting') : t('write.submit')}
        </Button>
        <p className={styles.shortcut}>{t('write.shortcut')}</p>
      </div>
    </Form>
  );
}

/** The server names fields as `options.age`, the form as `age`. */
function fieldsOf(error: ApiError): Record<string, string> {
  return Object.fromEntries(
    Object.entries(error.fields).map(([path, message]) => [
      path.split('.').at(-1) ?? path,
      message,
    ]),
  );
}
