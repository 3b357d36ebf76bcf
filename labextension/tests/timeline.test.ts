import { changed, changesOf } from '../src/job/changes';
import { endingOf, factsOf, hasErrors } from '../src/job/facts';
import { timeline } from '../src/job/timeline';
import { job, trans } from './jobs';

const MINUTE = 60_000;
const ENDED = '2026-11-27T12:15:00Z';
const LATER = '2026-11-27T13:00:00Z';

test.each([
  [{}, { submitted: null, started: 10 }],
  [
    { status: 'COMPLETED', end_time: ENDED },
    { submitted: null, started: 10, ended: 5 }
  ],
  [{ end_time: LATER }, { submitted: null, started: 10 }],
  [
    { status: 'PENDING', start_time: null, estimated_start: LATER },
    { submitted: null, expected: 60 }
  ],
  [
    { status: 'PENDING', start_time: null, eligible_time: LATER },
    { submitted: null, eligible: 60 }
  ],
  [{ estimated_start: LATER, submit_time: null, eligible_time: null }, { started: null }]
])('the way of a job with %j', (said, way) => {
  const steps = timeline(job(said)).map(({ what, after }) => [what, after && after / MINUTE]);
  expect(Object.fromEntries(steps)).toEqual(way);
});

test.each([
  [{ exit_code: 0 }, '0', undefined, null],
  [{ exit_code: 3 }, '3', undefined, 'exit code 3'],
  [{ exit_code: 0, exit_signal: 9 }, undefined, '9', 'signal 9'],
  [{}, undefined, undefined, null]
])('of how a job ended with %j it is said', (said, code, signal, word) => {
  const facts = new Map(factsOf(job(said), trans));
  expect([facts.get('Exit code'), facts.get('Signal')]).toEqual([code, signal]);
  expect(endingOf(job(said), trans)).toBe(word);
});

test('errors are shown apart only if they are written elsewhere', () => {
  expect(hasErrors(job({ stdout_path: '/a', stderr_path: '/a' }))).toBe(false);
  expect(hasErrors(job({ stdout_path: '/a', stderr_path: '/b' }))).toBe(true);
});

describe('a job that is submitted again', () => {
  const ran = job({ time_limit: '00:05:00', parameters: { 'mem-per-cpu': '1G' } });
  const suggestions = [
    { parameter: 'time', value: '00:10:00', reason: 'It ran out of time.' },
    { parameter: 'cpus-per-task', value: 2, reason: 'It kept two busy.' }
  ];
  const report = { suggestions } as never;

  test('is offered what its report suggests, of what it asked for', () => {
    expect(changesOf(ran, report).map(one => [one.parameter, one.was, one.offered])).toEqual([
      ['time', '00:05:00', '00:10:00'],
      ['mem-per-cpu', '1G', '1G'],
      ['cpus-per-task', '', '2']
    ]);
    expect(changesOf(job(), null).map(one => one.parameter)).toEqual(['time', 'mem']);
  });

  test('is sent what differs from what it was', () => {
    const written = { 'mem-per-cpu': ' 2G ', 'cpus-per-task': '' };
    expect(changed(changesOf(ran, report), written)).toEqual({
      time: '00:10:00',
      'mem-per-cpu': '2G'
    });
  });
});
