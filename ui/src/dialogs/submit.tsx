// SPDX-License-Identifier: Apache-2.0
// A result as if a check had found it: hosts and services have states of their own.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n/i18n.ts';
import type { Choice } from '../store/actions.ts';
import { perform, preview } from './act.ts';
import { ActionForm, focusOn, Pick, TextField, useAsked } from './form.tsx';

const OF_HOST = ['up', 'down', 'unreachable'] as const;
const OF_SERVICE = ['ok', 'warning', 'critical', 'unknown'] as const;
type Word = (typeof OF_HOST)[number] | (typeof OF_SERVICE)[number];

// Which kinds there are among them; of all that match the server knows.
function useKinds(choice: Choice): { hosts: number; services: number } | null {
  const asked = useAsked('', () => (choice.filter ? preview('submit', choice, { state: 'ok', output: '-' }) : null));
  if (choice.filter) return asked.value;
  const hosts = choice.rows.filter((row) => row.kind === 'host').length;
  return { hosts, services: choice.rows.length - hosts };
}

export function SubmitDialog({ choice }: { choice: Choice }): JSX.Element {
  const kinds = useKinds(choice);
  const words: readonly Word[] = kinds && kinds.hosts > 0 ? OF_HOST : OF_SERVICE;
  const [state, setState] = useState<Word | ''>('');
  const [output, setOutput] = useState('');
  const [perfdata, setPerfdata] = useState('');
  const [error, setError] = useState('');
  const mixed = kinds !== null && kinds.hosts > 0 && kinds.services > 0;
  const send = (): Promise<void> | null => {
    if (output.trim() !== '') return perform('submit', choice, { state: state || words[0], output: output.trim(), ...(perfdata.trim() ? { perfdata: perfdata.trim() } : {}) });
    setError(t('submit.output_needed'));
    focusOn('f-output');
    return null;
  };
  return (
    <ActionForm title={t('submit.title')} choice={choice} text={t('submit.text')} submit={t('submit.submit')} off={mixed || kinds === null} send={send}>
      {mixed && <p class="alert" role="alert">{t('submit.mixed', { hosts: kinds.hosts, services: kinds.services })}</p>}
      <Pick<Word> id="f-state" label={t('submit.state')} value={state || words[0]!} options={words.map((word) => [word, t(`state.${word}`)] as const)} onPick={setState} />
      <TextField id="f-output" label={t('submit.output')} first rows={2} value={output} error={error} help={t('submit.output_help')} onText={(text) => { setOutput(text); setError(''); }} />
      <div class="field">
        <label for="f-perf">{t('submit.perfdata')}</label>
        <input id="f-perf" type="text" maxLength={3000} value={perfdata} aria-describedby="f-perf-help" onInput={(e) => setPerfdata(e.currentTarget.value)} />
        <p id="f-perf-help" class="help">{t('submit.perfdata_help')}</p>
      </div>
    </ActionForm>
  );
}
