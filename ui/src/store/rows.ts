// SPDX-License-Identifier: Apache-2.0
// The rows on the screen. What a row says changes in place at once; which rows there are, and their order, changes only when
// that cannot move a row from under someone's pointer or focus. Pure: no server and no page here, so that it can be tested.
import { batch, signal, type Signal } from '@preact/signals';
import { isHandled, stillMatches, type Row, type View } from '../model.ts';

export interface Cell {
  row: Row;
  changed: number; // when a change of state was seen, so that the row can show it once; 0: none
  gone: boolean; // it no longer belongs to this view, and stays until the list may move
}

export class Rows {
  readonly ids = signal<string[]>([]);
  readonly waiting = signal<Row[] | null>(null); // the list as it should be, held back
  private readonly cells = new Map<string, Signal<Cell>>();

  cell(id: string): Signal<Cell> | undefined {
    return this.cells.get(id);
  }

  row(id: string): Row | undefined {
    return this.cells.get(id)?.peek().row;
  }

  clear(): void {
    batch(() => {
      this.cells.clear();
      this.ids.value = [];
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

  // The list as the server has it now. With `hold`, rows keep their places and the difference waits.
  replace(rows: Row[], hold: boolean): void {
    batch(() => {
      const fresh = rows.map((row) => row.id);
      const same = fresh.length === this.ids.peek().length && fresh.every((id, i) => id === this.ids.peek()[i]);
      const inFresh = new Set(fresh);
      for (const row of rows) if (!hold || this.cells.has(row.id)) this.put(row, false);
      if (same) {
        this.waiting.value = null;
        return;
      }
      if (hold) {
        for (const id of this.ids.peek()) if (!inFresh.has(id)) this.drop(id);
        this.waiting.value = rows;
        return;
      }
      for (const row of rows) this.put(row, false);
      for (const id of [...this.cells.keys()]) if (!inFresh.has(id)) this.cells.delete(id);
      this.ids.value = fresh;
      this.waiting.value = null;
    });
  }

  // The loaded rows that come after as many as `rows`, without those in it.
  beyond(rows: Row[]): Row[] {
    const have = new Set(rows.map((row) => row.id));
    return this.ids.peek().slice(rows.length).filter((id) => !have.has(id)).map((id) => this.cells.get(id)!.peek().row);
  }

  append(rows: Row[]): void {
    batch(() => {
      const have = new Set(this.ids.peek());
      for (const row of rows) this.put(row, false);
      this.ids.value = [...this.ids.peek(), ...rows.map((r) => r.id).filter((id) => !have.has(id))];
    });
  }

  release(): void {
    const rows = this.waiting.peek();
    if (rows) this.replace(rows, false);
  }

  // How many rows would come or go.
  difference(): number {
    const rows = this.waiting.value;
    if (!rows) return 0;
    const now = new Set(this.ids.value);
    const then = new Set(rows.map((r) => r.id));
    let n = 0;
    for (const id of then) if (!now.has(id)) n++;
    for (const id of now) if (!then.has(id)) n++;
    return n;
  }
}
