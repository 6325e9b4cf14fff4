import { Menu } from '@base-ui/react/menu';
import { Copy, Download, FileText, Printer, Share2 } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

import type { Prompt, Story } from '../../api/types';
import { Button } from '../../design/Button';
import { useKeeping } from './useKeeping';
import styles from './KeepMenu.module.css';

/** Ways to take a story along: copied, printed, as a file, or through the system's share sheet. */
export function KeepMenu({ prompt, parts }: { prompt: Prompt; parts: readonly Story[] }) {
  const { t } = useTranslation();
  const keep = useKeeping(prompt, parts);
  const place = useRef<HTMLSpanElement>(null);
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger render={<Button look="quiet" />}>
        <Share2 aria-hidden="true" />
        {t('keep.title')}
      </Menu.Trigger>
      {/* Where it belongs on the page, so that it is found among the page's landmarks. */}
      <span ref={place} />
      <Menu.Portal container={place}>
        <Menu.Positioner sideOffset={8} align="start" className={styles.positioner}>
          <Menu.Popup className={styles.popup}>
            <Item icon={<Copy />} onClick={keep.copy}>
              {t('reading.copy')}
            </Item>
            {keep.share !== null && (
              <Item icon={<Share2 />} onClick={keep.share}>
                {t('keep.share')}
              </Item>
            )}
            <Item icon={<Printer />} onClick={keep.print}>
              {t('keep.print')}
            </Item>
            <Item icon={<FileText />} onClick={keep.plainText}>
              {t('keep.plainText')}
            </Item>
            <Item icon={<Download />} onClick={keep.markdown}>
              {t('keep.markdown')}
            </Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

interface ItemProps {
  icon: ReactNode;
  onClick: () => void;
  children: ReactNode;
}

function Item({ icon, onClick, children }: ItemProps) {
  return (
    <Menu.Item className={styles.item} onClick={onClick}>
      <span aria-hidden="true">{icon}</span>
      {children}
    </Menu.Item>
  );
}
