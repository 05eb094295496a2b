// SPDX-License-Identifier: Apache-2.0
// A view and a feed for as long as a part of the page is shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { effect } from '@preact/signals';
import { Feed } from './feed.ts';
import type { Perf } from '../model.ts';
import { route } from '../route.ts';
import { watchPalette } from './palette.ts';
import { View } from './view.ts';

const AGAIN_MS = 60000;
export const SOON_MS = 2000; // what the board tells may be in the history a moment later

export function useView(): View {
  const [view] = useState(() => new View());
  useEffect(() => {
    watchPalette();
    const timer = setInterval(() => {
      if (!document.hidden && view.cursor.peek() === null) view.refresh();
    }, AGAIN_MS);
    const seen = (): void => { if (!document.hidden) view.refresh(); };
    document.addEventListener('visibilitychange', seen);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', seen);
      view.stop();
    };
  }, [view]);
  return view;
}

// Labels of resources, as they were first heard: a check that fails writes none, and lines must not change their places for that.
export function useWritten(): (id: string, perf: readonly Perf[] | undefined) => ReadonlySet<string> {
  const [all] = useState(() => new Map<string, Set<string>>());
  return (id, perf) => {
    const own = all.get(id) ?? new Set();
    all.set(id, own);
    for (const p of perf ?? []) own.add(p.label);
    return own;
  };
}

// moment: another one: something happened to these resources, which is drawn in.
export function useFeed(ids: readonly string[], view: View, points: number, moment: string): { feed: Feed; again: () => void } {
  const [feed] = useState(() => new Feed());
  const key = ids.join(',');
  const read = (): void => void feed.read(ids, view.asked.peek(), points, route.peek().compare);
  useEffect(() => {
    const stop = effect(() => { void feed.read(ids, view.asked.value, points, route.value.compare); });
    return () => {
      stop();
      feed.stop();
    };
  }, [feed, key, points]);
  const last = useRef(moment);
  useEffect(() => {
    const news = last.current !== '' && last.current !== moment;
    last.current = moment;
    if (!news) return undefined;
    const look = (): void => {
      if (view.cursor.peek() === null && view.live()) view.refresh();
      else read();
    };
    look();
    const soon = setTimeout(look, SOON_MS);
    return () => clearTimeout(soon);
  }, [moment]);
  return { feed, again: read };
}
