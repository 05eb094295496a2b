// SPDX-License-Identifier: Apache-2.0
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Component, render, type ComponentChildren, type JSX } from 'preact';
import { AwayError, readSession, session } from './api.ts';
import { num } from './format.ts';
import { lang, openBook, prefs, t } from './i18n/i18n.ts';
import { startKeys } from './keys.ts';
import { dialogsPart, enrolPart, fetchSoon, forbiddenPart, loginPart, pagePart, palettePart, panelPart } from './lazy.tsx';
import { pageRow, type PageName } from './pages.ts';
import { Waiting } from './part.tsx';
import { Tip, Toasts } from './parts/bits.tsx';
import { Shell } from './parts/shell.tsx';
import { applyLook } from './prefs.ts';
import { may, type Right } from './rights.ts';
import { route, startRouting } from './route.ts';
import { codeIn } from './setup.ts';
import { dialog } from './store/actions.ts';
import { startDetail } from './store/detail.ts';
import { counts, startList } from './store/list.ts';
import { enrolling } from './store/enrol.ts';
import { startClock } from './store/now.ts';
import { startSaying } from './store/said.ts';
import { startStatus } from './store/status.ts';
import { watchVisibility } from './store/stream.ts';
import './style/tokens.css';
import './style/base.css';
import './style/app.css';

const setupCode = signal(codeIn(location.hash)); // null: no set-up link
const unreachable = signal(false);

function Unreachable(): JSX.Element {
  return <div class="empty"><h2>{t('away.title')}</h2><p>{t('err.network')}</p></div>;
}

// A fault of ours in one view must not leave an empty page.
class Guard extends Component<{ children: ComponentChildren }, { failed: string }> {
  override state = { failed: '' };
  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: error instanceof Error ? error.message : String(error) });
  }
  override render(): ComponentChildren {
    if (!this.state.failed) return this.props.children;
    return (
      <div class="empty" role="alert">
        <h2>{t('error.fault')}</h2><p>{t('error.fault_text')}</p><pre>{this.state.failed}</pre>
        <button type="button" class="btn p" onClick={() => location.reload()}>{t('error.reload')}</button>
      </div>
    );
  }
}

// Before anyone is signed in.
function Outside(): JSX.Element {
  const code = loginPart.get();
  if (!code) return <Waiting part={loginPart} />;
  if (setupCode.value !== null) return <code.SetupPage code={setupCode.value} />;
  return route.value.page === 'missing' ? <code.MissingFrame /> : <code.LoginPage />;
}

// Signed in, but the role requires a second factor, and there is none yet.
function Enrol(): JSX.Element {
  const code = enrolPart.get();
  return code ? <code.EnrolGate /> : <Waiting part={enrolPart} />;
}

const Coming = ({ part }: { part: Parameters<typeof Waiting>[0]['part'] }): JSX.Element => <main id="main" class="scroll" tabIndex={-1}><Waiting part={part} /></main>;

// Where one has gone to another page, its heading gets the focus, so that a keyboard and a screen reader go on there: but for who types in the search field, or has a dialog open.
let shown = '';
function useHeading(page: string): void {
  useEffect(() => {
    const moved = shown !== '' && shown !== page;
    shown = page;
    const busy = document.activeElement?.closest('.search, dialog, .panel');
    const heading = document.querySelector<HTMLElement>('#main h1');
    if (!moved || busy || !heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, [page]);
}

function Headed({ page, children }: { page: string; children: ComponentChildren }): JSX.Element {
  useHeading(page);
  return <>{children}</>;
}

function Refused({ page, right }: { page: PageName; right: Right }): JSX.Element {
  const code = forbiddenPart.get();
  return code ? <Headed page={page}><code.Forbidden title={t(`page.${page}`)} right={right} /></Headed> : <Coming part={forbiddenPart} />;
}

function PageView(): JSX.Element {
  const { page } = route.value;
  const right = pageRow(page)?.right ?? '';
  if (right !== '' && !may(right)) return <Refused page={page} right={right} />;
  const part = pagePart(page);
  const code = part.get();
  return code ? <Headed key={page} page={page}><code.Page /></Headed> : <Coming part={part} />;
}

function PanelView(): JSX.Element {
  const code = panelPart.get();
  return code ? <code.Panel /> : <aside class="panel" aria-label={t('part.panel')}><Waiting part={panelPart} /></aside>;
}

function DialogView(): JSX.Element | null {
  if (!dialog.value) return null;
  if (dialog.value.name === 'palette') {
    const palette = palettePart.get();
    return palette ? <palette.Palette /> : <div class="over"><Waiting part={palettePart} /></div>;
  }
  const code = dialogsPart.get();
  return code ? <code.Dialogs /> : <div class="over"><Waiting part={dialogsPart} /></div>;
}

function App(): JSX.Element | null {
  if (session.value === undefined) return unreachable.value ? <Unreachable /> : null;
  if (session.value === null) return <Outside />;
  if (session.value.totp?.required || enrolling.value) return <><Enrol /><Toasts /></>;
  return (
    <>
      <Shell panel={route.value.page === 'resources' && route.value.open ? <PanelView /> : null}><PageView /></Shell>
      <DialogView />
      <Toasts />
      <Tip />
    </>
  );
}

function watchTitle(): void {
  effect(() => {
    const n = session.value ? counts.value.unhandled ?? 0 : 0;
    const name = !session.value ? '' : `${t(`page.${route.value.page}`)} · `;
    document.title = `${n > 0 ? `(${num(n, 0)}) ` : ''}${name}Vigie`;
  });
}

function watchLook(): void {
  const again = (): void => applyLook(prefs.peek());
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) matchMedia(query).addEventListener('change', again);
}

// Someone may open the page before Vigie is up: it appears when it is.
async function firstSession(): Promise<void> {
  for (;;) {
    try {
      await readSession();
      return;
    } catch (error) {
      if (!(error instanceof AwayError)) throw error;
      unreachable.value = true;
      await new Promise((done) => setTimeout(done, 2000));
    }
  }
}

// Without its texts nothing can be said but this.
function textless(root: HTMLElement): void {
  root.textContent = lang.peek() === 'fr' ? 'Vigie n’a pas pu être chargée. Rechargez la page.' : 'Vigie could not be loaded. Load the page again.';
}

function start(root: HTMLElement): void {
  applyLook(prefs.peek());
  addEventListener('hashchange', () => { setupCode.value = codeIn(location.hash); });
  startRouting();
  startClock();
  watchLook();
  watchVisibility();
  startList();
  startDetail();
  startStatus();
  startSaying();
  startKeys();
  void firstSession();
  openBook('common').then(() => {
    watchTitle();
    render(<Guard><App /></Guard>, root);
    effect(() => { if (session.value) fetchSoon(); });
  }, () => textless(root));
}

const root = document.getElementById('app');
if (root) start(root);
