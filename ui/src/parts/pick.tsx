// SPDX-License-Identifier: Apache-2.0
// A field whose text is the name of a host, a service or a group: names that fit are offered while one types, and it counts when one is done typing.
import type { JSX } from 'preact';
import { useEffect, useId, useState } from 'preact/hooks';
import { api } from '../api.ts';

const TYPING_MS = 350;
const OFFERED = 12;

interface Named {
  name: string;
  alias?: string;
}

async function offers(path: string, text: string, stop: AbortSignal): Promise<Named[]> {
  const answer = await api<{ objects: Named[] }>('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${OFFERED}&q=${encodeURIComponent(text)}`, { signal: stop });
  return answer.objects;
}

interface Props {
  label: string;
  value: string;
  from: readonly string[]; // lists of the API whose names are offered; none: it is any text
  wide?: boolean;
  onValue: (value: string) => void;
}

export function PickField({ label, value, from, wide, onValue }: Props): JSX.Element {
  const id = useId();
  const [text, setText] = useState(value);
  const [list, setList] = useState<Named[]>([]);
  useEffect(() => setText(value), [value]);
  // A name counts when it is one, or when one has done with the field; any text as it is typed.
  useEffect(() => {
    if (text === value || (from.length > 0 && text !== '' && !list.some((one) => one.name === text))) return undefined;
    const timer = setTimeout(() => onValue(text.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value, list]);
  const offer = (part: string): void => {
    const stop = new AbortController();
    void Promise.all(from.map((path) => offers(path, part, stop.signal).catch(() => []))).then((all) => setList(all.flat().filter((one, i, every) => every.findIndex((other) => other.name === one.name) === i)));
  };
  return (
    <div class={`field ${wide ? 'wide' : ''}`}>
      <label for={id}>{label}</label>
      <input id={id} type="search" autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={256} value={text} {...(from.length > 0 ? { list: `${id}-names` } : {})}
        onFocus={() => { if (from.length > 0) offer(text); }} onInput={(e) => { setText(e.currentTarget.value); if (from.length > 0) offer(e.currentTarget.value); }}
        onBlur={() => { if (text.trim() !== value) onValue(text.trim()); }} onKeyDown={(e) => { if (e.key === 'Enter') { e.preventDefault(); onValue(text.trim()); } }} />
      {from.length > 0 && <datalist id={`${id}-names`}>{list.map((one) => <option key={one.name} value={one.name}>{one.alias && one.alias !== one.name ? one.alias : ''}</option>)}</datalist>}
    </div>
  );
}
