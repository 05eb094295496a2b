// SPDX-License-Identifier: Apache-2.0
// The configuration as it counts: templates applied, defaults filled in, secrets masked; and where it is written.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, errorText } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import type { Detail } from '../model.ts';
import { Section } from './section.tsx';

interface Value {
  name: string;
  value: string;
  secret?: boolean;
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

const Row = ({ of }: { of: Value }): JSX.Element => (
  <tr><th scope="row"><code>{of.name}</code></th><td>{of.secret ? <span class="muted">{t('config.secret')}</span> : <code>{of.value}</code>}</td></tr>
);

export function Configuration({ d }: { d: Detail }): JSX.Element {
  const one = useConfigured(d);
  const [word, setWord] = useState('');
  if (one === null) return <p class="muted" aria-busy="true">{t('list.loading')}</p>;
  if (typeof one === 'string') return <p class="alert" role="alert">{one}</p>;
  const fits = (v: Value): boolean => `${v.name} ${v.value}`.toLowerCase().includes(word.trim().toLowerCase());
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
          <thead class="sr"><tr><th scope="col">{t('config.name')}</th><th scope="col">{t('config.value')}</th></tr></thead>
          <tbody>{shown.map((v) => <Row key={v.name} of={v} />)}</tbody>
        </table>
      )}
    </>
  );
}
