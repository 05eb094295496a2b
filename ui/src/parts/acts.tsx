// SPDX-License-Identifier: Apache-2.0
// What can be done to resources, as buttons: of the selection, and of the panel's one. Only what the person's rights allow is offered; what they lack is said.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { session } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { isProblem } from '../model.ts';
import { may, rightWords, roleName, type Right } from '../rights.ts';
import { DEFAULT_ROUTE, go } from '../route.ts';
import { checkNow, NEEDS, openDialog, unacknowledge, type ActionName, type Choice } from '../store/actions.ts';
import { viewAs } from '../viewas.ts';
import { Kbd } from './bits.tsx';
import { Popup } from './popup.tsx';

const RIGHTS: readonly Right[] = ['resources.acknowledge', 'resources.downtime', 'resources.check', 'resources.comment', 'resources.submit'];
const MOST_GRAPHS = 100;

// The rights that are missing, in words.
function Lacking({ rights }: { rights: readonly Right[] }): JSX.Element {
  const [words, setWords] = useState('');
  useEffect(() => { Promise.all(rights.map(rightWords)).then((all) => setWords(all.join(' · ')), () => undefined); }, [rights.join()]);
  return <p class="muted lacking">{t('act.lacking', { role: roleName(session.value?.role ?? '') })} {words}</p>;
}

function More({ choice, up, all }: { choice: Choice; up: boolean; all: boolean }): JSX.Element {
  const { rows } = choice;
  const some = (test: (row: Choice['rows'][number]) => boolean): boolean => choice.filter !== null || rows.some(test);
  const entries: readonly (readonly [ActionName, string, boolean])[] = [
    ['comment', t('act.comment'), true], ['submit', t('act.submit'), true], ['unack', t('act.unack'), all && some((row) => row.acknowledged)], ['cancel', t('act.cancel'), all], // the panel has these beside what they are about
  ];
  const lacking = RIGHTS.filter((right) => !may(right));
  return (
    <Popup label={t('act.more')} up={up}>{(close) => (
      <>
        <ul>
          {entries.filter(([name, , fits]) => fits && may(NEEDS[name])).map(([name, text]) => <li key={name}><button type="button" class="w" onClick={() => { close(); openDialog(name, choice); }}>{text}{name === 'comment' && <> <Kbd k="m" /></>}</button></li>)}
          {all && choice.filter === null && rows.length <= MOST_GRAPHS && may('series.read') && <li><button type="button" class="w" onClick={() => { close(); go({ ...DEFAULT_ROUTE, page: 'graphs', on: rows.map((row) => row.id), together: rows.length > 1 }); }}>{t('page.graphs')}</button></li>}
        </ul>
        {lacking.length > 0 && <Lacking rights={lacking} />}
      </>
    )}</Popup>
  );
}

// `list`: they are a selection of it, so that its foot is where they stand.
export function Acts({ choice, list }: { choice: Choice; list: boolean }): JSX.Element {
  if (viewAs.value || RIGHTS.every((right) => !may(right))) return <span class="muted">{t('forbidden.look')}</span>;
  const { rows } = choice;
  const open = choice.filter !== null || rows.some((row) => isProblem(row.state) && !row.acknowledged);
  const acknowledged = !list && rows.some((row) => row.acknowledged);
  return (
    <>
      {may('resources.acknowledge') && (open || list) && !acknowledged && <button type="button" class="btn p" disabled={!open} {...(open ? {} : { 'data-tip': t('act.no_problem') })} onClick={() => openDialog('ack', choice)}>{t('panel.ack')} <Kbd k="a" /></button>}
      {may('resources.acknowledge') && acknowledged && <button type="button" class="btn" onClick={() => unacknowledge(rows)}>{t('act.unack_one')}</button>}
      {may('resources.downtime') && <button type="button" class="btn" onClick={() => openDialog('downtime', choice)}>{t('panel.downtime')} <Kbd k="d" /></button>}
      {may('resources.check') && <button type="button" class="btn" onClick={() => checkNow(choice)}>{t('panel.check')} <Kbd k="c" /></button>}
      <More choice={choice} up={list} all={list} />
    </>
  );
}
