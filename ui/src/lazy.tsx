// SPDX-License-Identifier: Apache-2.0
// The parts that are not pages, loaded when they are first wanted: those who only read the list do not pay for them.
import type { JSX } from 'preact';
import type { Perf } from './model.ts';
import { PAGES, type PageName, type PageRow } from './pages.ts';
import { Part, Waiting } from './part.tsx';

const graphs = new Part(() => import('./graph/graphs.ts'), ['graph']);
const spark = new Part(() => import('./graph/spark.tsx'));
const pages = new Map<string, Part<Awaited<ReturnType<PageRow['code']>>>>(PAGES.map((row) => [row.name, new Part<Awaited<ReturnType<PageRow['code']>>>(row.code, row.books)]));

export const panelPart = new Part(() => import('./panel/panel.tsx'), ['panel', 'event']);
export const dialogsPart = new Part(() => import('./dialogs/dialogs.tsx'), ['dialogs']);
export const palettePart = new Part(() => import('./palette/palette.tsx'), ['palette']);
export const loginPart = new Part(() => import('./pages/login/page.tsx'), ['login']);
export const enrolPart = new Part(() => import('./totp/gate.tsx'), ['totp', 'login', 'admin']);
export const downloadPart = new Part(() => import('./download.ts'));
export const missingPart = new Part(() => import('./pages/missing/page.tsx'));
export const forbiddenPart = new Part(() => import('./pages/forbidden/page.tsx'));
export const pagePart = (name: PageName): Part<Awaited<ReturnType<PageRow['code']>>> => pages.get(name) ?? missingPart;

export function GraphTab(props: { id: string; subject: string; moment: string; perf: readonly Perf[] | undefined }): JSX.Element {
  const all = graphs.get();
  return all ? <all.GraphTab {...props} /> : <div class="body"><Waiting part={graphs} /></div>;
}

// Beside other things, which are worth showing without it.
export function Strip(props: { id: string; moment: string }): JSX.Element | null {
  const all = graphs.get();
  return all && <all.Strip {...props} />;
}

// The small lines of the list, which pays for no more than these.
export function Spark({ id }: { id: string }): JSX.Element | null {
  const part = spark.get();
  return part && <part.Spark id={id} />;
}

// What a person is likely to want next, once the browser has nothing better to do.
export function fetchSoon(): void {
  const idle = globalThis.requestIdleCallback ?? ((work: () => void) => setTimeout(work, 1500));
  idle(() => {
    if ((navigator as { connection?: { saveData?: boolean } }).connection?.saveData) return;
    panelPart.fetch();
    dialogsPart.ready().then((acts) => acts.followJobs(), () => undefined);
    palettePart.fetch();
  });
}
