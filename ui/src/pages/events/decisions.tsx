// SPDX-License-Identifier: Apache-2.0
// Who was told, who was not, and why: one entry for each decision about a notification, the newest first.
import type { JSX } from 'preact';
import { batch, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { api, errorText } from '../../api.ts';
import { ABOUT, StateName } from '../../event/words.tsx';
import { told, toldWithin } from '../../event/reason.ts';
import { exact, instant } from '../../format.ts';
import { t, type Key } from '../../i18n/i18n.ts';
import type { Reason, State, Told } from '../../model.ts';
import { Icon } from '../../parts/icons.tsx';
import { slowNow } from '../../store/now.ts';
import { decisionsOf, isLive, type Ask } from './ask.ts';
import { listed } from './store.ts';
import { Subject } from './subject.tsx';

interface Decision {
  id: string;
  time: string;
  resource: string;
  host: string;
  service?: string;
  gone?: boolean;
  about: string | null;
  state: State;
  number: number;
  reason: Reason | null;
  contacts: Told[];
  undelivered: { time: string; contact: string; text: string }[];
}

const PAGE = 50;
const EMPTY_PAGES = 5; // that are looked through in vain before one is asked
const list = signal<Decision[]>([]);
const next = signal<string | null>(null);
const state = signal<'loading' | 'more' | 'ready'>('loading');
const failed = signal('');
let current: AbortController | null = null;

async function read(ask: Ask, mine: AbortController): Promise<void> {
  for (let i = 0; i < EMPTY_PAGES; i++) {
    const query = decisionsOf(ask, listed(ask), isLive(ask));
    query.set('limit', String(PAGE));
    if (next.peek()) query.set('cursor', next.peek()!);
    const page = await api<{ notifications: Decision[]; next: string | null }>('GET', `/notifications?${query}`, { signal: mine.signal });
    if (mine.signal.aborted) return;
    batch(() => {
      list.value = [...list.peek(), ...page.notifications];
      next.value = page.next;
    });
    if (page.notifications.length > 0 || page.next === null) return;
  }
}

async function go(ask: Ask, more: boolean): Promise<void> {
  if (!more) current?.abort();
  const mine = more && current ? current : new AbortController();
  current = mine;
  batch(() => {
    state.value = more ? 'more' : 'loading';
    failed.value = '';
    if (!more) {
      list.value = [];
      next.value = null;
    }
  });
  try {
    await read(ask, mine);
  } catch (error) {
    if (!mine.signal.aborted) failed.value = errorText(error);
  }
  if (!mine.signal.aborted) state.value = 'ready';
}

function Line({ of }: { of: Decision }): JSX.Element {
  return (
    <li class="ev" data-decision={of.id}>
      <time dateTime={of.time} data-tip={exact(of.time)} tabIndex={0}>{instant(of.time, slowNow.value)}</time>
      <span class={`dot s-${of.state}`} aria-hidden="true" />
      <span class="ev-of"><Subject event={of} /></span>
      <div class="ev-what">
        <p>{ABOUT.includes(of.about ?? '') ? <b>{t(`about.${of.about}` as Key)}</b> : <StateName state={of.state} />}{of.reason && <span class="muted"> · {told(of.reason)}</span>}</p>
        {of.contacts.length > 0 && <ul class="told">{of.contacts.map((c, i) => <li key={i} class={c.told ? 'y' : ''}>{c.contact && <b>{c.contact}: </b>}<span class="muted">{toldWithin(c.reason)}</span></li>)}</ul>}
        {of.undelivered.map((u) => <p key={u.time + u.contact} class="bad-t">{t('event.undelivered', { contact: u.contact })} · {u.text}</p>)}
      </div>
    </li>
  );
}

export function Decisions({ ask }: { ask: Ask }): JSX.Element {
  const asked = JSON.stringify(ask);
  useEffect(() => {
    void go(ask, false);
    return () => current?.abort();
  }, [asked]);
  const alert = failed.value && <div class="alert" role="alert">{failed.value} <button type="button" class="btn" onClick={() => void go(ask, next.peek() !== null)}>{t('error.retry')}</button></div>;
  if (alert && list.value.length === 0) return alert;
  if (state.value === 'loading') return <p class="coming muted" role="status" aria-busy="true"><span class="skel" />{t('list.loading')}</p>;
  if (list.value.length === 0 && next.value === null) return <div class="empty"><Icon name="none" big /><h2>{t('events.no_decision')}</h2><p>{t('events.no_decision_text')}</p></div>;
  return (
    <>
      <ol class="ev-list ev-told">{list.value.map((one) => <Line key={one.id} of={one} />)}</ol>
      {alert}
      <div class="ev-end">{alert ? null : next.value !== null ? <button type="button" class="btn" disabled={state.value === 'more'} onClick={() => void go(ask, true)}>{t(state.value === 'more' ? 'list.loading' : 'events.older')}</button> : <p class="muted">{t('events.end')}</p>}</div>
    </>
  );
}
