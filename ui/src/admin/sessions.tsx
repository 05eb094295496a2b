// SPDX-License-Identifier: Apache-2.0
// Open sessions: of everybody, or one's own.
import type { JSX } from 'preact';
import { moment } from '../format.ts';
import { t } from '../i18n/i18n.ts';
import { Age } from '../parts/bits.tsx';
import { slowNow } from '../store/now.ts';
import { Table } from './form.tsx';
import type { OpenSession } from './model.ts';

// who: whose they are is said.
export function SessionTable({ list, who, end }: { list: readonly OpenSession[]; who: boolean; end: ((one: OpenSession) => void) | null }): JSX.Element {
  const now = slowNow.value;
  const heads = [...(who ? [t('login.user')] : []), t('session.from'), t('session.since'), t('session.used'), t('session.until'), ''];
  const row = (one: OpenSession): JSX.Element => {
    const current = one.current && <span class="tag you">{t('session.this')}</span>;
    return (
      <tr key={one.id}>
        {who && <th scope="row"><span>{one.user}{current}</span></th>}
        {who ? <td data-k={t('session.from')}>{one.source}</td> : <th scope="row"><span>{one.source}{current}</span></th>}
        <td data-k={t('session.since')}>{moment(one.created, now)}</td>
        <td data-k={t('session.used')}><Age at={one.used} stop /></td>
        <td data-k={t('session.until')}>{moment(one.expires, now)}</td>
        <td class="acts">{end && !one.current && <button type="button" class="btn" aria-label={t('session.end_of', { user: one.user, source: one.source, since: moment(one.created, now) })} onClick={() => end(one)}>{t('session.end')}</button>}</td>
      </tr>
    );
  };
  return <Table label={t('session.table')} heads={heads}>{list.map(row)}</Table>;
}
