// SPDX-License-Identifier: Apache-2.0
// Server-sent events out of a text that comes in pieces. Pure. What carries no data says only that somebody is there.
export type Hear = (name: string, data: string) => void;

export function eventReader(hear: Hear): (piece: string) => void {
  let rest = '';
  let name = '';
  let data: string[] = [];
  const line = (text: string): void => {
    if (text === '') {
      if (data.length > 0) hear(name || 'message', data.join('\n'));
      name = '';
      data = [];
      return;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(text)!;
    if (field === 'event') name = value;
    else if (field === 'data') data.push(value);
  };
  return (piece) => {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const one of lines) line(one.replace(/\r$/, ''));
  };
}
