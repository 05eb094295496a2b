// SPDX-License-Identifier: Apache-2.0
// Asks before something that cannot be taken back: what will happen, and the deed as the button's own words.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { errorText } from '../api.ts';
import { t } from '../i18n/i18n.ts';
import { Modal } from './bits.tsx';

interface ConfirmProps {
  title: string;
  text: string;
  submit: string;
  off?: boolean; // it cannot be done (yet): what is among the children says why
  children?: ComponentChildren;
  onClose: () => void;
  work: () => Promise<unknown>; // resolves: it is done, and the dialog closes; what it throws is said in the dialog
}

export function Confirm({ title, text, submit, off, children, onClose, work }: ConfirmProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const send = async (e: globalThis.Event): Promise<void> => {
    e.preventDefault();
    setBusy(true);
    try {
      await work();
      onClose();
    } catch (why) {
      setError(errorText(why));
      setBusy(false);
    }
  };
  return (
    <Modal title={title} onClose={onClose}>
      <form class="dlg-form" onSubmit={(e) => void send(e)}>
        <p>{text}</p>
        {children}
        {error && <p class="alert" role="alert">{error}</p>}
        <div class="foot">
          <button type="button" class="btn" autofocus onClick={onClose}>{t('form.cancel')}</button>
          <button type="submit" class="btn p bad" disabled={busy || off}>{submit}</button>
        </div>
      </form>
    </Modal>
  );
}
