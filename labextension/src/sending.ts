import { UUID } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { Problem } from './problem';

const CONFLICT = 409;

/** What is submitted, and the key by which one job at most is made of it. */
export interface IAttempt {
  readonly submission: string;
  readonly key: string;
}

/**
 * Submits so that of each submission one job is made, however often it is tried.
 *
 * While an answer is waited for, whoever submits waits for the same one. A try whose answer was
 * lost, or that was refused, keeps its key until what is submitted changes.
 */
export class Sender<T> {
  constructor(
    private readonly post: (submission: string, key: string) => Promise<T>,
    private _attempt: IAttempt | null = null,
    private readonly newKey: () => string = () => UUID.uuid4()
  ) {}

  /** The attempt that has no answer yet; it may be that of this form before a reload. */
  get attempt(): IAttempt | null {
    return this._attempt;
  }

  /** Emitted when there is another attempt, or none any more. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  send(submission: string): Promise<T> {
    this.underWay ??= this.once(submission).finally(() => (this.underWay = null));
    return this.underWay;
  }

  private async once(submission: string): Promise<T> {
    const { key } =
      this._attempt?.submission === submission
        ? this._attempt
        : this.begin({ submission, key: this.newKey() });
    try {
      const answer = await this.post(submission, key);
      this.end();
      return answer;
    } catch (error) {
      // The key is of no use any more: the server asks for a new one.
      if (error instanceof Problem && error.about.status === CONFLICT) {
        this.end();
      }
      throw error;
    }
  }

  private begin(attempt: IAttempt): IAttempt {
    this._attempt = attempt;
    this._changed.emit();
    return attempt;
  }

  private end(): void {
    this._attempt = null;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private underWay: Promise<T> | null = null;
}
