// SPDX-License-Identifier: Apache-2.0
// Who was told, who was not, and why; when it ran and runs next.
import type { JSX } from 'preact';
import { exact, instant } from '../format.ts';
import { t, type Key } from '../i18n/i18n.ts';
import { isProblem, type Detail, type Told } from '../model.ts';
import { why } from '../store/detail.ts';
import { slowNow } from '../store/now.ts';
import { ABOUT, StateName } from '../event/words.tsx';
import { Section } from './section.tsx';
import { told, toldWithin } from '../event/reason.ts';

const Contacts = ({ list }: { list: readonly Told[] }): JSX.Element => (
  <ul class="told">{list.map((c) => <li key={c.contact ?? ''} class={c.told ? 'y' : ''}>{c.contact && <><b>{t('why.contact', { name: c.contact })}</b> </>}<span class="muted">{toldWithin(c.reason)}</span></li>)}</ul>
);

// What was decided, and about whom; what the section above says of the next check is not said again.
export function Reasons({ d }: { d: Detail }): JSX.Element {
  const w = why.value;
  const last = w?.decision;
  const now = w?.would;
  const runs = w ? [w.ran, ...(w.next ?? []).filter((r) => !/^RUN_(PLANNED|RETRY|UNDER_WAY)$/.test(r.code ?? ''))].filter((r) => r !== null) : [];
  const about = ABOUT.includes(last?.about ?? '') ? <b>{t(`about.${last?.about}` as Key)}</b> : last && <StateName state={last.state} />;
  if (!w) return <p class="muted" aria-busy="true">{t('list.loading')}</p>;
  if (runs.length === 0 && !last && !now) return <p class="muted">{t('told.nothing')}</p>;
  return (
    <Section title={t('told.title')}>
      <dl class="reasons">
        {!last && <><dt>{t('why.last')}</dt><dd><p>{t('told.never')}</p></dd></>}
        {last && <><dt>{t('why.last')}</dt><dd><p><time dateTime={last.time} data-tip={exact(last.time)} tabIndex={0}>{instant(last.time, slowNow.value)}</time> · {about}</p><p>{told(last.reason)}</p><Contacts list={last.contacts} />{(last.undelivered ?? []).map((u) => <p key={u.time + u.contact} class="bad-t">{t('event.undelivered', { contact: u.contact })} · {u.text}</p>)}</dd></>}
        {now && isProblem(d.state) && <><dt>{t('why.now')}</dt><dd><p>{told(now.reason)}</p><Contacts list={now.contacts.filter((c) => !c.told || now.reason?.code === 'NOTIFY_GO')} /></dd></>}
        {runs.length > 0 && <><dt>{t('why.checks')}</dt><dd>{runs.map((r) => <p key={r.code}>{told(r)}</p>)}</dd></>}
      </dl>
    </Section>
  );
}
