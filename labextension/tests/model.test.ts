import { Signal } from '@lumino/signaling';

import type { JobsView } from '../src/answers';
import type { SlurmApi } from '../src/api';
import { INTERVAL_WITH_EVENTS_MS, INTERVAL_WITHOUT_EVENTS_MS, SlurmModel } from '../src/model';
import { Problem } from '../src/problem';
import { job } from './jobs';

const page = Object.assign(new EventTarget(), { hidden: false });
const SCHEMAS = 'https://events.jupyter.org/jupyter_slurm_api';

let goingOn: JobsView['jobs'];
let problem: Problem | null;
let questions: number;
let stale: boolean;
let model: SlurmModel;
let stream: Signal<object, { schema_id: string }>;

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-11-27T13:00:00') });
  Object.assign(globalThis, { document: page });
  page.hidden = false;
  [goingOn, problem, questions, stale] = [[job()], null, 0, false];
  stream = new Signal({});
  model = new SlurmModel({ jobs, queue, partitions } as unknown as SlurmApi, { stream } as never);
});

afterEach(() => {
  [model.jobs, model.cluster, model.queue].forEach(live => live.dispose());
  jest.useRealTimers();
});

function jobs(asked: { sort?: string }): Promise<Partial<JobsView>> {
  questions += asked.sort ? 0 : 1;
  const ended = ['2026-11-27T12:00:00', '2026-11-26T12:00:00'].map(end_time =>
    job({ status: 'COMPLETED', end_time })
  );
  const view = {
    jobs: asked.sort ? [...ended, job()] : goingOn,
    total: 1,
    synced_at: null,
    stale
  };
  return problem ? Promise.reject(problem) : Promise.resolve(view);
}

const queue = jest.fn(() => Promise.resolve({ summary: { states: {} } }));
const partitions = jest.fn(() => Promise.resolve({ partitions: [] }));

function wait(milliseconds: number): Promise<void> {
  return jest.advanceTimersByTimeAsync(milliseconds);
}

function tell(kind: string, more: object = {}): Promise<void> {
  stream.emit({ schema_id: `${SCHEMAS}/${kind}/v1`, ...more });
  return wait(600);
}

async function questionsWithin(milliseconds: number): Promise<number> {
  const before = questions;
  await wait(milliseconds);
  return questions - before;
}

test('jobs that have ended before today are left out', async () => {
  await wait(10);
  expect(model.jobs.value?.endedToday.map(one => one.end_time)).toEqual(['2026-11-27T12:00:00']);
});

test('an event has the jobs read again, many events once', async () => {
  await wait(10);
  questions = 0;
  for (let number = 0; number < 20; number++) {
    stream.emit({ schema_id: `${SCHEMAS}/queue/v1` });
  }
  await wait(600);
  expect(questions).toBeLessThanOrEqual(2);
  expect(questions).toBeGreaterThan(0);
});

test('what is on the bus besides says nothing to us', async () => {
  await wait(10);
  questions = 0;
  stream.emit({ schema_id: 'https://events.jupyter.org/kernel_actions/v1' });
  await wait(600);
  expect(questions).toBe(0);
});

test('listeners get what the server tells of jobs', async () => {
  const told = jest.fn<undefined, [unknown]>();
  model.told.connect((_, changes) => told(changes));
  await tell('jobs', { jobs: [{ job_id: 'a' }] });
  expect(told).toHaveBeenCalledWith([{ job_id: 'a' }]);
});

test('while events come it is hardly polled', async () => {
  await wait(10);
  expect(await questionsWithin(INTERVAL_WITH_EVENTS_MS * 3)).toBeLessThanOrEqual(3);
});

test('a change that no event told of has it poll, until an event comes', async () => {
  await wait(10);
  await tell('queue');
  goingOn = [job({ status: 'COMPLETING' })];
  await wait(INTERVAL_WITH_EVENTS_MS * 2);
  goingOn = [job({ status: 'PENDING' })];
  await wait(INTERVAL_WITH_EVENTS_MS * 2);
  expect(await questionsWithin(INTERVAL_WITHOUT_EVENTS_MS * 10)).toBeGreaterThanOrEqual(8);
  await tell('queue');
  expect(await questionsWithin(INTERVAL_WITHOUT_EVENTS_MS * 10)).toBeLessThanOrEqual(1);
});

test('with the server away the last known jobs stay, and it is asked again by itself', async () => {
  await wait(10);
  problem = new Problem('unreachable');
  await tell('health');
  expect(model.jobs.state).toMatchObject({ problem, value: { goingOn } });
  problem = null;
  await wait(60_000);
  expect(model.jobs.state.problem).toBeNull();
});

test('what failed with the jobs is read again when they can be', async () => {
  await wait(100);
  model.cluster.wanted = true;
  partitions.mockRejectedValueOnce(new Problem('login'));
  await wait(100);
  expect(model.cluster.state.problem?.kind).toBe('login');
  model.jobs.refresh();
  await wait(100);
  expect(model.cluster.state.problem).toBeNull();
});

test('a hidden page rests, and is up to date when it is seen', async () => {
  await wait(10);
  page.hidden = true;
  expect(await questionsWithin(INTERVAL_WITH_EVENTS_MS * 10)).toBe(0);
  page.hidden = false;
  page.dispatchEvent(new Event('visibilitychange'));
  expect(await questionsWithin(100)).toBe(1);
});

test('the cluster is asked for while somebody looks at it', async () => {
  partitions.mockClear();
  await wait(300_000);
  expect(partitions).not.toHaveBeenCalled();
  model.cluster.wanted = true;
  await wait(100);
  expect(partitions).toHaveBeenCalledTimes(1);
});

test('with Slurm away the cluster is asked for more often, so that its return is seen', async () => {
  model.cluster.wanted = true;
  stale = true;
  await tell('health');
  partitions.mockClear();
  await wait(60_000);
  expect(partitions.mock.calls.length).toBeGreaterThanOrEqual(4);
});
