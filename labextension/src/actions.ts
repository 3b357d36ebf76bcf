import type { JobView, QueueRow } from './answers';
import type { Verb } from './api';
import { offsetOf } from './component';
import { goesOn, isHeld, toneOf } from './states';

/** A job that something may be done to, whether it was read from the queue or a list. */
export interface ITarget {
  id: string;
  name: string;
  state: string;
  isHeld: boolean;
  /** Whether this Jupyter server runs in it. */
  runsThisServer: boolean;
}

const APPLIES: Readonly<Record<Verb, (target: ITarget) => boolean>> = {
  cancel: target => goesOn(target.state),
  hold: target => toneOf(target.state) === 'waiting' && !target.isHeld,
  release: target => target.isHeld,
  requeue: target => toneOf(target.state) === 'running'
};

export const VERBS = Object.keys(APPLIES) as Verb[];

/** Those that something can be done to, as far as their states tell. */
export function applicable(verb: Verb, targets: readonly ITarget[]): ITarget[] {
  return targets.filter(APPLIES[verb]);
}

/** Whether a job is one's own: a task that has not begun has no UUID of its own. */
export function isOwn(job: JobView): boolean {
  return job.job_id !== null || job.task !== null;
}

/** What of a job's view something may be done to: to a component, what is done to the whole. */
export function targetsOf(job: JobView): ITarget[] {
  return isOwn(job) && offsetOf(job) === null ? [targetOfJob(job)] : [];
}

/** Of a job that is listed as one's own. */
export function targetOfJob(job: JobView): ITarget {
  const id = job.slurm_id ?? job.job_id ?? '';
  return {
    id,
    name: job.name ?? id,
    state: job.status,
    isHeld: isHeld(job.status, job.reason, null),
    runsThisServer: job.runs_this_server
  };
}

/** By what a line's job is opened: of an array's tasks that wait, it is the array. */
export function nameOfJob({ api_job_id, job_id }: QueueRow): string {
  return api_job_id ?? job_id.replace(/_\[.*$/, '');
}

/** Of a line of the queue; `ownIds` are the Slurm ids of the jobs that this server runs in. */
export function targetOfRow(row: QueueRow, ownIds: ReadonlySet<string>): ITarget {
  return {
    id: row.job_id,
    name: row.name,
    state: row.state,
    isHeld: isHeld(row.state, row.reason, row.priority),
    runsThisServer: ownIds.has(row.job_id)
  };
}
