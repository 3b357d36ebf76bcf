import type { JobView } from '../answers';
import { goesOn, toneOf } from '../states';

/** What a job comes to, one after the other. */
export type Step = 'submitted' | 'eligible' | 'expected' | 'started' | 'ended';

/** When it came, or is to come, there; `after` is how long it was in the last one, in milliseconds. */
export interface IStep {
  what: Step;
  at: string;
  after: number | null;
}

/** The way of a job, as far as it is known: what is planned stands there as long as it waits. */
export function timeline(job: JobView): IStep[] {
  const { submit_time, eligible_time, estimated_start, start_time, end_time } = job;
  const waits = toneOf(job.status) === 'waiting';
  const moments: [Step, string | null][] = [
    ['submitted', submit_time],
    ['eligible', eligible_time === submit_time ? null : eligible_time],
    ['expected', waits ? estimated_start : null],
    ['started', start_time],
    ['ended', goesOn(job.status) ? null : end_time]
  ];
  const steps: IStep[] = [];
  for (const [what, at] of moments) {
    if (at) {
      const before = steps.at(-1);
      const after = before ? Date.parse(at) - Date.parse(before.at) : null;
      steps.push({ what, at, after });
    }
  }
  return steps;
}
