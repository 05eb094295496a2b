// SPDX-License-Identifier: Apache-2.0
// A graph as a file: a picture with its title and legend, or all its points as CSV.
import { cell, nameOfFile } from '../file.ts';
import { t } from '../i18n/i18n.ts';
import { dashOf, draw, SLOTS, type Palette, type Picture } from './draw.ts';
import { firstFrom, sumOf, type Line } from './model.ts';
import type { Span } from './shape.ts';
import { wholeSpanText } from './time.ts';
import { valueText } from './units.ts';

const UNIT_NAMES: Record<string, string> = { bytes: 'B', bits: 'bit', time: 's', percent: '%', plain: '' };

const number = (v: number): string => (Number.isFinite(v) ? String(v) : '');

// One row a point, in base units; times as they were, also of earlier days.
export function csvOf(lines: readonly Line[], window: Span): string {
  const rows = ['time,host,service,metric,unit,mean,min,max'];
  for (const line of lines) {
    const unit = `${UNIT_NAMES[line.unit.kind]}${line.unit.name}${line.unit.rate ? '/s' : ''}`;
    const head = [line.host, line.service, line.label, unit].map(cell).join(',');
    for (let i = firstFrom(line.t, window.from); i < line.t.length && line.t[i]! <= window.to; i++) {
      if (Number.isNaN(line.v[i]!)) continue;
      const time = new Date((line.t[i]! - line.shift) * 1000).toISOString();
      rows.push(`${time},${head},${number(line.v[i]!)},${number(line.lo[i]!)},${number(line.hi[i]!)}`);
    }
  }
  return `${rows.join('\r\n')}\r\n`;
}

export const fileName = (title: string, window: Span, ending: string): string => nameOfFile(title, window.to, 'graph', ending);

const WIDTH = 1000;
const HEIGHT = 320;
const MARGIN = 16;
const ROW = 18;
const COLUMN = 96;

// The same graph, drawn anew at a size that suits a report, on the ground of the theme.
export function pictureOf(picture: Picture, palette: Palette, title: string, name: (line: Line) => string): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  const head = 52;
  const whole = head + HEIGHT + 10 + (picture.lines.length + 1) * ROW + MARGIN;
  canvas.width = (WIDTH + 2 * MARGIN) * 2;
  canvas.height = whole * 2;
  const g = canvas.getContext('2d')!;
  const base = document.createElement('canvas');
  base.width = WIDTH * 2;
  base.height = HEIGHT * 2;
  const b = base.getContext('2d')!;
  b.scale(2, 2);
  draw(b, { ...picture, width: WIDTH, height: HEIGHT }, palette, (v) => valueText(v, picture.unit));
  g.scale(2, 2);
  g.fillStyle = palette.surface;
  g.fillRect(0, 0, WIDTH + 2 * MARGIN, whole);
  g.fillStyle = palette.text;
  g.font = `600 15px ${palette.font}`;
  g.fillText(title, MARGIN, 26, WIDTH);
  g.fillStyle = palette.muted;
  g.font = `12px ${palette.font}`;
  g.fillText(wholeSpanText(picture.window.from, picture.window.to), MARGIN, 44, WIDTH);
  g.drawImage(base, MARGIN, head, WIDTH, HEIGHT);
  const columns = [t('graph.last'), t('graph.min'), t('graph.mean'), t('graph.max')];
  const figures = (row: readonly string[], y: number): void => row.forEach((text, k) => g.fillText(text, MARGIN + WIDTH - (row.length - 1 - k) * COLUMN, y, COLUMN - 6));
  g.textAlign = 'right';
  figures(columns, head + HEIGHT + 22);
  picture.lines.forEach((line, i) => {
    const y = head + HEIGHT + 22 + (i + 1) * ROW;
    const slot = picture.slots.get(line.key) ?? 0;
    g.strokeStyle = palette.line[slot % SLOTS]!;
    g.lineWidth = 2.5;
    g.setLineDash([...dashOf(slot, line.compare)]);
    g.beginPath();
    g.moveTo(MARGIN + 4, y - 4);
    g.lineTo(MARGIN + 28, y - 4);
    g.stroke();
    g.setLineDash([]);
    g.fillStyle = palette.text;
    g.textAlign = 'left';
    g.fillText(name(line), MARGIN + 38, y, WIDTH - 40 - 4 * COLUMN);
    g.textAlign = 'right';
    const s = sumOf(line, picture.window.from, picture.window.to);
    figures([s.last, s.min, s.mean, s.max].map((v) => valueText(v, line.unit)), y);
  });
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}
