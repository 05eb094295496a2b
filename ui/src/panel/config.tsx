// SPDX-License-Identifier: Apache-2.0
// The configuration as it counts: templates applied, defaults filled in, secrets masked; and where it is written.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, errorText } from '../api.ts';
import { t, type Key } from '../i18n/i18n.ts';
import type { Detail } from '../model.ts';
import { Section } from './section.tsx';

interface Line {
  file: string;
  line: number;
  template: string | null; // by way of which others: "linux > generic"
  group?: string;
}
interface Value {
  name: string;
  value: string;
  secret?: boolean;
  source: 'object' | 'template' | 'host' | 'group' | 'extinfo' | 'default' | 'unknown';
  from: Line[];
}
interface Configured {
  file?: string;
  line?: number;
  values: Value[];
}

const pathOf = (d: Detail): string => (d.kind === 'host' ? `/hosts/${encodeURIComponent(d.host)}` : `/services/${encodeURIComponent(d.host)}/${encodeURIComponent(d.service ?? '')}`);

function useConfigured(d: Detail): Configured | string | null {
  const [value, setValue] = useState<Configured | string | null>(null);
  useEffect(() => {
    let mine = true;
    api<Configured>('GET', pathOf(d)).then((one) => { if (mine) setValue(one); }, (error: unknown) => { if (mine) setValue(errorText(error)); });
    return () => { mine = false; };
  }, [d.id]);
  return value;
}

const LINES = 4; // of one value, before they are counted

// The template that the line is of is the last one of the chain; whose it is stands in front when it is not the object's own.
function whose(source: Value['source'], l: Line): string {
  if (l.group !== undefined) return t('config.src_group', { name: l.group });
  const template = l.template === null ? '' : t('config.src_template', { name: l.template.split(' > ').at(-1)! });
  if (source === 'host') return template ? `${t('config.src_host')}, ${template}` : t('config.src_host');
  return template || t('config.src_object');
}

function Origin({ of }: { of: Value }): JSX.Element {
  if (of.from.length === 0) return <span class="muted">{t(`config.src_${of.source === 'template' ? 'unknown' : of.source}` as Key)}</span>;
  const rest = of.from.length - LINES;
  return (
    <>
      {of.from.slice(0, LINES).map((l) => (
        <span class="src" key={`${l.file}:${l.line}`}>{whose(of.source, l)} <span class="muted" tabIndex={0} data-tip={[l.template, t('panel.source_line', { file: l.file, line: String(l.line) })].filter(Boolean).join(' · ')}>{l.file.split('/').at(-1)}:{l.line}</span></span>
      ))}
      {rest > 0 && <span class="src muted">{t('config.more', { n: rest })}</span>}
    </>
  );
}

const Row = ({ of }: { of: Value }): JSX.Element => (
  <tr><th scope="row"><code>{of.name}</code></th><td>{of.secret ? <span class="muted">{t('config.secret')}</span> : <code>{of.value}</code>}</td><td><Origin of={of} /></td></tr>
);

export function Configuration({ d }: { d: Detail }): JSX.Element {
  const one = useConfigured(d);
  const [word, setWord] = useState('');
  if (one === null) return <p class="muted" aria-busy="true">{t('list.loading')}</p>;
  if (typeof one === 'string') return <p class="alert" role="alert">{one}</p>;
  const fits = (v: Value): boolean => `${v.name} ${v.value} ${v.from.map((l) => `${l.file} ${l.template ?? l.group ?? ''}`).join(' ')}`.toLowerCase().includes(word.trim().toLowerCase());
  const shown = one.values.filter(fits);
  return (
    <>
      <Section title={t('config.origin')}>
        <p class="cmd"><code>{one.file ? t('panel.source_line', { file: one.file, line: String(one.line ?? 0) }) : '—'}</code></p>
        <p class="muted">{t('config.text')}</p>
      </Section>
      <div class="field">
        <label for="config-word">{t('config.find')}</label>
        <input id="config-word" type="search" value={word} onInput={(e) => setWord(e.currentTarget.value)} />
      </div>
      {shown.length === 0 ? <p class="muted">{t('config.none')}</p> : (
        <table class="conf">
          <caption class="sr">{t('config.caption')}</caption>
          <thead><tr><th scope="col">{t('config.name')}</th><th scope="col">{t('config.value')}</th><th scope="col">{t('config.from')}</th></tr></thead>
          <tbody>{shown.map((v) => <Row key={v.name} of={v} />)}</tbody>
        </table>
      )}
    </>
  );
}
