// SPDX-License-Identifier: Apache-2.0
// The forms that act on resources, and the list of keys.
import type { JSX } from 'preact';
import { prefs, setPrefs, t } from '../i18n/i18n.ts';
import { KEYS } from '../keys.ts';
import { PAGES } from '../pages.ts';
import { may } from '../rights.ts';
import { DEFAULT_ROUTE, go } from '../route.ts';
import { dialog } from '../store/actions.ts';
import { Kbd, keyName, Modal } from '../parts/bits.tsx';
import { AckDialog, CancelDialog, CommentDialog, UnackDialog } from './ack.tsx';
import { DowntimeDialog } from './downtime.tsx';
import { close, Option } from './form.tsx';
import { SubmitDialog } from './submit.tsx';

export { attempt, followJobs, removed, unacknowledge } from './act.ts';

const KeysOf = ({ title, rows }: { title: string; rows: readonly (readonly [string, string])[] }): JSX.Element => (
  <section class="keys-of">
    <h3>{title}</h3>
    <div class="keys">{rows.map(([keys, text]) => <div key={keys}><span>{text}</span><span>{keys.split(' ').map((k) => <kbd class="kbd" key={k}>{keyName(k)}</kbd>)}</span></div>)}</div>
  </section>
);

const rowsOf = (where: 'anywhere' | 'list'): (readonly [string, string])[] => KEYS.filter((row) => row.where === where && row.name !== 'place').map((row) => [row.keys, t(`help.${row.name}`)] as const);
const places = (): (readonly [string, string])[] => PAGES.flatMap((row) => ('key' in row && may(row.right) ? [[`g ${row.key}`, t(`page.${row.name}`)] as const] : []));

function HelpDialog(): JSX.Element {
  return (
    <Modal title={t('help.title')} wide onClose={close}>
      <KeysOf title={t('help.anywhere')} rows={rowsOf('anywhere')} />
      <KeysOf title={t('help.place')} rows={places()} />
      <KeysOf title={t('help.list')} rows={rowsOf('list')} />
      <section class="keys-of"><h3>{t('page.graphs')}</h3><p class="muted">{t('graph.keys')}</p></section>
      <Option on={prefs.value.keys} label={t('help.switch')} help={t('help.switch_help')} onSet={(keys) => void setPrefs({ keys })} />
      <div class="foot">{may('users.write') && <button type="button" class="btn" onClick={() => { close(); go({ ...DEFAULT_ROUTE, page: 'guide' }); }}>{t('page.guide')}</button>}<a class="btn" href="/components" onClick={(e) => { if (e.ctrlKey || e.metaKey || e.shiftKey) return; e.preventDefault(); close(); go({ ...DEFAULT_ROUTE, page: 'components' }); }}>{t('page.components')}</a><button type="button" class="btn p" autofocus onClick={close}>{t('help.close_button')} <Kbd k="Esc" /></button></div>
    </Modal>
  );
}

const FORMS = { ack: AckDialog, unack: UnackDialog, downtime: DowntimeDialog, cancel: CancelDialog, comment: CommentDialog, submit: SubmitDialog } as const;

export function Dialogs(): JSX.Element | null {
  const open = dialog.value;
  if (!open || open.name === 'palette') return null;
  if (open.name === 'help') return <HelpDialog />;
  const Form = FORMS[open.name];
  return <Form choice={open.choice} />;
}
