// SPDX-License-Identifier: Apache-2.0
// Who is signed in, from where, since when; and the end of a session.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { api, errorText } from '../../api.ts';
import { Block, Coming, Page as Frame, Sure } from '../../admin/form.tsx';
import { useRead } from '../../admin/read.ts';
import { readSessions, type OpenSession } from '../../admin/model.ts';
import { SessionTable } from '../../admin/sessions.tsx';
import { t } from '../../i18n/i18n.ts';
import { may } from '../../rights.ts';
import { go, route } from '../../route.ts';
import { toast } from '../../store/toast.ts';

async function end(one: OpenSession, done: () => void): Promise<void> {
  try {
    await api('DELETE', `/sessions/${encodeURIComponent(one.id)}`);
    toast(t('sessions.ended', { user: one.user }));
  } catch (error) {
    toast(errorText(error), true);
  }
  done();
}

export function Page(): JSX.Element {
  const user = route.value.query['user'] ?? '';
  const { data, failed, again } = useRead(() => readSessions('*'));
  const [sure, setSure] = useState(false);
  const people = [...new Set((data ?? []).map((one) => one.user))].sort();
  const shown = (data ?? []).filter((one) => user === '' || one.user === user);
  const all = user !== '' && may('sessions.end') && shown.length > 0 && <button type="button" class="btn" onClick={() => setSure(true)}>{t('sessions.end_all', { user })}</button>;
  return (
    <Frame title={t('page.sessions')}>
      {!data || failed ? <Coming failed={failed} /> : (
        <Block text={t('sessions.text')} act={all}>
          <div class="pad row2">
            <div class="field"><label for="f-user">{t('sessions.whose')}</label>
              <select id="f-user" value={user} onChange={(e) => go({ query: { user: e.currentTarget.value } }, 'replace')}>
                <option value="" selected={user === ''}>{t('sessions.everybody')}</option>{[...new Set([...people, ...(user ? [user] : [])])].map((one) => <option key={one} value={one} selected={one === user}>{one}</option>)}
              </select></div>
          </div>
          {shown.length === 0 ? <p class="pad muted">{t('sessions.none')}</p> : <SessionTable list={shown} who end={may('sessions.end') ? (one) => void end(one, again) : null} />}
        </Block>
      )}
      {sure && <Sure title={t('sessions.end_title', { user })} text={t('sessions.end_text')} submit={t('sessions.end_all', { user })} send={() => api('DELETE', `/sessions?${new URLSearchParams({ user })}`).then(() => t('sessions.all_ended', { user }))} done={again} close={() => setSure(false)} />}
    </Frame>
  );
}
