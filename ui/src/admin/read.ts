// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'preact/hooks';
import { errorText } from '../api.ts';

// Reads when the page is opened and whenever what is asked for changes; again() reads anew, and what is there stays on the screen meanwhile.
export function useRead<T>(read: () => Promise<T>, of = ''): { data: T | null; failed: string; again: () => void } {
  const [data, setData] = useState<T | null>(null);
  const [failed, setFailed] = useState('');
  const turn = useRef(0);
  const again = (): void => {
    const mine = ++turn.current;
    const good = (): boolean => mine === turn.current;
    read().then((found) => { if (good()) { setData(found); setFailed(''); } }, (error: unknown) => { if (good()) setFailed(errorText(error)); });
  };
  useEffect(() => {
    again();
    return () => { turn.current++; };
  }, [of]);
  return { data, failed, again };
}
