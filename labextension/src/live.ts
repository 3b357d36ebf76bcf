import { Poll } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import { asProblem, type Problem } from './problem';

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

/** The last value that was had, null before the first, and why there is none newer. */
export interface ILiveState<T> {
  readonly value: T | null;
  readonly problem: Problem | null;
}

/**
 * Something that the server knows, read again and again: the last of it that was had, and what
 * stands in the way of a newer one.
 *
 * It rests while the page is hidden, and while nobody wants it.
 */
export class Live<T> {
  constructor(
    name: string,
    private readonly read: () => Promise<T>,
    private _interval: number,
    private _wanted = true
  ) {
    this.poll = new Poll({
      name: `jupyter-slurm-api:${name}`,
      auto: false,
      factory: () => this.look(),
      frequency: { interval: _interval, backoff: true, max: Math.max(_interval, LAST_RETRY_MS) },
      standby: () => document.hidden || !this._wanted
    });
    document.addEventListener('visibilitychange', this.onVisibility);
  }

  /** Emitted when there is a new value or another problem. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Another object whenever it has changed. */
  get state(): ILiveState<T> {
    return this._state;
  }

  get value(): T | null {
    return this._state.value;
  }

  get isDisposed(): boolean {
    return this.poll.isDisposed;
  }

  /** How long it waits between two looks that go well, in milliseconds. */
  set interval(interval: number) {
    if (interval !== this._interval) {
      this._interval = interval;
      this.pace();
      void this.poll.schedule({ interval });
    }
  }

  /** Whether somebody looks at it. */
  set wanted(wanted: boolean) {
    const begins = wanted && !this._wanted;
    this._wanted = wanted;
    if (begins) {
      this.refresh();
    }
  }

  start(): void {
    void this.poll.start();
  }

  /** Read it now, or as soon as somebody wants it. */
  refresh(): void {
    if (!this.isDisposed) {
      void this.poll.refresh();
    }
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this.onVisibility);
    this.poll.dispose();
    Signal.clearData(this);
  }

  private async look(): Promise<void> {
    const turn = ++this.turn;
    let value: T;
    try {
      value = await this.read();
    } catch (error) {
      const problem = asProblem(error);
      this.settle(turn, { value: this.value, problem });
      throw problem; // the poll asks less and less often
    }
    this.settle(turn, { value, problem: null });
  }

  private settle(turn: number, state: ILiveState<T>): void {
    if (this.isDisposed || turn !== this.turn) {
      return; // a later look is under way
    }
    this._state = state;
    this.pace();
    this._changed.emit();
  }

  private pace(): void {
    const interval = this._state.problem
      ? Math.min(FIRST_RETRY_MS, this._interval)
      : this._interval;
    const max = Math.max(interval, LAST_RETRY_MS);
    this.poll.frequency = { interval, backoff: true, max };
  }

  private readonly onVisibility = (): void => {
    if (!document.hidden && this._wanted) {
      this.refresh();
    }
  };

  private readonly poll: Poll;
  private readonly _changed = new Signal<this, void>(this);
  private _state: ILiveState<T> = { value: null, problem: null };
  private turn = 0;
}
