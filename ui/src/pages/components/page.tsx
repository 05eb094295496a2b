// SPDX-License-Identifier: Apache-2.0
// What pages are made of, in all states and both themes: for those who make pages, and to see at one glance that a change of a token breaks nothing. Linked from the list of keys only.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { prefs, t } from '../../i18n/i18n.ts';
import { STATES, type State } from '../../model.ts';
import { panelPart } from '../../lazy.tsx';
import { Waiting } from '../../part.tsx';
import { Age, Kbd, Modal, Progress, Segments } from '../../parts/bits.tsx';
import { Password, Rules } from '../../parts/fields.tsx';
import { Icon, ICONS, Shape, StateWord } from '../../parts/icons.tsx';
import { WhenField } from '../../parts/when.tsx';
import { toast } from '../../store/toast.ts';
import './components.css';

// The tokens are read from the style sheet itself, so that none is missing here and none is made up.
interface Token {
  name: string;
  value: string;
}
function tokens(): Token[] {
  const found = new Map<string, string>();
  for (const sheet of document.styleSheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSStyleRule) || !/^(:root|\[data-theme)/.test(rule.selectorText)) continue;
      for (const name of rule.style) if (name.startsWith('--') && !found.has(name)) found.set(name, rule.style.getPropertyValue(name).trim());
    }
  }
  return [...found].map(([name, value]) => ({ name, value }));
}
const isColour = (one: Token): boolean => /^#[0-9a-f]{3,8}$/i.test(one.value);
const SIZES = ['--size-xl', '--size-l', '--size', '--size-s', '--size-xs'] as const;

const set = (property: string, value: string) => (el: HTMLElement | null): void => el?.style.setProperty(property, value);

type Named = 'colours' | 'sizes' | 'measures' | 'buttons' | 'menus' | 'states' | 'tags' | 'list' | 'panel' | 'fields' | 'messages' | 'boxes' | 'icons';

// With its name, what it is for, and where it is made.
const Group = ({ name, made, children }: { name: Named; made: string; children: ComponentChildren }): JSX.Element => (
  <section class="group"><h3>{t(`comp.${name}`)}</h3><p class="muted for">{t(`comp.for_${name}`)} <code>{made}</code></p><div class="set">{children}</div></section>
);

const Colours = (): JSX.Element => (
  <ul class="swatches">{tokens().filter(isColour).map(({ name }) => <li key={name}><i aria-hidden="true" ref={set('background', `var(${name})`)} /><code>{name}</code></li>)}</ul>
);

const Sizes = (): JSX.Element => <>{SIZES.map((name) => <span key={name} ref={set('font-size', `var(${name})`)}>{t('comp.sample')} <code>{name}</code></span>)}</>;

const Measures = (): JSX.Element => (
  <dl class="facts measures">{tokens().filter((one) => !isColour(one) && !(SIZES as readonly string[]).includes(one.name)).map(({ name, value }) => [<dt key={name}><code>{name}</code></dt>, <dd key={`${name}=`}><code>{value}</code></dd>])}</dl>
);

function Small(props: { label: string; children: (close: () => void) => ComponentChildren }): JSX.Element | null {
  const panel = panelPart.get();
  return panel && <panel.Popup {...props} />;
}

const Menus = (): JSX.Element => (
  <>
    <Small label={t('comp.popup')}>{(close) => <ul>{([t('comp.one'), t('comp.two')]).map((text) => <li key={text}><button type="button" class="w" onClick={close}>{text}</button></li>)}</ul>}</Small>
    <span class="term"><button type="button" class="w">host:web</button><button type="button" aria-label={t('search.drop', { term: 'host:web' })}><Icon name="close" /></button></span>
    <span class="term not"><button type="button" class="w">!is:ok</button><button type="button" aria-label={t('search.drop', { term: '!is:ok' })}><Icon name="close" /></button></span>
    <button type="button" class="tok"><span>production</span><Icon name="close" /></button>
    <button type="button" class="ln">{t('comp.link')}</button>
    <button type="button" class="btn" data-tip={t('comp.tip')}>{t('comp.show_tip')}</button>
  </>
);

// Rows as the list has them, which are drawn from what the server says.
const ROWS: readonly (readonly [State, string, string, string])[] = [['critical', 'sel', 'web-01', 'Disk /var'], ['down', 'cur', 'core-1', ''], ['unreachable', 'child', 'cam-12', ''], ['warning', 'q', 'print-02', 'Toner'], ['unknown', 'gone', 'nas', 'Volumes']];
const ListRows = (): JSX.Element => (
  <div class="tbl"><table class="list"><caption class="sr">{t('comp.list')}</caption>
    <thead><tr><th scope="col" class="c-state">{t('list.col_state')}</th><th scope="col">{t('list.col_resource')}</th></tr></thead>
    <tbody>{ROWS.map(([state, cls, host, service]) => (
      <tr key={host} class={`row s-${state} ${cls}`}><td class="c-state"><StateWord state={state} /></td>
        <th scope="row" class="c-res"><div class="rn"><span class="r">{service ? <><span class="h">{host} › </span><span class="s">{service}</span></> : <span class="s">{host}</span>}</span>
          {cls === 'cur' && <span class="tag unfold"><Icon name="down" /><span class="w">{t('list.consequences', { n: 1 })}</span></span>}{cls === 'q' && <span class="tags"><span class="tag d">{t('list.tag_downtime')}</span></span>}</div></th></tr>
    ))}</tbody></table></div>
);

