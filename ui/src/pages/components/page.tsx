// SPDX-License-Identifier: Apache-2.0
// What pages are made of, in all states and both themes: for those who make pages, and to see at one glance that a change of a token breaks nothing. Linked from the list of keys only.
import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { prefs, t } from '../../i18n/i18n.ts';
import { STATES } from '../../model.ts';
import { Age, Kbd, Modal, Progress, Segments } from '../../parts/bits.tsx';
import { Password, Rules } from '../../parts/fields.tsx';
import { Icon, ICONS, Shape, StateWord } from '../../parts/icons.tsx';
import { toast } from '../../store/toast.ts';
import './components.css';

const COLOURS = ['bg', 'surface', 'surface-2', 'line', 'line-2', 'edge', 'text', 'muted', 'faint', 'accent', 'accent-soft', 'on-accent', 'focus', 'rail', 'rail-text', 'rail-sel', 'ok', 'ok-soft', 'warn', 'warn-fill', 'warn-soft', 'crit', 'crit-soft', 'unk', 'unk-soft',
  'unr', 'unr-soft', 'pend', 'pend-soft', 'ack', 'badge', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6', 'g7', 'g8'] as const;
const SIZES = ['size-xl', 'size-l', 'size', 'size-s', 'size-xs'] as const;

const set = (property: string, value: string) => (el: HTMLElement | null): void => el?.style.setProperty(property, value);

const Group = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => <section class="group"><h3>{name}</h3><div class="set">{children}</div></section>;

const Colours = (): JSX.Element => (
  <ul class="swatches">{COLOURS.map((name) => <li key={name}><i aria-hidden="true" ref={set('background', `var(--${name})`)} /><code>--{name}</code></li>)}</ul>
);

const Sizes = (): JSX.Element => <>{SIZES.map((name) => <span key={name} ref={set('font-size', `var(--${name})`)}>{t('comp.sample')} <code>--{name}</code></span>)}</>;

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
      <div class="field"><label for={`${id}-when`}>{t('comp.when')}</label><input id={`${id}-when`} type="datetime-local" value="2026-12-24T18:00" /></div>
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
    <div class="set"><div class="toast"><span>{t('comp.toast')}</span></div><div class="toast bad"><span>{t('comp.toast_bad')}</span></div></div>
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
    <Group name={t('comp.colours')}><Colours /></Group>
    <Group name={t('comp.sizes')}><Sizes /></Group>
    <Group name={t('comp.buttons')}><Buttons /></Group>
    <Group name={t('comp.states')}><States /></Group>
    <Group name={t('comp.tags')}><Tags /></Group>
    <Group name={t('comp.fields')}><Fields id={theme} /></Group>
    <Group name={t('comp.messages')}><Said /></Group>
    <Group name={t('comp.boxes')}><Boxes /></Group>
    <Group name={t('comp.icons')}><Icons /></Group>
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
          <button type="button" class="btn" data-tip={t('comp.tip')}>{t('comp.show_tip')}</button>
        </div>
        <p class="muted">{t('comp.text_top')}</p>
        <div class="themes"><Theme theme="light" /><Theme theme="dark" /></div>
      </div>
      {open && <Modal title={t('comp.dialog')} onClose={() => setOpen(false)}><p>{t('comp.sample')}</p><div class="foot"><button type="button" class="btn p" onClick={() => setOpen(false)}>{t('help.close_button')} <Kbd k="Esc" /></button></div></Modal>}
    </main>
  );
}
