import type { IMyJobs } from '../src/model';
import { progress, type Row, rowsOf } from '../src/panel/rows';
import { job, trans } from './jobs';

const ARRAY = job({
  slurm_id: '7',
  name: 'sweep',
  array: { tasks: '0-3', counts: { RUNNING: 1, PENDING: 1, FAILED: 1, COMPLETED: 1 } }
});
const JOBS: IMyJobs = {
  goingOn: [
    job(),
    job({ slurm_id: '2', name: 'wait', status: 'PENDING', reason: 'Priority' }),
    ARRAY
  ],
  endedToday: [job({ slurm_id: '3', name: 'old', status: 'FAILED' })],
  total: 3,
  syncedAt: null,
  stale: false
};

function shown(filter = '', closed: string[] = [], opened: string[] = [], jobs = JOBS): string[] {
  const page = {
    counts: {},
    total: 3,
    tasks: [job({ task: task(0) }), job({ task: task(1) })],
    next_after: 1
  };
  const folds = { closed: new Set(closed), opened: new Set(opened) };
  return rowsOf(jobs, filter, folds, new Map([['uuid-7', page]]), trans).map(text);
}

function task(task_id: number) {
  return { array_job_id: 'uuid-7', array_slurm_id: '7', task_id };
}

function text(row: Row): string {
  switch (row.kind) {
    case 'section':
      return `${row.label} ${row.count}`;
    case 'job':
      return `  ${row.job.name ?? ''}`;
    case 'task':
      return `    ${row.job.task?.task_id ?? ''}`;
    case 'note':
      return row.text;
  }
}

test('what runs stands before what waits and what has ended', () => {
  expect(shown()).toEqual([
    'Running 2',
    '  train',
    '  sweep',
    'Pending 1',
    '  wait',
    'Ended today 1',
    '  old'
  ]);
});

test('a part that is empty is not there', () => {
  expect(shown('', [], [], { ...JOBS, endedToday: [] })).not.toContain('Ended today 0');
});

test('a part that is closed keeps its number', () => {
  expect(shown('', ['running'])).toEqual([
    'Running 2',
    'Pending 1',
    '  wait',
    'Ended today 1',
    '  old'
  ]);
});

test('an array that is open shows its tasks, and how many more there are', () => {
  expect(shown('sweep', [], ['uuid-7'])).toEqual([
    'Running 1',
    '  sweep',
    '    0',
    '    1',
    'and 1 more task'
  ]);
});

test.each([
  ['TRAIN', ['Running 1', '  train']],
  ['priority debug', ['Pending 1', '  wait']],
  ['failed', ['Ended today 1', '  old']],
  ['7', ['Running 1', '  sweep']],
  ['train failed', []]
])('every word of the filter %s must occur', (filter, rows) => {
  expect(shown(filter)).toEqual(rows);
});

test('jobs that are too many to be listed are counted', () => {
  expect(shown('', [], [], { ...JOBS, total: 1003 })).toContain('and 1000 older jobs');
});

test('what an array has done is told of all its tasks', () => {
  expect(progress(ARRAY)).toEqual({ ended: 2, failed: 1, total: 4 });
});
