import { type ISignal, Signal } from '@lumino/signaling';

import type { Estimate, EstimateAnswer } from '../answers';
import type { ISubmission, SlurmApi } from '../api';
import { asProblem, type Problem } from '../problem';

/** How long a job rests unchanged before Slurm is asked about it by itself. */
export const QUIET_MS = 1_500;
/** Each question has the controller plan: so between two is as long as one took, and this at least. */
export const PAUSE_MS = 2_000;

/** What was asked for last, and what came of it; both null while the answer is waited for. */
export interface IEstimateState {
  readonly of: ISubmission | null;
  readonly estimate: Estimate | null;
  readonly problem: Problem | null;
}

const NOTHING: IEstimateState = { of: null, estimate: null, problem: null };

/** Asks Slurm what it thinks of a job, one question at a time, and seldom. */
export class Estimator {
  constructor(private readonly api: Pick<SlurmApi, 'estimate'>) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Another object whenever it has changed. */
  get state(): IEstimateState {
    return this._state;
  }

  /** Ask about this job, if it is another, when it has rested for a while: each change puts it off. */
  askLater(submission: ISubmission): void {
    if (JSON.stringify(submission) !== JSON.stringify(this._state.of)) {
      this.ask(submission, QUIET_MS);
    }
  }

  /** Ask about it as soon as may be. */
  askNow(submission: ISubmission): void {
    this.ask(submission, 0);
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer);
    Signal.clearData(this);
  }

  private ask(submission: ISubmission, rest: number): void {
    this.settle({ ...NOTHING, of: submission });
    this.wanted = submission;
    this.restsUntil = Date.now() + rest;
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.wanted && !this.isAsking && !this.isDisposed) {
      const at = Math.max(this.restsUntil, this.freeAt);
      this.timer = setTimeout(() => void this.question(), at - Date.now());
    }
  }

  private async question(): Promise<void> {
    const of = this.wanted;
    if (of === null) {
      return;
    }
    this.wanted = null;
    this.isAsking = true;
    const began = Date.now();
    const state = await answered(of, this.api.estimate(of));
    this.isAsking = false;
    const retryAfter = (state.problem?.about.retryAfter ?? 0) * 1000;
    this.freeAt = Date.now() + Math.max(PAUSE_MS, Date.now() - began, retryAfter);
    if (this._state.of === of && !this.isDisposed) {
      this.settle(state); // else another job is asked about by now
    }
    this.schedule();
  }

  private settle(state: IEstimateState): void {
    this._state = state;
    this._changed.emit();
  }

  private readonly _changed = new Signal<this, void>(this);
  private _state = NOTHING;
  private wanted: ISubmission | null = null;
  private isAsking = false;
  private isDisposed = false;
  private restsUntil = 0;
  private freeAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
}

async function answered(of: ISubmission, asked: Promise<EstimateAnswer>): Promise<IEstimateState> {
  try {
    const [estimate = null] = (await asked).estimates;
    return { of, estimate, problem: null };
  } catch (error) {
    const problem = asProblem(error);
    return { of, estimate: null, problem };
  }
}
