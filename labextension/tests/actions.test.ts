import { applicable, targetOfJob, VERBS } from '../src/actions';
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
