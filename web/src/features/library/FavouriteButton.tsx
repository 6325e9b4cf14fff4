import { Star } from 'lucide-react';
import { useTranslation } from 'react-i18next';

import { Button } from '../../design/Button';
import { useFavourite } from './useFavourite';
import styles from './FavouriteButton.module.css';

interface FavouriteButtonProps {
  prompt: { id: string; favourite: boolean };
  title: string;
}

export function FavouriteButton({ prompt, title }: FavouriteButtonProps) {
  const { t } = useTranslation();
  const mark = useFavourite(prompt.id);
  return (
    <Button
      look="quiet"
      iconOnly
      aria-pressed={prompt.favourite}
      aria-label={t('library.favourite', { name: title })}
      onClick={() => {
        mark.mutate(!prompt.favourite);
      }}
    >
      <Star className={styles.star} aria-hidden="true" />
    </Button>
  );
}
