import { isComponentId, nameOfComponent, offsetOf } from '../src/component';
import { job } from './jobs';

test.each([
  ['12', null],
  ['12_1', null],
  ['12+0', 0],
  ['12+10', 10],
  [null, null]
])('a job with the id %s is component %s', (slurm_id, offset) => {
  expect(offsetOf(job({ slurm_id }))).toBe(offset);
  expect(isComponentId(slurm_id ?? '')).toBe(offset !== null);
});

test('a component is opened by its place in the job, not by its own id', () => {
  const second = { offset: 1, slurm_id: '13' } as never;
  expect(nameOfComponent(job({ slurm_id: '12' }), second)).toBe('12+1');
});
