// SPDX-License-Identifier: Apache-2.0
// The rows on the screen. What a row says changes in place at once; which rows there are, and their order, changes only when
// that cannot move a row from under someone's pointer or focus. Beneath a row that stands for several these can stand, unfolded.
// Pure: no server and no page here, so that it can be tested.
import { batch, computed, signal, type Signal } from '@preact/signals';
import { isHandled, stillMatches, type Row, type View } from '../model.ts';

export interface Cell {
  row: Row;
  changed: number; // when a change of state was seen, so that the row can show it once; 0: none
  gone: boolean; // it no longer belongs to this view, and stays until the list may move
}

// What stands beneath a row, as far as it was read: `total` counts the others, too.
export interface Below {
  rows: readonly Row[];
  total: number;
}
export type Unfolded = ReadonlyMap<string, Below>;

// In the place of those beneath a row that were not read; behind it the id of that row.
const REST = '+';
export const restOf = (id: string): string => (id.startsWith(REST) ? id.slice(REST.length) : '');

interface Listed {
  rows: readonly Row[];
  below: Unfolded;
}
interface Beneath {
  ids: readonly string[];
  total: number;
}

// One below the other, as they are drawn. A row stands once: where it was on its own it stays so until the list is read again.
function flat(ids: readonly string[], below: ReadonlyMap<string, Beneath>): readonly string[] {
  if (below.size === 0) return ids;
  const seen = new Set(ids);
  return ids.flatMap((id) => {
    const here = below.get(id);
    if (!here) return [id];
    const own = here.ids.filter((one) => !seen.has(one));
    for (const one of own) seen.add(one);
    return [id, ...own, ...(here.total > here.ids.length ? [REST + id] : [])];
  });
}

const idsOf = (rows: readonly Row[]): string[] => rows.map((row) => row.id);
const beneath = (below: Unfolded): ReadonlyMap<string, Beneath> => new Map([...below].map(([id, { rows, total }]) => [id, { ids: idsOf(rows), total }]));
const equal = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((id, i) => id === b[i]);
const withOne = <T>(map: ReadonlyMap<string, T>, id: string, one: T): ReadonlyMap<string, T> => new Map(map).set(id, one);
const withoutOne = <T>(map: ReadonlyMap<string, T>, id: string): ReadonlyMap<string, T> => new Map([...map].filter(([key]) => key !== id));

export class Rows {
  readonly ids = signal<readonly string[]>([]); // those of the list itself
  readonly waiting = signal<Listed | null>(null); // the list as it should be, held back
  private readonly below = signal<ReadonlyMap<string, Beneath>>(new Map());
  readonly shown = computed(() => flat(this.ids.value, this.below.value)); // all of them, down the screen
  private readonly parents = computed(() => new Map([...this.below.value].flatMap(([id, here]) => here.ids.map((one) => [one, id] as const))));
  private readonly cells = new Map<string, Signal<Cell>>();

  cell(id: string): Signal<Cell> | undefined {
    return this.cells.get(id);
  }

  row(id: string): Row | undefined {
    return this.cells.get(id)?.peek().row;
  }

  // Beneath which row it stands; empty: beneath none.
  parent(id: string): string {
    return restOf(id) || (this.parents.value.get(id) ?? '');
  }

  // Those beneath a row, which is unfolded; none: it is not, or not yet.
  beneath(id: string): Beneath | undefined {
    return this.below.value.get(id);
  }

  known(): Row[] {
    return this.shown.peek().flatMap((id) => this.row(id) ?? []);
  }

  clear(): void {
    batch(() => {
      this.cells.clear();
      this.ids.value = [];
      this.below.value = new Map();
      this.waiting.value = null;
    });
  }

  private put(row: Row, gone: boolean): boolean {
    const known = this.cells.get(row.id);
    if (!known) {
      this.cells.set(row.id, signal({ row, changed: 0, gone }));
      return false;
    }
    const old = known.peek();
    const changed = old.row.state !== row.state;
    if (old.gone === gone && JSON.stringify(old.row) === JSON.stringify(row)) return false; // nothing is drawn anew for nothing
    known.value = { row, changed: changed ? Date.now() : old.changed, gone };
    return changed;
  }

