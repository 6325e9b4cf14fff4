import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';

import { useDocumentTitle } from '../../browser/useDocumentTitle';
import { Skeleton } from '../../design/Skeleton';
import { NotFoundPage } from '../../app/NotFoundPage';
import { BackLink } from '../reading/BackLink';
import page from '../reading/ReadingPage.module.css';
import { EndMark } from '../reading/EndMark';
import { StoryText } from '../reading/StoryText';
import { SAMPLES, type Sample } from './samples';

export function Component() {
  const { sampleId } = useParams();
  const sample = SAMPLES.find(({ id }) => id === sampleId);
  return sample === undefined ? <NotFoundPage /> : <SampleStory sample={sample} />;
}

function SampleStory({ sample }: { sample: Sample }) {
  const { t } = useTranslation();
  useDocumentTitle(sample.title);
  const text = useQuery({
    queryKey: ['samples', sample.id],
    queryFn: sample.load,
    staleTime: Infinity,
  });
  return (
    <article className={page.page}>
      <BackLink />
      <header className={page.header}>
        <h1 className={page.title} lang={sample.language}>
          {sample.title}
        </h1>
        <p className={page.meta}>
          {t('samples.label')} · {t('samples.by')}
        </p>
      </header>
      {text.data === undefined ? (
        <Skeleton lines={8} label={t('app.loading')} />
      ) : (
        <>
          <StoryText text={text.data} language={sample.language} opening />
          <EndMark language={sample.language} />
        </>
      )}
    </article>
  );
}
