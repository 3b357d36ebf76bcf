import { duration, moment, runningAndWaiting, size, timing } from '../src/format';
import { job, trans } from './jobs';

const NOW = new Date('2026-11-27T13:00:00Z');
const seconds = (number: number): string => duration(0, number * 1000, trans);

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3_599, '59 min'],
  [3_660, '1 h 1 min'],
  [86_400 * 2 + 3_600 * 5, '2 d 5 h']
])('%i seconds are %s', (number, said) => {
  expect(seconds(number)).toBe(said);
});

test('a clock that is behind makes no negative time', () => {
  expect(duration(1000, 0, trans)).toBe('0 s');
});

test('the date stands with a moment of another day alone', () => {
  expect(moment('2026-11-27T12:30:00Z', NOW)).not.toMatch(/Nov/);
  expect(moment('2026-11-20T12:30:00Z', NOW)).toMatch(/Nov/);
  expect(moment('2025-11-20T12:30:00Z', NOW)).toMatch(/2025/);
});

test.each([
  [{}, /^50 min$/, /^Started/],
  [{ status: 'PENDING', start_time: null }, /^1 h 0 min$/, /^Submitted/],
  [
    { status: 'PENDING', start_time: null, estimated_start: '2026-11-28T13:00:00Z' },
    /^starts ~Nov 28/,
    /^Slurm thinks/
  ],
  [{ status: 'FAILED', end_time: '2026-11-27T12:30:00Z' }, /:30/, /^Ended/],
  [{ status: 'UNKNOWN' }, /^$/, /^$/]
])('of the time of a job with %j there is to say what matters', (said, text, meaning) => {
  const [shown, hover] = timing(job(said), NOW, trans);
  expect(shown).toMatch(text);
  expect(hover).toMatch(meaning);
});

test('the tasks of an array count one by one', () => {
  const array = { tasks: '0-9', counts: { RUNNING: 2, PENDING: 7, COMPLETED: 1 } };
  expect(runningAndWaiting([job(), job({ array })])).toEqual([3, 7]);
});

test.each([
  [0, '0 B'],
  [1023, '1,023 B'],
  [1536, '1.5 KiB'],
  [20 * 1024 ** 3, '20 GiB'],
  [2 ** 70, '1,048,576 PiB']
])('%i bytes are %s', (bytes, said) => {
  expect(size(bytes)).toBe(said);
});
