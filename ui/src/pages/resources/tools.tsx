// SPDX-License-Identifier: Apache-2.0
// Beside the list's title: saved filters, and which columns there are, in which order.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { errorText } from '../../api.ts';
import { prefs, setPrefs, t } from '../../i18n/i18n.ts';
import { viewQuery } from '../../model.ts';
import { COLUMNS, type Column } from '../../prefs.ts';
import { may } from '../../rights.ts';
import { listOf, route } from '../../route.ts';
import { downloadPart } from '../../lazy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Popup } from '../../parts/popup.tsx';
import { matched } from '../../store/list.ts';
import { later } from '../../store/actions.ts';
import { viewAs } from '../../viewas.ts';
import { currentQuery, forget, readSaved, save, saved, show, type Saved } from '../../store/filters.ts';

function SavedRow({ one, close, failed }: { one: Saved; close: () => void; failed: (e: unknown) => void }): JSX.Element {
  const here = one.query === currentQuery();
  return (
    <li>
      <button type="button" class="w" aria-current={here ? 'true' : undefined} onClick={() => { close(); show(one); }}>{one.name}{one.shared && <small>{one.own ? t('saved.shared') : t('saved.by', { user: one.by })}</small>}</button>
      {(one.shared ? may('filters.share') : one.own) && <button type="button" class="x" aria-label={t('saved.delete', { name: one.name })} data-tip={t('saved.delete', { name: one.name })} onClick={() => { forget(one).catch(failed); }}><Icon name="close" /></button>}
    </li>
  );
}

function SavedFilters({ close }: { close: () => void }): JSX.Element {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const [wrong, setWrong] = useState('');
  const failed = (e: unknown): void => setWrong(errorText(e));
  const submit = (e: globalThis.Event): void => {
    e.preventDefault();
    if (!name.trim()) return;
    save(name.trim(), shared).then(() => { setName(''); setWrong(''); }, failed);
  };
  return (
    <>
      {saved.value.length === 0 ? <p class="muted">{t('saved.none')}</p> : <ul>{saved.value.map((one) => <SavedRow key={one.by + one.name} one={one} close={close} failed={failed} />)}</ul>}
      <form onSubmit={submit}>
        <label>{t('saved.name')}<input type="text" maxLength={60} value={name} onInput={(e) => setName(e.currentTarget.value)} /></label>
        {may('filters.share') && <label class="opt"><input type="checkbox" checked={shared} onChange={(e) => setShared(e.currentTarget.checked)} /><span>{t('saved.share')}</span></label>}
        <button type="submit" class="btn p" disabled={!name.trim()}>{t('saved.save')}</button>
        {wrong && <p class="bad" role="alert">{wrong}</p>}
      </form>
    </>
  );
}

const columnName = (c: Column): string => t(c === 'output' ? 'list.col_info' : `list.col_${c}`);

function ColumnChoice(): JSX.Element {
  const shown = prefs.value.columns;
  const all = [...shown, ...COLUMNS.filter((c) => !shown.includes(c))];
  const toggle = (c: Column): void => void setPrefs({ columns: shown.includes(c) ? shown.filter((one) => one !== c) : [...shown, c] });
  const up = (i: number): void => void setPrefs({ columns: shown.map((c, k) => (k === i - 1 ? shown[i]! : k === i ? shown[i - 1]! : c)) });
  return (
    <ul>
      {all.map((c, i) => (
        <li key={c}>
          <label class="opt"><input type="checkbox" checked={shown.includes(c)} onChange={() => toggle(c)} /><span>{columnName(c)}</span></label>
          {i > 0 && i < shown.length && <button type="button" class="x" aria-label={t('columns.up', { name: columnName(c) })} data-tip={t('columns.up', { name: columnName(c) })} onClick={() => up(i)}><Icon name="up" /></button>}
        </li>
      ))}
    </ul>
  );
}

// The browser saves the file as it comes; nothing of it is held here, but where one looks as another, which a link cannot say.
function Export({ close }: { close: () => void }): JSX.Element {
  const { view } = route.value;
  const query = viewQuery({ ...listOf(route.value), view: 'all' });
  const entry = (format: 'csv' | 'json', text: string): JSX.Element => {
    const path = `/resources/export?${query}&format=${format}`;
    if (!viewAs.value) return <a class="w" href={`/api/v1${path}`} download={`vigie.${format}`}>{text}</a>;
    return <button type="button" class="w" onClick={() => { close(); later(downloadPart, (part) => part.download(path, `vigie.${format}`)); }}>{text}</button>;
  };
  return (
    <>
      <p class="muted">{view === 'all' ? t('export.text', { n: matched.value }) : t('export.plain')}</p>
      <ul>
        <li>{entry('csv', t('export.csv'))}</li>
        <li>{entry('json', t('export.json'))}</li>
      </ul>
    </>
  );
}

export const Tools = (): JSX.Element => (
  <div class="tools">
    <Popup label={t('saved.title')} opened={() => void readSaved().catch(() => undefined)}>{(close) => <SavedFilters close={close} />}</Popup>
    <Popup label={t('export.title')}>{(close) => <Export close={close} />}</Popup>
    <Popup label={t('columns.title')}>{() => <ColumnChoice />}</Popup>
  </div>
);