  // A change from the stream. True when the list's make-up may have to follow.
  apply(row: Row, view: View): { known: boolean; stateChanged: boolean; structure: boolean } {
    const old = this.cells.get(row.id)?.peek();
    if (!old) return { known: false, stateChanged: false, structure: stillMatches(row, view) };
    const leaves = !stillMatches(row, view);
    const stateChanged = this.put(row, leaves);
    const handling = isHandled(old.row) !== isHandled(row);
    return { known: true, stateChanged, structure: leaves || stateChanged || handling };
  }

  drop(id: string): void {
    const known = this.cells.get(id);
    if (known) known.value = { ...known.peek(), gone: true };
  }

  private forget(): void {
    const still = new Set(this.shown.peek());
    for (const id of [...this.cells.keys()]) if (!still.has(id)) this.cells.delete(id);
  }

  // The list as the server has it now. With `hold`, rows keep their places and the difference waits.
  replace(rows: readonly Row[], hold: boolean, below: Unfolded = new Map()): void {
    batch(() => {
      const all = [...rows, ...[...below.values()].flatMap((here) => here.rows)];
      const now = this.shown.peek();
      const then = flat(idsOf(rows), beneath(below));
      for (const row of all) if (!hold || this.cells.has(row.id)) this.put(row, false);
      if (hold && !equal(now, then)) {
        const stays = new Set(then);
        for (const id of now) if (!stays.has(id)) this.drop(id);
        this.waiting.value = { rows, below };
        return;
      }
      this.waiting.value = null;
      if (!equal(this.ids.peek(), idsOf(rows))) this.ids.value = idsOf(rows);
      if (this.below.peek().size > 0 || below.size > 0) this.below.value = beneath(below);
      this.forget();
    });
  }

  // Somebody asked for what a row stands for: that is shown at once.
  unfold(id: string, here: Below): void {
    batch(() => {
      for (const row of here.rows) this.put(row, false);
      this.below.value = withOne(this.below.peek(), id, { ids: idsOf(here.rows), total: here.total });
      const waits = this.waiting.peek();
      if (waits) this.waiting.value = { ...waits, below: withOne(waits.below, id, here) };
    });
  }

  // Those that stood beneath it, and are on the screen no more.
  fold(id: string): readonly string[] {
    const beneath = this.below.peek().get(id)?.ids ?? [];
    batch(() => {
      this.below.value = withoutOne(this.below.peek(), id);
      const waits = this.waiting.peek();
      if (waits) this.waiting.value = { ...waits, below: withoutOne(waits.below, id) };
      this.forget();
    });
    return beneath.filter((one) => !this.cells.has(one));
  }

  // The loaded rows that come after as many as `rows`, without those in it.
  beyond(rows: readonly Row[]): Row[] {
    const have = new Set(idsOf(rows));
    return this.ids.peek().slice(rows.length).filter((id) => !have.has(id)).map((id) => this.cells.get(id)!.peek().row);
  }

  append(rows: readonly Row[]): void {
    batch(() => {
      const have = new Set(this.ids.peek());
      for (const row of rows) this.put(row, false);
      this.ids.value = [...this.ids.peek(), ...idsOf(rows).filter((id) => !have.has(id))];
    });
  }

  release(): void {
    const waits = this.waiting.peek();
    if (waits) this.replace(waits.rows, false, waits.below);
  }

  // How many rows would come or go.
  difference(): number {
    const waits = this.waiting.value;
    if (!waits) return 0;
    const now = new Set(this.shown.value);
    const then = new Set(flat(idsOf(waits.rows), beneath(waits.below)));
    let n = 0;
    for (const id of then) if (!now.has(id)) n++;
    for (const id of now) if (!then.has(id)) n++;
    return n;
  }
}
