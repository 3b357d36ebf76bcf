import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Debouncer } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IColumn, IShownColumn } from './columns';

const SETTING = 'columns';
const SAVED_AFTER_MS = 500;
const NARROWEST = 40;

/** Which columns are shown, in what order and how wide; kept in the settings. */
export class Layout {
  constructor(
    private readonly settings: Pick<
      ISettingRegistry.ISettings,
      'composite' | 'changed' | 'set'
    > | null,
    private readonly columns: readonly IColumn[]
  ) {
    this._shown = this.read();
    settings?.changed.connect(this.onSettings, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get shown(): readonly IShownColumn[] {
    return this._shown;
  }

  /** Show a column at the end, or show it no more; the last one stays. */
  toggle(id: string): void {
    const column = this.columns.find(one => one.id === id);
    const others = this._shown.filter(one => one.id !== id);
    if (others.length === this._shown.length && column) {
      this.show([...others, { id, width: column.width }]);
    } else if (others.length > 0) {
      this.show(others);
    }
  }

  resize(id: string, width: number): void {
    const wide = Math.max(NARROWEST, Math.round(width));
    this.show(this._shown.map(one => (one.id === id ? { id, width: wide } : one)));
  }

  /** Move a column to the place of another. */
  move(id: string, to: string): void {
    const place = this._shown.findIndex(one => one.id === to);
    const moved = this._shown.find(one => one.id === id);
    if (moved && place >= 0) {
      const others = this._shown.filter(one => one.id !== id);
      this.show([...others.slice(0, place), moved, ...others.slice(place)]);
    }
  }

  /** Move a column one place to the left or right. */
  moveBy(id: string, step: -1 | 1): void {
    const to = this._shown[this._shown.findIndex(one => one.id === id) + step];
    if (to) {
      this.move(id, to.id);
    }
  }

  private show(shown: readonly IShownColumn[]): void {
    this._shown = shown;
    this._changed.emit();
    void this.saving.invoke();
  }

  /** What the settings hold, without what no column is. */
  private read(): readonly IShownColumn[] {
    const kept = this.settings?.composite[SETTING] as unknown as IShownColumn[] | undefined;
    const known = kept?.filter(one => this.columns.some(({ id }) => id === one.id)) ?? [];
    return known.length > 0 ? known : this.columns.map(({ id, width }) => ({ id, width }));
  }

  private onSettings(): void {
    const kept = this.read();
    if (JSON.stringify(kept) !== JSON.stringify(this._shown)) {
      this._shown = kept;
      this._changed.emit();
    }
  }

  private readonly saving = new Debouncer(
    () =>
      this.settings?.set(
        SETTING,
        this._shown.map(one => ({ ...one }))
      ),
    SAVED_AFTER_MS
  );
  private readonly _changed = new Signal<this, void>(this);
  private _shown: readonly IShownColumn[];
}
