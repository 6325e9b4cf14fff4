import { Button as BaseButton } from '@base-ui/react/button';
import type { ComponentProps } from 'react';

import styles from './Button.module.css';

type Look = 'main' | 'plain' | 'quiet' | 'danger';

interface ButtonProps extends Omit<ComponentProps<typeof BaseButton>, 'className'> {
  look?: Look;
  /** Only an icon inside: give it an aria-label. */
  iconOnly?: boolean;
  /** Keeps the button focusable, but deaf, while what it started goes on. */
  busy?: boolean;
}

export function Button({
  look = 'plain',
  iconOnly = false,
  busy = false,
  disabled = false,
  ...rest
}: ButtonProps) {
  return (
    <BaseButton
      {...rest}
      className={[styles.button, styles[look], iconOnly && styles.iconOnly]
        .filter(Boolean)
        .join(' ')}
      disabled={disabled || busy}
      focusableWhenDisabled={busy}
      aria-busy={busy || undefined}
    />
  );
}