function PanelParts(): JSX.Element {
  const panel = panelPart.get();
  if (!panel) return <Waiting part={panelPart} />;
  const { PerfTable, Section } = panel;
  return (
    <div class="said">
      <p class="why s-critical"><b class="s-critical">{t('state.critical')}</b> · {t('comp.sample')}</p>
      <Section title={t('comp.section')} side="12 ms"><pre>{t('comp.sample')}</pre></Section>
      <PerfTable perf={[{ label: 'tide', value: 96.4, unit: '%', warn: '90', crit: '95', min: 0, max: 100 }]} />
      <ul class="cards"><li><p>{t('comp.sample')}</p><p class="meta"><span>marie · <Age at={new Date(Date.now() - 65000).toISOString()} /></span></p></li><li class="d"><p>{t('comp.hatched')}</p></li></ul>
      <div class="nextbar" aria-hidden="true"><svg viewBox="0 0 100 1" preserveAspectRatio="none"><rect x="0" y="0" width="40" height="1" /></svg></div>
    </div>
  );
}

function Buttons(): JSX.Element {
  const [picked, setPicked] = useState<'a' | 'b' | 'c'>('a');
  return (
    <>
      <button type="button" class="btn p">{t('comp.primary')} <Kbd k="a" /></button><button type="button" class="btn">{t('comp.plain')}</button><button type="button" class="btn ghost">{t('comp.quiet')}</button>
      <button type="button" class="btn icon" aria-label={t('comp.picture')}><Icon name="check" /></button>
      <button type="button" class="btn p" disabled>{t('comp.primary')}</button><button type="button" class="btn" disabled>{t('comp.plain')}</button>
      <Segments label={t('comp.segments')} value={picked} options={[['a', t('comp.one')], ['b', t('comp.two')], ['c', t('comp.three')]]} onPick={setPicked} />
    </>
  );
}

const States = (): JSX.Element => (
  <>
    {STATES.map((state) => <StateWord key={state} state={state} />)}
    {STATES.map((state) => <span key={state} class={`chip s-${state}`}><Shape state={state} />12</span>)}
  </>
);

const Tags = (): JSX.Element => (
  <><span class="tag">{t('list.tag_flapping')}</span><span class="tag a">{t('list.tag_ack')}</span><span class="tag d">{t('list.tag_downtime')}</span><Kbd k="Enter" /><span>{t('comp.age')} <Age at={new Date(Date.now() - 65000).toISOString()} stop /></span></>
);

function Fields({ id }: { id: string }): JSX.Element {
  const [password, setPassword] = useState('');
  return (
    <div class="fields">
      <div class="field"><label for={`${id}-text`}>{t('comp.field')}</label><input id={`${id}-text`} type="text" value={t('comp.sample')} aria-describedby={`${id}-help`} /><p class="help" id={`${id}-help`}>{t('comp.field_help')}</p></div>
      <div class="field"><label for={`${id}-bad`}>{t('comp.wrong')}</label><input id={`${id}-bad`} type="text" value="?" aria-invalid="true" aria-describedby={`${id}-err`} /><p class="err" id={`${id}-err`}>{t('comp.wrong_text')}</p></div>
      <div class="field"><label for={`${id}-pick`}>{t('comp.choice')}</label><select id={`${id}-pick`}><option>{t('comp.one')}</option><option>{t('comp.two')}</option></select></div>
      <WhenField id={`${id}-when`} label={t('comp.when')} value="2026-12-24T18:00" onText={() => undefined} />
      <div class="field"><label for={`${id}-long`}>{t('comp.text')}</label><textarea id={`${id}-long`} rows={2}>{t('comp.sample')}</textarea></div>
      <div><Password id={`${id}-pw`} label={t('comp.password')} value={password} auto="new-password" onText={setPassword} /><Rules password={password} user="marie" /></div>
      <div><label class="opt"><input type="checkbox" checked /><span>{t('comp.option')}<small>{t('comp.field_help')}</small></span></label><label class="opt"><input type="checkbox" disabled /><span>{t('comp.option')}</span></label></div>
    </div>
  );
}

