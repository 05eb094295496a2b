// SPDX-License-Identifier: Apache-2.0
// What stands around it: the hosts in front of a host and behind it, and the host of a service, each with its state.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import type { Detail, Page, Row } from '../model.ts';
import { DEFAULT_ROUTE, formatRoute, go, only } from '../route.ts';
import { quoted } from '../search.ts';
import { StateWord } from '../parts/icons.tsx';
import { Marks } from '../parts/marks.tsx';
import { Section } from './section.tsx';

const SHOWN = 20; // the others are a list of their own
const ASK_MS = 20000;

// These hosts by name, as they are now.
function useHosts(names: readonly string[]): ReadonlyMap<string, Row> | null {
  const [found, setFound] = useState<ReadonlyMap<string, Row> | null>(null);
  const key = names.join('\n');
  useEffect(() => {
    if (names.length === 0) return undefined;
    let mine = true;
    const query = new URLSearchParams({ filter: 'all', kind: 'host', limit: String(names.length), q: names.map((name) => `host:=${quoted(name)}`).join(' OR ') });
    const ask = (): void => {
      if (document.hidden) return;
      api<Page>('GET', `/resources?${query}`).then((page) => { if (mine) setFound(new Map(page.resources.map((row) => [row.host, row]))); }, () => undefined);
    };
    ask();
    const timer = setInterval(ask, ASK_MS);
    return () => {
      mine = false;
      clearInterval(timer);
    };
  }, [key]);
  return found;
}

// A link as that of a row, so that it opens in a new tab as well.
function HostLink({ name, row }: { name: string; row: Row | undefined }): JSX.Element {
  if (!row) return <li><span>{name}</span></li>;
  const to = { ...DEFAULT_ROUTE, filter: 'all', host: row.host, open: row.id } as const;
  return (
    <li>
      <StateWord state={row.state} />
      <a href={formatRoute(to)} onClick={(e) => {
        if (e.ctrlKey || e.metaKey || e.shiftKey) return;
        e.preventDefault();
        go(to);
        document.getElementById('panel-title')?.focus();
      }}>{row.host_display || row.host}</a>
      <Marks row={row} />
    </li>
  );
}

function Hosts({ label, names, more }: { label: string; names: readonly string[]; more: () => void }): JSX.Element | null {
  const shown = names.slice(0, SHOWN);
  const found = useHosts(shown);
  if (names.length === 0) return null;
  return (
    <Section title={label} side={names.length > SHOWN && <button type="button" class="ln" onClick={more}>{t('kin.all', { n: names.length })}</button>}>
      <ul class="kin">{shown.map((name) => <HostLink key={name} name={name} row={found?.get(name)} />)}</ul>
    </Section>
  );
}

export function Kin({ d }: { d: Detail }): JSX.Element {
  if (d.kind === 'service') return <Hosts label={t('kin.host')} names={[d.host]} more={() => only({ host: d.host })} />;
  const list = (q: string) => (): void => go({ ...DEFAULT_ROUTE, filter: 'all', kind: 'host', q });
  return (
    <>
      <Hosts label={t('kin.parents')} names={d.parents ?? []} more={list((d.parents ?? []).map((name) => `host:=${quoted(name)}`).join(' OR '))} />
      <Hosts label={t('kin.children')} names={d.children ?? []} more={list(`parent:=${quoted(d.host)}`)} />
    </>
  );
}
