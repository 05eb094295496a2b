// SPDX-License-Identifier: Apache-2.0
// For which hosts and services a downtime is planned; the form that follows asks when, and says what it would mean.
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, errorText } from '../../api.ts';
import { t } from '../../i18n/i18n.ts';
import { nameOf, type Page, type Row } from '../../model.ts';
import { Modal } from '../../parts/bits.tsx';
import { Icon, StateWord } from '../../parts/icons.tsx';
import { openDialog } from '../../store/actions.ts';

const TYPING_MS = 250;
const OFFERED = 50;

export function Choose({ onClose }: { onClose: () => void }): JSX.Element {
  const [text, setText] = useState('');
  const [found, setFound] = useState<Page | null>(null);
  const [picked, setPicked] = useState<Row[]>([]);
  const [error, setError] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api<Page>('GET', `/resources?filter=all&sort=name&order=asc&limit=${OFFERED}&q=${encodeURIComponent(text)}`, { signal: stop.signal }).then((page) => {
        setFound(page);
        setError('');
      }, (reason: unknown) => { if (!stop.signal.aborted) setError(errorText(reason)); });
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const has = (row: Row): boolean => picked.some((p) => p.id === row.id);
  const toggle = (row: Row): void => setPicked(has(row) ? picked.filter((p) => p.id !== row.id) : [...picked, row]);
  const list = found?.resources ?? [];
  const on = (e: Event): void => {
    e.preventDefault();
    onClose();
    openDialog('downtime', picked);
  };
  return (
    <Modal title={t('downs.plan')} wide onClose={onClose}>
      <form class="dlg-form" onSubmit={on}>
        <div class="field"><label for="dt-q">{t('downs.find')}</label><input id="dt-q" type="search" autofocus autocomplete="off" spellcheck={false} value={text} aria-describedby="dt-q-help" onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === 'Enter') e.preventDefault(); }} />
          <p id="dt-q-help" class={error ? 'err' : 'help'}>{error || t('downs.find_help')}</p></div>
        <fieldset class="dt-found"><legend>{t('downs.found', { n: found?.matched ?? 0 })}</legend>
          {list.map((row) => <label class="opt" key={row.id}><input type="checkbox" checked={has(row)} onChange={() => toggle(row)} /><span>{nameOf(row)}</span><StateWord state={row.state} /></label>)}
          {list.length > 1 && <button type="button" class="btn" onClick={() => setPicked([...picked, ...list.filter((row) => !has(row))])}>{t('downs.take_all', { n: list.length })}</button>}
        </fieldset>
        {picked.length > 0 && <p class="dt-picked"><span>{t('downs.picked', { n: picked.length })}</span>{picked.slice(0, 20).map((row) => <button type="button" key={row.id} class="tok" aria-label={t('downs.drop', { name: nameOf(row) })} onClick={() => toggle(row)}><span>{nameOf(row)}</span><Icon name="close" /></button>)}{picked.length > 20 && <span class="muted">{t('downs.and_more', { n: picked.length - 20 })}</span>}</p>}
        <div class="foot"><button type="button" class="btn" onClick={onClose}>{t('form.cancel')}</button><button type="submit" class="btn p" disabled={picked.length === 0}>{t('downs.go_on')}</button></div>
      </form>
    </Modal>
  );
}
