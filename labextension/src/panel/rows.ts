import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobView, TasksView } from '../answers';
import type { IMyJobs } from '../model';
import { toneOf } from '../states';

/** The parts of the list. */
export type Section = 'running' | 'waiting' | 'ended';

/** One line of the list: of a tree, whose branches are `open` or not. */
export type Row =
  | { kind: 'section'; key: Section; level: 1; open: boolean; label: string; count: number }
  | { kind: 'job'; key: string; level: 2; open?: boolean; job: JobView }
  | { kind: 'task'; key: string; level: 3; job: JobView }
  | { kind: 'note'; key: string; level: 2 | 3; text: string };

/** What of the list is folded away and what is not, by keys. */
export interface IFolds {
  closed: ReadonlySet<string>;
  opened: ReadonlySet<string>;
}

/** The lines of the list, in their order, of the jobs in which a filter's words occur. */
export function rowsOf(
  jobs: IMyJobs,
  filter: string,
  folds: IFolds,
  tasks: ReadonlyMap<string, TasksView>,
  trans: TranslationBundle
): Row[] {
  const found = jobs.goingOn.filter(job => matches(job, filter));
  const parts: [Section, string, readonly JobView[]][] = [
    ['running', trans.__('Running'), found.filter(job => toneOf(job.status) !== 'waiting')],
    ['waiting', trans.__('Pending'), found.filter(job => toneOf(job.status) === 'waiting')],
    ['ended', trans.__('Ended today'), jobs.endedToday.filter(job => matches(job, filter))]
  ];
  const rows = parts.flatMap(([key, label, those]) =>
    section(key, label, those, folds, tasks, trans)
  );
  const hidden = jobs.total - jobs.goingOn.length;
  if (hidden > 0) {
    const text = trans._n('and %1 older job', 'and %1 older jobs', hidden);
    rows.push({ kind: 'note', key: 'older', level: 2, text });
  }
  return rows;
}

function section(
  key: Section,
  label: string,
  jobs: readonly JobView[],
  folds: IFolds,
  tasks: ReadonlyMap<string, TasksView>,
  trans: TranslationBundle
): Row[] {
  if (jobs.length === 0) {
    return [];
  }
  const open = !folds.closed.has(key);
  const head: Row = { kind: 'section', key, level: 1, open, label, count: jobs.length };
  return open ? [head, ...jobs.flatMap(job => withTasks(job, folds, tasks, trans))] : [head];
}

function withTasks(
  job: JobView,
  folds: IFolds,
  tasks: ReadonlyMap<string, TasksView>,
  trans: TranslationBundle
): Row[] {
  const key = job.job_id ?? job.slurm_id ?? '';
  if (!job.array) {
    return [{ kind: 'job', key, level: 2, job }];
  }
  const open = folds.opened.has(key);
  const head: Row = { kind: 'job', key, level: 2, open, job };
  if (!open) {
    return [head];
  }
  const page = tasks.get(key);
  const note = (text: string): Row => ({ kind: 'note', key: `${key}:note`, level: 3, text });
  if (!page) {
    return [head, note(trans.__('Reading the tasks …'))];
  }
  const rows = page.tasks.map((task): Row => ({
    kind: 'task',
    key: `${key}:${task.task?.task_id}`,
    level: 3,
    job: task
  }));
  const more = page.total - page.tasks.length;
  return more > 0
    ? [head, ...rows, note(trans._n('and %1 more task', 'and %1 more tasks', more))]
    : [head, ...rows];
}

function matches(job: JobView, filter: string): boolean {
  const said = [job.name, job.slurm_id, job.status, job.partition, job.reason]
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every(word => said.includes(word));
}

/** How far an array has come, of all its tasks. */
export function progress(job: JobView): { ended: number; failed: number; total: number } {
  let [ended, failed, total] = [0, 0, 0];
  for (const [state, number] of Object.entries(job.array?.counts ?? {})) {
    const tone = toneOf(state);
    total += number;
    ended += tone === 'running' || tone === 'waiting' ? 0 : number;
    failed += tone === 'bad' ? number : 0;
  }
  return { ended, failed, total };
}
