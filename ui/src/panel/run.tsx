// SPDX-License-Identifier: Apache-2.0
// The command that is run, as it is configured, and running it at once: the result shows when it comes.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, errorText } from '../api.ts';
import { duration, seconds } from '../format.ts';
import { quantity } from '../quantity.ts';
import { t } from '../i18n/i18n.ts';
import type { Detail } from '../model.ts';
import { may } from '../rights.ts';
import { viewAs } from '../viewas.ts';
import { refreshDetail } from '../store/detail.ts';
import { now } from '../store/now.ts';
import { announce } from '../store/toast.ts';
import { StateWord } from '../parts/icons.tsx';
import { Section } from './section.tsx';

const LATE_S = 90;

// One at a time: what was asked for, when, and what its last check was then.
interface Asked {
  id: string;
  at: number;
  last: string | null;
  wrong: string;
}
const asked = signal<Asked | null>(null);

async function run(d: Detail): Promise<void> {
  asked.value = { id: d.id, at: Date.now(), last: d.last_check, wrong: '' };
  try {
    await api('POST', `/resources/${encodeURIComponent(d.id)}/check`, { body: {} });
  } catch (error) {
    asked.value = { id: d.id, at: Date.now(), last: d.last_check, wrong: errorText(error) };
  }
  refreshDetail();
}

// Nothing has come for long: it may be read again too early, or a plugin that waits.
function useLooking(waits: boolean): void {
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(refreshDetail, 1500);
    return () => clearInterval(timer);
  }, [waits]);
}

function Result({ d, of }: { d: Detail; of: Asked }): JSX.Element {
  const came = d.last_check !== of.last;
  useLooking(!came && of.wrong === '');
  useEffect(() => { if (came) announce(t('run.said', { state: t(`state.${d.state}`), output: d.output })); }, [came]);
  if (of.wrong) return <p class="alert" role="alert">{of.wrong}</p>;
  if (came) return <div class={`run s-${d.state}`}><p><StateWord state={d.state} /> <span class="muted">{d.execution_ms === undefined ? t('run.came') : t('run.took', { d: quantity(d.execution_ms, 'ms') })}</span></p><p class="o">{d.output || '—'}</p></div>;
  const waited = (now.value - of.at) / 1000;
  return <p class="run muted" role="status">{waited > LATE_S ? t('run.late', { d: duration(waited) }) : t('run.waits')}<progress aria-label={t('run.waits')} /></p>;
}

interface Command {
  values?: { name: string; value: string }[];
  file?: string;
  line?: number;
}

// The line of the command, with the arguments that stand in its place.
function Line({ command }: { command: string }): JSX.Element | null {
  const [name, ...args] = command.split(/(?<!\\)!/);
  const [line, setLine] = useState<string | null>(null);
  useEffect(() => {
    let mine = true;
    api<Command>('GET', `/commands/${encodeURIComponent(name ?? '')}`).then((c) => { if (mine) setLine(c.values?.find((v) => v.name === 'command_line')?.value ?? ''); }, () => { if (mine) setLine(''); });
    return () => { mine = false; };
  }, [command]);
  if (!line) return null;
  return (
    <>
      <pre>{line}</pre>
      {args.length > 0 && <dl class="facts args">{args.map((arg, i) => [<dt key={`t${i}`}><code>$ARG{i + 1}$</code></dt>, <dd key={`d${i}`}><code>{arg}</code></dd>])}</dl>}
    </>
  );
}

export function Run({ d }: { d: Detail }): JSX.Element | null {
  const of = asked.value?.id === d.id ? asked.value : null;
  const waits = of !== null && of.wrong === '' && d.last_check === of.last;
  if (!d.check_command) return null;
  const button = may('resources.check') && !viewAs.value && <button type="button" class="btn" disabled={waits} onClick={() => void run(d)}>{t('run.now')}</button>;
  return (
    <Section title={t('panel.fact_command')} side={button}>
      <p class="cmd"><code>{d.check_command}</code></p>
      {of && <Result key={of.at} d={d} of={of} />}
      {may('commands.read') && <Unfolded command={d.check_command} />}
      {seconds(d.last_check) === null && d.passive && <p class="muted">{t('run.passive')}</p>}
    </Section>
  );
}

function Unfolded({ command }: { command: string }): JSX.Element {
  const [open, setOpen] = useState(false);
  return <details onToggle={(e) => setOpen(e.currentTarget.open)}><summary>{t('run.line')}</summary>{open && <Line command={command} />}</details>;
}
