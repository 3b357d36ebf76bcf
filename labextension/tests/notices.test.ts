import type { JobChange } from '../src/events';
import { absenceNotice, happened, type Happening, noticesOf } from '../src/notices';
import { job, trans } from './jobs';

jest.mock('@jupyterlab/apputils', () => ({}));

function change(status: string | null, previous_status: string | null, slurm_id = '12'): JobChange {
  return { job_id: 'uuid', slurm_id, name: 'train', status, previous_status };
}

test.each([
  ['RUNNING', 'PENDING', 'started'],
  ['RUNNING', null, 'started'],
  ['RUNNING', 'SUSPENDED', undefined],
  ['PENDING', 'SUBMITTING', undefined],
  ['COMPLETED', 'COMPLETING', 'ended'],
  ['CANCELLED', 'PENDING', 'ended'],
  ['OUT_OF_MEMORY', 'RUNNING', 'failed'],
  ['COMPLETED', 'COMPLETED', undefined],
  [null, 'SUBMITTING', undefined]
])('a job that is %s and was %s has %s', (status, before, what) => {
  expect(happened([change(status, before)], new Set())[0]?.what).toBe(what);
});

test('the tasks of an array are not told of one by one', () => {
  expect(happened([change('FAILED', 'RUNNING', '12_3')], new Set())).toEqual([]);
});

test('a name does not turn the sentence around', () => {
  const turning = { ...change('FAILED', 'RUNNING'), name: '\u202eevil\u2069' };
  expect(happened([turning], new Set())[0]?.name).toBe('12 evil');
});

test('what was cancelled here is not told of, what others cancelled is', () => {
  const changes = [change('CANCELLED', 'RUNNING'), change('CANCELLED', 'RUNNING', '13')];
  expect(happened(changes, new Set(['12'])).map(one => one.name)).toEqual(['13 train']);
});

const ALL = new Set<Happening>(['started', 'ended', 'failed']);

test('of a few jobs each is told of, of many their number', () => {
  const failed = (number: number): JobChange[] =>
    Array.from({ length: number }, (_, index) => change('FAILED', 'RUNNING', String(index)));
  const told = (number: number): (string | null)[] =>
    noticesOf(happened(failed(number), new Set()), ALL, trans).map(notice => notice.id);
  expect(told(3)).toEqual(['uuid', 'uuid', 'uuid']);
  expect(told(4)).toEqual([null]);
});

test.each([
  [['COMPLETED'], 'good'],
  [['CANCELLED'], 'cancelled'],
  [['COMPLETED', 'CANCELLED', 'COMPLETED', 'COMPLETED'], 'unknown'],
  [['CANCELLED', 'CANCELLED', 'CANCELLED', 'CANCELLED'], 'cancelled']
])('what is told of jobs that are %j has the tone %s', (states, tone) => {
  const changes = states.map(status => change(status, 'RUNNING'));
  expect(noticesOf(happened(changes, new Set()), ALL, trans)[0]?.tone).toBe(tone);
});

test.each([
  [['COMPLETED'], ALL, 'While you were away Slurm job 1 train has ended: COMPLETED.'],
  [['COMPLETED', 'FAILED', 'TIMEOUT'], ALL, /^While you were away 3 .*, 2 of them failed\.$/],
  [['COMPLETED', 'FAILED'], new Set<Happening>(['failed']), /job 1 train has ended: FAILED\.$/],
  [['COMPLETED'], new Set<Happening>(['failed']), undefined],
  [[], ALL, undefined]
])('of jobs that were %j in the meantime it is told at once', (states, wanted, text) => {
  const told = absenceNotice(
    states.map(status => job({ status })),
    wanted,
    trans
  )?.text;
  if (text === undefined) {
    expect(told).toBeUndefined();
  } else {
    expect(told).toMatch(text);
  }
});
