// SPDX-License-Identifier: Apache-2.0
// Each day with its figure, by weeks. It is a table, so that it is read as well as seen; a step has its own pattern, so that colour is not alone.
import type { JSX } from 'preact';
import { firstDay, NBSP, num } from '../../format.ts';
import { locale, t } from '../../i18n/i18n.ts';
import { DAYS_MOST, levelOf, shownPercent, type Level } from './ask.ts';
import { days, type DayFigure } from './store.ts';

const written = (at: number, options: Intl.DateTimeFormatOptions): string => firstDay(new Intl.DateTimeFormat(locale.value, options).format(at * 1000));
const LEVELS: readonly Level[] = ['full', 'high', 'fair', 'low', 'bad', 'none'];

function Cell({ day }: { day: DayFigure | null }): JSX.Element {
  if (!day) return <td class="out" />;
  const date = new Date(day.from * 1000);
  const p = day.availability;
  const first = date.getDate() === 1;
  const name = written(day.from, { weekday: 'long', day: 'numeric', month: 'long' });
  const figure = p === undefined ? t('list.loading') : p === null ? t('avail.nothing_known') : `${num(shownPercent(p, 3), 3)}${NBSP}%`;
  return (
    <td class={`lv-${p === undefined ? 'wait' : levelOf(p)}`} data-tip={t('pair', { a: name, b: figure })}>
      <span class="d" aria-hidden="true">{first ? written(day.from, { day: 'numeric', month: 'short' }) : date.getDate()}</span>
      <span class="sr">{name}: </span>
      <span class="p">{p === undefined ? '…' : p === null ? '—' : num(shownPercent(p, 1), 1)}</span>
    </td>
  );
}

export function Days({ title }: { title: string }): JSX.Element | null {
  const list = days.value;
  if (list.length === 0) return null;
  if (list.length > DAYS_MOST) return <p class="pad muted">{t('avail.days_many', { n: DAYS_MOST })}</p>;
  const lead = (new Date(list[0]!.from * 1000).getDay() + 6) % 7;
  const cells: (DayFigure | null)[] = [...Array.from({ length: lead }, () => null), ...list];
  while (cells.length % 7 !== 0) cells.push(null);
  const weeks = Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7));
  const monday = Date.UTC(2024, 0, 1) / 1000;
  return (
    <>
      <table class="av-days" aria-busy={list.some((d) => d.availability === undefined)}>
        <caption class="sr">{t('avail.days_of', { name: title })}</caption>
        <thead><tr>{Array.from({ length: 7 }, (_, i) => <th scope="col" key={i}><abbr title={written(monday + i * 86400, { weekday: 'long', timeZone: 'UTC' })}>{written(monday + i * 86400, { weekday: 'short', timeZone: 'UTC' })}</abbr></th>)}</tr></thead>
        <tbody>{weeks.map((w, i) => <tr key={i}>{w.map((d, k) => <Cell key={k} day={d} />)}</tr>)}</tbody>
      </table>
      <p class="av-legend muted">{LEVELS.map((level) => <span key={level}><i class={`lv-${level}`} aria-hidden="true" />{t(`avail.level_${level}`)}</span>)}</p>
    </>
  );
}
