import { lazy, Suspense, type ComponentProps } from 'react';

import { afterPaint } from '../../browser/afterPaint';
import type { KeepMenu as Menu } from './KeepMenu';

/*
 * The menus around a story. They come a moment after it: what a reader waits for is the text, and
 * what keeps menus in sight takes more code than the text does.
 */
const LazyTextSettings = lazy(async () => {
  await afterPaint();
  return { default: (await import('../preferences/TextSettings')).TextSettings };
});
const LazyKeepMenu = lazy(async () => {
  await afterPaint();
  return { default: (await import('./KeepMenu')).KeepMenu };
});

export function TextSettings() {
  return (
    <Suspense>
      <LazyTextSettings />
    </Suspense>
  );
}

export function KeepMenu(props: ComponentProps<typeof Menu>) {
  return (
    <Suspense>
      <LazyKeepMenu {...props} />
    </Suspense>
  );
}
