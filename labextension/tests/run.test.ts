import type { NotebookAnswer } from '../src/answers';
import type { SlurmApi } from '../src/api';
import { Problem } from '../src/problem';
import { RunForm } from '../src/run/form';
import type { IParameter } from '../src/run/parameters';
import type { IKept } from '../src/run/request';
import { trans } from './jobs';

const N: IParameter = { name: 'n', text: '10', help: 'how many' };
const HOME: IParameter = { name: 'home', text: 'Path.home()', help: '' };
const NOTHING: IKept = { parameters: {}, options: {} };
const ANSWER: NotebookAnswer = {
  message: 'Job submitted successfully',
  job_id: 'u',
  slurm_id: '7',
  output: 'a-7.ipynb'
};

let sent: [string, string][];

/** A form whose server gives these answers, one after the other. */
function form(kept: IKept, ...answers: (NotebookAnswer | Problem)[]): RunForm {
  sent = [];
  const runNotebook = (body: string, key: string): Promise<NotebookAnswer> => {
    sent.push([body, key]);
    const answer = answers.shift() ?? ANSWER;
    return answer instanceof Problem ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const api = { runNotebook } as unknown as SlurmApi;
  return new RunForm({ path: 'a b.ipynb', declared: [N, HOME], kept, partitions: [], api, trans });
}

test('what is left as it is in the notebook is not sent', async () => {
  const run = form(NOTHING);
  expect(await run.send()).toBe(true);
  expect(sent[0]?.[0]).toBe('{"path":"a b.ipynb","options":{},"parameters":{}}');
  expect(run.answer).toBe(ANSWER);
  expect(run.kept).toEqual(NOTHING);
});

test('values go as they are written, and are remembered', async () => {
  const run = form(NOTHING);
  run.change(0, { text: '1.0' });
  run.change(1, { text: ' ' });
  run.add();
  run.change(2, { name: 'names', text: "['a', None]" });
  run.add();
  run.choose('time', ' 60 ');
  run.choose('mem', '');
  run.choose('gres', 'a100:2');
  await run.send();
  expect(sent[0]?.[0]).toBe(
    '{"path":"a b.ipynb","options":{"time":"60","gres":"gpu:a100:2"},"parameters":{"n":1.0,"names":["a",null]}}'
  );
  const again = form(run.kept);
  expect(again.rows.map(({ name, text }) => [name, text])).toEqual([
    ['n', '1.0'],
    ['home', 'Path.home()'],
    ['names', "['a', None]"]
  ]);
  await again.send();
  expect(sent[0]?.[0]).toContain('"n":1.0,"names":["a",null]');
});

test('a fault is said at its field, and nothing is sent until it is mended', async () => {
  const run = form(NOTHING);
  run.add();
  run.add();
  run.change(0, { text: 'ten' });
  run.change(2, { name: 'n', text: '1' });
  run.change(3, { name: 'a b' });
  expect(run.faultOf('value-0')).toBeUndefined(); // nobody is corrected while writing
  expect(await run.send()).toBe(false);
  expect(run.faultOf('value-0')).toMatch('a text stands in quotes');
  expect(run.faultOf('name-2')).toMatch('of this name already');
  expect(run.faultOf('name-3')).toMatch('name of a variable');
  expect(run.faultOf('value-3')).toMatch('Write a value');
  run.change(0, { text: '"ten"' });
  expect(run.faultOf('value-0')).toBeUndefined();
  run.remove(2);
  run.remove(3);
  expect(sent).toEqual([]);
  expect(await run.send()).toBe(true);
});

test('what the server refuses stands at its field too', async () => {
  const faults = [{ field: 'options.time', message: "'time' is no time." }];
  const run = form(
    NOTHING,
    new Problem('other', 'No.', { status: 422, faults, jobId: null, retryAfter: null })
  );
  run.choose('time', 'soon');
  expect(await run.send()).toBe(false);
  expect([run.problem, run.faultOf('options.time')]).toEqual(['No.', "'time' is no time."]);
  run.choose('time', '60');
  expect(run.faultOf('options.time')).toBeUndefined();
  expect(await run.send()).toBe(true);
  expect(run.problem).toBeNull();
});

test('the same sent again is one job, and something else another', async () => {
  const run = form(NOTHING, new Problem('unreachable'), new Problem('unreachable'));
  await run.send();
  await run.send();
  run.change(0, { text: '11' });
  await run.send();
  const [first, second, third] = sent.map(([, key]) => key);
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test('where the server wants a new key it gets one', async () => {
  const about = { status: 409, faults: [], jobId: 'uuid', retryAfter: null };
  const run = form(NOTHING, new Problem('other', 'Send a new key.', about));
  await run.send();
  await run.send();
  const [first, second] = sent.map(([, key]) => key);
  expect(second).not.toBe(first);
});

test.each(['1', 'gpu:1'])('of GPUs %s is enough', async text => {
  const run = form(NOTHING);
  run.choose('gres', text);
  await run.send();
  expect(JSON.parse(sent[0]?.[0] ?? '')).toMatchObject({ options: { gres: 'gpu:1' } });
});
