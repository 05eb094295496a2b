// SPDX-License-Identifier: Apache-2.0
// What stands around every page: rail, top bar, banners, menu of the person.
import { Fragment, type ComponentChildren, type JSX, type RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { away, lastAnswer, logout, session } from '../api.ts';
import { moment, num } from '../format.ts';
import { LANG_NAMES, lang, prefs, setPrefs, t } from '../i18n/i18n.ts';
import { STATES, type State } from '../model.ts';
import { pagePart } from '../lazy.tsx';
import { PAGES, type PageName, type PageRow } from '../pages.ts';
import { may, roleName } from '../rights.ts';
import { DEFAULT_ROUTE, formatRoute, go, route } from '../route.ts';
import { dialog, openDialog } from '../store/actions.ts';
import { counts } from '../store/list.ts';
import { degraded, doubtful, refused, remarks, status, updated, warnings } from '../store/status.ts';
import { live } from '../store/stream.ts';
import { setViewAs, viewAs } from '../viewas.ts';
import { Kbd, pickLang, Segments } from './bits.tsx';
import { Brand, Icon, Shape } from './icons.tsx';
import { Search } from './search.tsx';

// Closes what is open when one points elsewhere, or by Esc, which gives the focus back to its button.
function useClosing(open: boolean, box: RefObject<HTMLElement | null>, close: () => void): void {
  useEffect(() => {
    if (!open) return undefined;
    const outside = (e: MouseEvent): void => { if (e.target instanceof Node && !box.current?.contains(e.target)) close(); };
    const key = (e: KeyboardEvent): void => {
      if (e.key !== 'Escape' || dialog.peek()) return;
      e.preventDefault();
      close();
      box.current?.querySelector<HTMLElement>('[aria-expanded]')?.focus();
    };
    document.addEventListener('mousedown', outside);
    document.addEventListener('keydown', key, true);
    return () => {
      document.removeEventListener('mousedown', outside);
      document.removeEventListener('keydown', key, true);
    };
  }, [open]);
}

type MenuRow = PageRow & { name: PageName };

function NavLink({ row, badge, beside }: { row: MenuRow; badge: JSX.Element | null; beside: boolean }): JSX.Element {
  const target = { ...DEFAULT_ROUTE, page: row.name };
  const here = route.value.page === row.name;
  const soon = (): void => pagePart(row.name).fetch();
  const click = (e: MouseEvent): void => {
    if (e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    go(target);
  };
  return (
    <a href={formatRoute(target)} class={beside ? 'beside' : ''} aria-current={here ? 'page' : undefined} onClick={click} onPointerEnter={soon} onFocus={soon} data-tip={t(`page.${row.name}`)} data-tip-without=".t">
      <Icon name={row.icon ?? 'list'} /><span class="t">{t(`page.${row.name}`)}</span>{badge}
    </a>
  );
}

function unhandledBadge(): JSX.Element | null {
  const open = counts.value.unhandled ?? 0;
  return open > 0 ? <span class="n" title={t('nav.unhandled', { n: open })}>{num(open, 0)}<span class="sr"> {t('nav.unhandled', { n: open })}</span></span> : null;
}

function warningsBadge(): JSX.Element | null {
  const warned = warnings.value.length + remarks.value.length + (degraded.value ? 1 : 0) + (refused.value ? 1 : 0) + (doubtful.value > 0 ? 1 : 0);
  return warned > 0 ? <span class={degraded.value || refused.value ? 'n' : 'n w'} title={t('nav.warnings', { n: warned })}>{num(warned, 0)}</span> : null;
}

const BADGES: Partial<Record<PageName, () => JSX.Element | null>> = { resources: unhandledBadge, platform: warningsBadge };
const SECTIONS = ['watch', 'understand', 'report', 'operate', 'admin'] as const;
const COVERS = '(max-width: 899px)'; // as the style sheet has it
const NARROW = 3; // pages beside the button for all of them, on a narrow screen

// On a narrow screen: all pages, above the bar.
function useSheet(): { open: boolean; box: RefObject<HTMLElement | null>; toggle: () => void } {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLElement>(null);
  useClosing(open, box, () => setOpen(false));
  useEffect(() => setOpen(false), [route.value.page]);
  return { open, box, toggle: () => setOpen(!open) };
}

function Rail(): JSX.Element {
  const { open, box, toggle } = useSheet();
  const shown: readonly MenuRow[] = PAGES.filter((row) => row.section !== '' && may(row.right) && (row.name !== 'guide' || prefs.value.guide));
  const beside = shown.slice(0, NARROW);
  const hidden = shown.length > NARROW + 1;
  return (
    <nav class={`rail ${hidden ? 'many' : ''} ${open ? 'open' : ''}`} aria-label={t('nav.main')} ref={box}>
      <Brand />
      {SECTIONS.map((section) => {
        const rows = shown.filter((row) => row.section === section);
        return rows.length > 0 && <Fragment key={section}><h2>{t(`nav.${section}`)}</h2>{rows.map((row) => <NavLink key={row.name} row={row} beside={beside.includes(row)} badge={BADGES[row.name]?.() ?? null} />)}</Fragment>;
      })}
      {hidden && <button type="button" class="all" aria-expanded={open} onClick={toggle}><Icon name="menu" /><span class="t">{t('nav.more')}</span></button>}
      <p class="foot">{status.value ? `Vigie ${status.value.version}` : ''}</p>
    </nav>
  );
}

const CHIPS: readonly { shape: State; states: readonly State[]; label: 'counts.critical' | 'counts.unreachable' | 'counts.warning' | 'counts.unknown' | 'counts.pending' | 'counts.ok'; fine?: boolean }[] = [
  { shape: 'critical', states: ['down', 'critical'], label: 'counts.critical' },
  { shape: 'unreachable', states: ['unreachable'], label: 'counts.unreachable', fine: true },
  { shape: 'warning', states: ['warning'], label: 'counts.warning' },
  { shape: 'unknown', states: ['unknown'], label: 'counts.unknown' },
  { shape: 'pending', states: ['pending'], label: 'counts.pending', fine: true },
  { shape: 'ok', states: ['ok', 'up'], label: 'counts.ok' },
];

function Counts(): JSX.Element {
  const c = counts.value;
  const on = route.value.states;
  return (
    <div class="counts" role="group" aria-label={t('counts.label')}>
      {CHIPS.map((chip) => {
        const n = chip.states.reduce((sum, s) => sum + (c[s] ?? 0), 0);
        const pressed = chip.states.length === on.length && chip.states.every((s) => on.includes(s));
        if (n === 0 && chip.fine && !pressed) return null;
        const click = (): void => go({ page: 'resources', states: pressed ? [] : STATES.filter((s) => chip.states.includes(s)), filter: pressed ? 'unhandled' : 'all' });
        return (
          <button type="button" key={chip.shape} class={`chip s-${chip.shape} ${chip.fine ? 'fine' : ''}`} aria-pressed={pressed} data-tip={t(chip.label, { n })} aria-label={t(chip.label, { n })} onClick={click}>
            <Shape state={chip.shape} />{num(n, 0)}
          </button>
        );
      })}
    </div>
  );
}

function Menu({ close }: { close: () => void }): JSX.Element {
  const p = prefs.value;
  const who = session.value;
  return (
    <div class="menu" id="menu">
      <div class="who"><b>{who?.user}</b><span class="muted">{who && roleName(who.role)}</span></div>
      <div><span class="muted">{t('menu.theme')} <Kbd k="t" /></span>
        <Segments label={t('menu.theme')} value={p.theme} onPick={(theme) => void setPrefs({ theme })}
          options={[['auto', t('menu.theme_auto')], ['light', t('menu.theme_light')], ['dark', t('menu.theme_dark')]]} /></div>
      <div><span class="muted">{t('menu.density')}</span>
        <Segments label={t('menu.density')} value={p.density} onPick={(density) => void setPrefs({ density })}
          options={[['compact', t('menu.density_compact')], ['normal', t('menu.density_normal')], ['detailed', t('menu.density_detailed')]]} /></div>
      <div><span class="muted">{t('menu.lang')}</span>
        <Segments label={t('menu.lang')} value={lang.value} onPick={(code) => void pickLang(code)} options={[['en', LANG_NAMES.en], ['fr', LANG_NAMES.fr]]} /></div>
      <div>
        <label class="opt"><input type="checkbox" checked={p.contrast} onChange={(e) => void setPrefs({ contrast: e.currentTarget.checked })} /><span>{t('menu.contrast')}</span></label>
        <label class="opt"><input type="checkbox" checked={p.keys} onChange={(e) => void setPrefs({ keys: e.currentTarget.checked })} /><span>{t('help.switch')}</span></label>
      </div>
      <button type="button" class="btn" onClick={() => { close(); go({ page: 'account', open: '' }); }}>{t('page.account')}</button>
      <button type="button" class="btn" onClick={() => { close(); openDialog('help'); }}>{t('menu.help')} <Kbd k="?" /></button>
      <button type="button" class="btn" onClick={() => void logout()}>{t('menu.logout')}</button>
    </div>
  );
}

function Person(): JSX.Element {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const user = session.value?.user ?? '';
  const initials = user.slice(0, 2).toUpperCase();
  useClosing(open, box, () => setOpen(false));
  return (
    <div ref={box}>
      <button type="button" class="av" aria-expanded={open} aria-controls="menu" aria-label={t('menu.open', { user, initials })} data-tip={user} onClick={() => setOpen(!open)}>{initials}</button>
      {open && <Menu close={() => setOpen(false)} />}
    </div>
  );
}

function Health(): JSX.Element {
  const state = away.value ? 'off' : live.value;
  const latency = status.value?.checks?.['latency_ms'];
  return (
    <div class="health">
      {latency !== undefined && <span class="lat" data-tip={t('live.latency_tip')}>{t('live.latency')} <b>{num(latency, 0)} ms</b></span>}
      {route.value.page === 'resources' && <span class={`livedot ${state === 'on' ? '' : state}`}><i aria-hidden="true" />{t(`live.${state}`)}</span>}
      <button type="button" class="btn ghost icon cmd" aria-label={t('nav.commands')} aria-keyshortcuts="Control+K" data-tip={`${t('nav.commands')} (Ctrl+K)`} onClick={() => openDialog('palette')}><Icon name="command" /></button>
      <Person />
    </div>
  );
}

function Banners(): JSX.Element {
  const platform = <button type="button" class="btn" onClick={() => go({ page: 'platform', open: '' })}>{t('note.see')}</button>;
  const here = route.value.page === 'platform';
  return (
    <div class="note" role="status">
      {viewAs.value && <div class="banner as"><Icon name="eye" /><span><b>{t('viewas.title', { name: viewAs.value })}</b> <span class="more">{t('viewas.text')}</span></span><span class="sp" /><button type="button" class="btn" onClick={() => setViewAs('', location.pathname)}>{t('viewas.end')}</button></div>}
      {away.value && <div class="banner bad"><Icon name="alert" /><span><b>{t('away.title')}</b> {t('away.text', { time: moment(new Date(lastAnswer.value).toISOString(), Date.now()) })}</span></div>}
      {updated.value && <div class="banner"><Icon name="alert" /><span><b>{t('note.updated')}</b> {t('note.updated_text')}</span><span class="sp" /><button type="button" class="btn" onClick={() => location.reload()}>{t('note.reload')}</button></div>}
      {degraded.value && <div class="banner bad"><Icon name="alert" /><span><b>{t('note.degraded')}</b> {t('note.degraded_text', { why: degraded.value })}</span><span class="sp" />{!here && platform}</div>}
      {!degraded.value && refused.value && !here && <div class="banner bad"><Icon name="alert" /><span><b>{t('note.reload_refused')}</b> <span class="more">{t('note.reload_text')}</span></span><span class="sp" />{platform}</div>}
      {!degraded.value && !refused.value && warnings.value.length > 0 && !here && <div class="banner"><Icon name="alert" /><span><b>{t('note.warning')}</b> {warnings.value[0]}</span><span class="sp" />{platform}</div>}
    </div>
  );
}

// On a narrow screen the panel lies over everything else, which is then out of reach of keys and screen readers, too.
function useCovered(panel: boolean): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(COVERS).matches);
  useEffect(() => {
    const query = matchMedia(COVERS);
    const follow = (): void => setNarrow(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, []);
  const covered = panel && narrow;
  useEffect(() => {
    if (covered && !document.activeElement?.closest('.panel, dialog')) document.getElementById('panel-title')?.focus();
  }, [covered]);
  return covered;
}

export function Shell({ panel, children }: { panel: JSX.Element | null; children: ComponentChildren }): JSX.Element {
  const covered = useCovered(panel !== null);
  return (
    <div class={`app ${panel ? (route.value.tab === 'graph' ? 'paneled graphed' : 'paneled') : ''} ${prefs.value.keys ? '' : 'keys-off'}`}>
      <div class="under" inert={covered}>
        <a class="btn skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById('main')?.focus(); }}>{t('app.skip')}</a>
        <header class="top"><Search /><Counts /><Health /></header>
        <Rail />
        <Banners />
        {children}
      </div>
      {panel}
    </div>
  );
}