const Said = (): JSX.Element => (
  <div class="said">
    <div class="banner"><Icon name="alert" /><span><b>{t('comp.banner')}</b> {t('comp.sample')}</span></div><div class="banner bad"><Icon name="alert" /><span><b>{t('comp.banner_bad')}</b> {t('comp.sample')}</span></div><div class="banner as"><Icon name="eye" /><span><b>{t('viewas.title', { name: 'marie' })}</b></span></div>
    <p class="alert">{t('comp.wrong_text')}</p>
    <div class="set"><div class="toast"><span class="what">{t('comp.toast')}</span><button type="button">{t('comp.undo')}</button></div><div class="toast bad"><span class="what">{t('comp.toast_bad')}</span></div></div>
    <span class="skel" /><Progress label={t('comp.progress')} done={42} of={100} /><Progress label={t('comp.progress_unknown')} done={0} />
  </div>
);

const Boxes = (): JSX.Element => (
  <>
    <div class="tiles"><div class="tile"><div class="k">{t('comp.tile')}</div><div class="v">12 ms</div><div class="d">{t('comp.tile_text')}</div></div><div class="tile bad"><div class="k">{t('comp.tile_bad')}</div><div class="v">1 234</div><div class="d">{t('comp.tile_text')}</div></div></div>
    <div class="block"><header class="row"><div><h4>{t('comp.block')}</h4><p>{t('comp.block_text')}</p></div><button type="button" class="btn">{t('comp.plain')}</button></header>
      <table class="grid"><caption class="sr">{t('comp.table')}</caption><thead><tr><th scope="col">{t('comp.col_name')}</th><th scope="col">{t('comp.col_state')}</th><th scope="col" class="num">{t('comp.col_number')}</th></tr></thead>
        <tbody>{([['engine', true, '12'], ['store', false, '345']] as const).map(([name, good, n]) => <tr key={name}><th scope="row">{name}</th><td><span class={`fact ${good ? 'good' : 'bad-t'}`}><Icon name={good ? 'check' : 'alert'} />{t(good ? 'comp.good' : 'comp.bad')}</span></td><td class="num">{n}</td></tr>)}</tbody></table></div>
    <div class="block"><div class="empty"><Icon name="calm" big /><h4>{t('comp.empty')}</h4><p>{t('comp.empty_text')}</p><button type="button" class="btn">{t('comp.plain')}</button></div></div>
  </>
);

const Icons = (): JSX.Element => <ul class="icons">{ICONS.map((name) => <li key={name}><Icon name={name} /><code>{name}</code></li>)}</ul>;

const Theme = ({ theme }: { theme: 'light' | 'dark' }): JSX.Element => (
  <section class="themed" data-theme={theme} data-contrast={prefs.value.contrast ? 'high' : 'normal'} aria-label={t(`comp.${theme}`)}>
    <h2>{t(`comp.${theme}`)}</h2>
    <Group name="colours" made="style/tokens.css"><Colours /></Group>
    <Group name="sizes" made="style/tokens.css"><Sizes /></Group>
    <Group name="measures" made="style/tokens.css"><Measures /></Group>
    <Group name="buttons" made=".btn .p .ghost .icon, Segments"><Buttons /></Group>
    <Group name="menus" made="Popup, .term, .tok, .ln, data-tip"><Menus /></Group>
    <Group name="states" made="StateWord, Shape, .chip"><States /></Group>
    <Group name="tags" made=".tag .a .d, Kbd, Age"><Tags /></Group>
    <Group name="list" made="pages/resources/table.tsx"><ListRows /></Group>
    <Group name="panel" made="panel/section.tsx, panel/perf.tsx, .why, .cards"><PanelParts /></Group>
    <Group name="fields" made=".field, parts/fields.tsx, parts/pick.tsx, parts/when.tsx"><Fields id={theme} /></Group>
    <Group name="messages" made=".banner, .alert, Toasts, Progress"><Said /></Group>
    <Group name="boxes" made=".tile, .block, .grid, .empty"><Boxes /></Group>
    <Group name="icons" made="parts/icons.tsx"><Icons /></Group>
  </section>
);

export function Page(): JSX.Element {
  const [open, setOpen] = useState(false);
  return (
    <main id="main" class="scroll" tabIndex={-1}>
      <div class="plat">
        <div class="bar"><h1>{t('page.components')}</h1>
          <button type="button" class="btn" onClick={() => setOpen(true)}>{t('comp.dialog')}</button>
          <button type="button" class="btn" onClick={() => toast(t('comp.toast'))}>{t('comp.show_toast')}</button>
        </div>
        <p class="muted">{t('comp.text_top')}</p>
        <div class="themes"><Theme theme="light" /><Theme theme="dark" /></div>
      </div>
      {open && <Modal title={t('comp.dialog')} onClose={() => setOpen(false)}><p>{t('comp.sample')}</p><div class="foot"><button type="button" class="btn p" onClick={() => setOpen(false)}>{t('help.close_button')} <Kbd k="Esc" /></button></div></Modal>}
    </main>
  );
}
