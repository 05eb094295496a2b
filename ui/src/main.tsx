// SPDX-License-Identifier: Apache-2.0
import { effect, signal } from '@preact/signals';
import { Component, render, type ComponentChildren, type JSX } from 'preact';
import { AwayError, readSession, session } from './api.ts';
import { prefs, t, type Key } from './i18n/i18n.ts';
import { applyLook } from './prefs.ts';
import { startKeys } from './keys.ts';
import { AccountPage } from './pages/account.tsx';
import { codeIn, LoginPage, SetupPage } from './pages/login.tsx';
import { GraphsPage } from './lazy.tsx';
import { MissingFrame, MissingPage } from './pages/missing.tsx';
import { PlatformPage } from './pages/platform.tsx';
import { ResourcesPage } from './pages/resources.tsx';
import { UsersPage } from './pages/users.tsx';
import { Tip, Toasts } from './parts/bits.tsx';
import { Dialogs } from './parts/dialogs.tsx';
import { Panel } from './parts/panel.tsx';
import { Shell } from './parts/shell.tsx';
import { route, startRouting, type PageName } from './route.ts';
import { startDetail } from './store/detail.ts';
import { counts, startList } from './store/list.ts';
import { startClock } from './store/now.ts';
import { startStatus } from './store/status.ts';
import { watchVisibility } from './store/stream.ts';
import { num } from './format.ts';
import './style/tokens.css';
import './style/base.css';
import './style/app.css';
import './style/graph.css';

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

const PAGES: Record<PageName, () => JSX.Element> = {
  resources: () => <ResourcesPage />, graphs: () => <GraphsPage />, platform: () => <PlatformPage />, users: () => <UsersPage />, account: () => <AccountPage />, missing: () => <MissingPage />,
};
const TITLES: Record<PageName, Key> = { resources: 'list.title', graphs: 'graph.title', platform: 'plat.title', users: 'users.title', account: 'account.title', missing: 'missing.title' };

function App(): JSX.Element | null {
  if (session.value === undefined) return unreachable.value ? <Unreachable /> : null;
  const page = route.value.page;
  if (session.value === null && setupCode.value !== null) return <SetupPage code={setupCode.value} />;
  if (session.value === null) return page === 'missing' ? <MissingFrame /> : <LoginPage />;
  const panel = page === 'resources' && route.value.open ? <Panel /> : null;
  return (
    <>
      <Shell panel={panel}>{PAGES[page]()}</Shell>
      <Dialogs />
      <Toasts />
      <Tip />
    </>
  );
}

function watchTitle(): void {
  effect(() => {
    const n = session.value ? counts.value.unhandled ?? 0 : 0;
    const name = !session.value ? '' : `${t(TITLES[route.value.page])} · `;
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

function start(root: HTMLElement): void {
  applyLook(prefs.peek());
  addEventListener('hashchange', () => { setupCode.value = codeIn(location.hash); });
  startRouting();
  startClock();
  watchLook();
  watchTitle();
  watchVisibility();
  startList();
  startDetail();
  startStatus();
  startKeys();
  render(<Guard><App /></Guard>, root);
  void firstSession();
}

const root = document.getElementById('app');
if (root) start(root);
