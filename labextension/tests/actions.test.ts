import { applicable, targetOfJob, targetOfRow, VERBS } from '../src/actions';
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
