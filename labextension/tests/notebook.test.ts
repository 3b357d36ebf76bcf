import type { JobView } from '../src/answers';
import type { ISlurm } from '../src/model';
import { OutputNotebook } from '../src/run/output';
import { job, trans } from './jobs';

let opened: string[];
let told: string[];
let looks: number;
let isWritten: boolean;
let known: JobView[];
let asked: Promise<JobView>;

beforeEach(() => {
  jest.useFakeTimers();
  [opened, told, looks, isWritten, known] = [[], [], 0, false, []];
  asked = Promise.reject(new Error('not to be asked'));
  asked.catch(() => undefined);
});

afterEach(() => {
  jest.useRealTimers();
});

function output(): OutputNotebook {
  const jobs = { value: { goingOn: known, endedToday: known } };
  return new OutputNotebook({
    path: 'a-1.ipynb',
    jobId: 'uuid-1',
    job: '1',
    slurm: { jobs, api: { job: () => asked } } as unknown as ISlurm,
    contents: {
      get: () => {
        looks += 1;
        return isWritten ? Promise.resolve({} as never) : Promise.reject(new Error('404'));
      }
    },
    open: path => {
      opened.push(path);
      return Promise.resolve(undefined);
    },
    tell: (how, text) => told.push(`${how}: ${text}`),
    trans
  });
}

test('what is written already is opened', async () => {
  isWritten = true;
  await output().open();
  expect([opened, told]).toEqual([['a-1.ipynb'], []]);
});

test('what is not is opened once its job has written it, and not looked for before that runs', async () => {
  known.push(job({ status: 'PENDING' }));
  await output().open();
  expect(told).toEqual(['info: The output notebook opens when job 1 has begun.']);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(looks).toBe(1);
  known[0] = job();
  await jest.advanceTimersByTimeAsync(3_000);
  expect(opened).toEqual([]);
  isWritten = true;
  await jest.advanceTimersByTimeAsync(60_000);
  expect(opened).toEqual(['a-1.ipynb']);
});

test('a job that has ended without it is told of', async () => {
  known.push(job({ status: 'FAILED' }));
  await output().open();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toContain(
    'error: Job 1 has ended without an output notebook: what it printed says why.'
  );
  expect(looks).toBe(2);
});

test('one that ended before today, and is in no list, is told of too', async () => {
  asked = Promise.resolve(job({ status: 'FAILED' }));
  await output().open();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(2);
  expect(looks).toBe(2);
});

test('as long as it cannot be known what became of it, it is waited for', async () => {
  await output().open();
  await jest.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(1);
  asked = Promise.resolve(job());
  isWritten = true;
  await jest.advanceTimersByTimeAsync(30_000);
  expect(opened).toEqual(['a-1.ipynb']);
});
