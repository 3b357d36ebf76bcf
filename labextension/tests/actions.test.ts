import { applicable, nameOfJob, targetOfJob, targetOfRow, targetsOf, VERBS } from '../src/actions';
import type { QueueRow } from '../src/answers';
import { job } from './jobs';

test.each([
  ['RUNNING', null, ['cancel', 'requeue']],
  ['PENDING', 'Priority', ['cancel', 'hold']],
  ['PENDING', 'JobHeldUser', ['cancel', 'release']],
  ['REQUEUE_HOLD', null, ['cancel', 'release']],
  ['COMPLETED', null, []],
  ['UNKNOWN', null, []],
  ['A_NEW_WORD', null, ['cancel']]
])('what can be done to a job that is %s (%s)', (status, reason, verbs) => {
  const target = targetOfJob(job({ status, reason }));
  expect(VERBS.filter(verb => applicable(verb, [target]).length > 0)).toEqual(verbs);
});

test('a line of the queue is held where its priority is 0, whatever its reason', () => {
  const line = { state: 'PENDING', reason: 'BeginTime', priority: 0 } as QueueRow;
  expect(applicable('release', [targetOfRow(line, new Set())])).toHaveLength(1);
  expect(applicable('hold', [targetOfRow(line, new Set())])).toHaveLength(0);
});

test.each([
  [{ job_id: '12_[3-9%2]', api_job_id: 'uuid' }, 'uuid'],
  [{ job_id: '12_[3-9%2]', api_job_id: null }, '12'],
  [{ job_id: '12_3', api_job_id: null }, '12_3']
])('the line %j opens %s', (line, name) => {
  expect(nameOfJob(line as QueueRow)).toBe(name);
});

test('nothing is done to a component or to what is not one’s own', () => {
  const component = job({ slurm_id: '12+1', job_id: 'uuid' });
  expect(targetsOf(component)).toEqual([]);
  expect(targetsOf(job({ job_id: null }))).toEqual([]);
  expect(targetsOf(job({ slurm_id: '12' }))).toHaveLength(1);
});
