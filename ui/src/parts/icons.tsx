// SPDX-License-Identifier: Apache-2.0
// Every state has a shape, so that colour is never alone; every other picture is a line drawing of the same weight.
import type { JSX } from 'preact';
import { t } from '../i18n/i18n.ts';
import type { State } from '../model.ts';

const OCTAGON = <path fill="currentColor" d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />;
const SHAPES: Record<State, JSX.Element> = {
  critical: OCTAGON,
  down: <>{OCTAGON}<path class="cut" d="M4.5 8h7" /></>,
  warning: <path fill="currentColor" d="M8 1.5 15.5 15H.5z" />,
  unknown: <path fill="currentColor" d="M8 .8 15.2 8 8 15.2.8 8z" />,
  unreachable: <><path fill="none" stroke="currentColor" stroke-width="2.4" d="M2 8h12" /><circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.6" /></>,
  ok: <circle cx="8" cy="8" r="7" fill="currentColor" />,
  up: <circle cx="8" cy="8" r="7" fill="currentColor" />,
  pending: <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.8" stroke-dasharray="3 2.4" />,
};

export const Shape = ({ state }: { state: State }): JSX.Element => (
  <svg viewBox="0 0 16 16" aria-hidden="true">{SHAPES[state]}</svg>
);

export const StateWord = ({ state }: { state: State }): JSX.Element => (
  <span class={`st s-${state}`}><Shape state={state} />{t(`state.${state}`)}</span>
);

const LINES = {
  search: <><circle cx="11" cy="11" r="6" /><path d="m20 20-4.5-4.5" /></>,
  list: <path d="M4 6h16M4 12h16M4 18h10" />,
  platform: <><path d="M12 3v4M12 17v4M3 12h4M17 12h4" /><circle cx="12" cy="12" r="4" /></>,
  graph: <path d="M4 4v16h16M7.5 15.5l3.5-5 3.5 3 5-7" />,
  left: <path d="m15 6-6 6 6 6" />,
  right: <path d="m9 6 6 6-6 6" />,
  nearer: <><circle cx="11" cy="11" r="6" /><path d="m20 20-4.5-4.5M8.5 11h5M11 8.5v5" /></>,
  farther: <><circle cx="11" cy="11" r="6" /><path d="m20 20-4.5-4.5M8.5 11h5" /></>,
  reset: <path d="M5 5v5h5M5.6 10A7.5 7.5 0 1 1 5 14.5" />,
  close: <path d="M6 6l12 12M18 6 6 18" />,
  up: <path d="m6 15 6-6 6 6" />,
  down: <path d="m6 9 6 6 6-6" />,
  back: <path d="M19 12H5M11 6l-6 6 6 6" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  ring: <circle cx="12" cy="12" r="7" />,
  alert: <><path d="M12 4 2.5 20h19z" /><path d="M12 10v4M12 17v.2" /></>,
  users: <><circle cx="9" cy="8" r="3.5" /><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .8 3.2 2.6 3.5 5.5" /></>,
  pause: <path d="M9 6v12M15 6v12" />,
  zigzag: <path d="m3 14 4-6 5 9 5-10 4 7" />,
  inbox: <path d="M12 4v9m-4-4 4 4 4-4M5 15v4h14v-4" />,
  bar: <><circle cx="12" cy="12" r="8" /><path d="m6.5 6.5 11 11" /></>,
  mute: <path d="M6 16h12l-1.5-2.5V10a4.5 4.5 0 0 0-9 0v3.5zM10 19h4M4 4l16 16" />,
  clock: <><circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" /></>,
  calm: <><circle cx="12" cy="12" r="9" /><path d="m8 12.5 2.8 2.8L16 10" /></>,
  lock: <><rect x="5" y="11" width="14" height="9" rx="2" /><path d="M8 11V8a4 4 0 0 1 8 0v3" /></>,
  sun: <><circle cx="12" cy="12" r="4" /><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4" /></>,
  moon: <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />,
  eye: <><path d="M2.5 12S6 5.5 12 5.5 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z" /><circle cx="12" cy="12" r="3" /></>,
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  command: <path d="m5 7 5 5-5 5M12 17h7" />,
  log: <path d="M4 6h10M4 12h16M4 18h13" />,
  calendar: <><rect x="4" y="5" width="16" height="15" rx="2" /><path d="M4 10h16M8.5 3v4M15.5 3v4" /></>,
  report: <><path d="M6 3h8l4 4v14H6z" /><path d="M9 12h6M9 16h6" /></>,
  shield: <path d="M12 3l8 3v6c0 4.5-3.2 7.7-8 9-4.8-1.3-8-4.5-8-9V6z" />,
  team: <><circle cx="12" cy="7" r="3" /><path d="M6.500 19c.4-4 2.600-6 5.500-6s5.100 2 5.500 6M5 6.500a2.500 2.500 0 0 0 0 5M19 6.500a2.500 2.500 0 0 1 0 5M2 17c.2-2 1-3 2.200-3.700M22 17c-.2-2-1-3-2.200-3.700" /></>,
  key: <><circle cx="8" cy="14" r="4" /><path d="m11 11 8-8M15 7l3 3" /></>,
  screen: <><rect x="3" y="5" width="18" height="12" rx="2" /><path d="M8 21h8M12 17v4" /></>,
  record: <><path d="M6 3h12v18H6z" /><path d="M9 8h6M9 12h6M9 16h3" /></>,
  guide: <><circle cx="12" cy="12" r="9" /><path d="m15.500 8.500-2 5-5 2 2-5z" /></>,
  dots: <><circle cx="6" cy="12" r="1" /><circle cx="12" cy="12" r="1" /><circle cx="18" cy="12" r="1" /></>,
  none: <><circle cx="11" cy="11" r="6" /><path d="m20 20-4.5-4.5M9 9l4 4M13 9l-4 4" /></>,
} as const;

export type IconName = keyof typeof LINES;
export const ICONS = Object.keys(LINES) as IconName[];

export const Icon = ({ name, big }: { name: IconName; big?: boolean }): JSX.Element => (
  <svg class={big ? `ic big ${name}` : 'ic'} viewBox="0 0 24 24" aria-hidden="true">{LINES[name]}</svg>
);

export const Brand = (): JSX.Element => (
  <div class="brand">
    <svg class="ic" viewBox="0 0 24 24" aria-hidden="true">
      <path class="tower" d="M12 3v3M9 21l1.2-11h3.6L15 21M8 21h8M9.5 6h5v4h-5z" />
      <path class="lamp" d="M4 6.5 8 8M4 10l4-1M20 6.5 16 8M20 10l-4-1" />
    </svg>
    <span class="t">Vigie</span>
  </div>
);
