import { Signal } from '@lumino/signaling';

import type { EstimateAnswer, SubmitAnswer } from '../src/answers';
import { Problem } from '../src/problem';
import { Draft, type IText } from '../src/submit/draft';
import { Estimator, PAUSE_MS, QUIET_MS } from '../src/submit/estimating';
import { faultsOf } from '../src/submit/refusals';
import { Sender } from '../src/sending';

const ANSWER: SubmitAnswer = { message: '', job_id: 'uuid', slurm_id: '7' };
const JOB = { script: '#!/bin/sh\ntrue' };

function answered(status: number, retryAfter: number | null = null): Problem {
  return new Problem('other', 'No.', { status, faults: [], jobId: null, retryAfter });
}

describe('of what is submitted one job is made', () => {
  let keys: string[];

  /** One whose server answers so, one time after the other. */
  function sender(...answers: (SubmitAnswer | Problem)[]): Sender<SubmitAnswer> {
    keys = [];
    const submit = (_: unknown, key: string): Promise<SubmitAnswer> => {
      keys.push(key);
      const answer = answers.shift() ?? ANSWER;
      return answer instanceof Problem ? Promise.reject(answer) : Promise.resolve(answer);
    };
    let number = 0;
    return new Sender(submit, null, () => `key-${++number}`);
  }

  test('though it is clicked twice', async () => {
    const one = sender();
    const both = await Promise.all([one.send(JSON.stringify(JOB)), one.send(JSON.stringify(JOB))]);
    expect(both).toEqual([ANSWER, ANSWER]);
    expect(keys).toEqual(['key-1']);
  });

  test.each([new Problem('unreachable'), answered(504), answered(503), answered(422)])(
    'though it is tried again after $about.status',
    async problem => {
      const one = sender(problem);
      await expect(one.send(JSON.stringify(JOB))).rejects.toBe(problem);
      await one.send(JSON.stringify(JOB));
      expect(keys).toEqual(['key-1', 'key-1']);
    }
  );

  test('though the page was loaded again between', async () => {
    const before = sender(new Problem('unreachable'));
    await before.send(JSON.stringify(JOB)).catch(() => undefined);
    const after: string[] = [];
    const submit = (_: unknown, key: string): Promise<SubmitAnswer> => {
      after.push(key);
      return Promise.resolve(ANSWER);
    };
    await new Sender(submit, before.attempt).send(JSON.stringify(JOB));
    expect(after).toEqual(keys);
  });

  test('and another of what was changed, or wanted once more', async () => {
    const one = sender(new Problem('unreachable'));
    await one.send(JSON.stringify(JOB)).catch(() => undefined);
    await one.send(JSON.stringify({ ...JOB, work_dir: '/data' }));
    await one.send(JSON.stringify({ ...JOB, work_dir: '/data' }));
    expect(keys).toEqual(['key-1', 'key-2', 'key-3']);
    expect(one.attempt).toBeNull();
  });

  test('and another where the server wants a new key', async () => {
    const one = sender(answered(409));
    await one.send(JSON.stringify(JOB)).catch(() => undefined);
    await one.send(JSON.stringify(JOB));
    expect(keys).toEqual(['key-1', 'key-2']);
  });
});

describe('Slurm is asked for its opinion', () => {
  let asked: string[];
  let problem: Problem | null;
  let takes: number;
  let estimator: Estimator;

  beforeEach(() => {
    jest.useFakeTimers();
    [asked, problem, takes] = [[], null, 0];
    const estimate = async ({ script }: { script: string }): Promise<EstimateAnswer> => {
      asked.push(script);
      await new Promise(resolve => setTimeout(resolve, takes));
      if (problem) {
        throw problem;
      }
      const one = { partition: script, start_time: null, cpus: 1, node_list: null, refusal: null };
      return { estimates: [one], asked_at: '' };
    };
    estimator = new Estimator({ estimate });
  });

  afterEach(() => {
    estimator.dispose();
    jest.useRealTimers();
  });

  function wait(milliseconds: number): Promise<void> {
    return jest.advanceTimersByTimeAsync(milliseconds);
  }

  test('when there was no change for a while', async () => {
    for (const script of ['a', 'ab', 'abc']) {
      estimator.askLater({ script });
      await wait(QUIET_MS - 100);
    }
    expect(asked).toEqual([]);
    await wait(200);
    expect(asked).toEqual(['abc']);
    expect(estimator.state.estimate?.partition).toBe('abc');
  });

  test('at once by the button, but never sooner than it may be', async () => {
    estimator.askNow({ script: 'a' });
    await wait(10);
    estimator.askNow({ script: 'a' });
    estimator.askNow({ script: 'b' });
    await wait(PAUSE_MS - 100);
    expect(asked).toEqual(['a']);
    await wait(200);
    expect(asked).toEqual(['a', 'b']);
  });

  test('one question at a time, with pauses as long as one takes', async () => {
    takes = 5_000;
    estimator.askNow({ script: 'a' });
    await wait(10);
    estimator.askNow({ script: 'b' });
    await wait(9_900);
    expect(asked).toEqual(['a']);
    expect(estimator.state).toMatchObject({ of: { script: 'b' }, estimate: null });
    await wait(200);
    expect(asked).toEqual(['a', 'b']);
  });

  test.each([429, 503])('later, where %d says when', async status => {
    problem = answered(status, 15);
    estimator.askNow({ script: 'a' });
    await wait(10);
    expect(estimator.state.problem).toBe(problem);
    estimator.askNow({ script: 'a' });
    await wait(14_900);
    expect(asked).toEqual(['a']);
    await wait(200);
    expect(asked).toEqual(['a', 'a']);
  });

  test('not by itself about what it was asked about already', async () => {
    estimator.askNow({ script: 'a' });
    await wait(10);
    estimator.askLater({ script: 'a' });
    await wait(60_000);
    expect(asked).toEqual(['a']);
  });

  test('no more when the form is closed', async () => {
    estimator.askNow({ script: 'a' });
    estimator.dispose();
    await wait(60_000);
    expect(asked).toEqual([]);
  });
});

class Text implements IText {
  readonly changed = new Signal<this, unknown>(this);
  readonly edits: [number, number, string][] = [];

  constructor(private source: string) {}

  getSource(): string {
    return this.source;
  }

  updateSource(start: number, end: number, value = ''): void {
    this.edits.push([start, end, value]);
    this.source = this.source.slice(0, start) + value + this.source.slice(end);
    this.changed.emit(undefined);
  }
}

describe('a draft', () => {
  const SCRIPT = '#!/bin/sh\n#SBATCH --time=5\necho';

  test('is what stands in the editor, whoever wrote it', () => {
    const text = new Text(SCRIPT);
    const draft = new Draft(text, '');
    draft.setField('time', { option: 'time', value: '59' });
    expect(text.getSource()).toBe('#!/bin/sh\n#SBATCH --time=59\necho');
    text.updateSource(10, 10, '#SBATCH -N 2\n');
    expect(draft.state.fields.nodes.value).toBe('2');
    expect(draft.state.fields.time.value).toBe('59');
  });

  test('changes no more of the text than differs', () => {
    const text = new Text(SCRIPT);
    new Draft(text, '').setField('time', { option: 'time', value: '59' });
    expect(text.edits).toEqual([[26, 26, '9']]);
  });

  test.each([
    ['\u{1f600}', '\u{1f601}'],
    ['\u{1f600}', '\u{1fa00}']
  ])('cuts no character in two: %s, %s', (before, after) => {
    const text = new Text(before);
    new Draft(text, '').setScript(after);
    expect(text.edits).toEqual([[0, 2, after]]);
  });

  test('knows what is neither submitted nor saved', () => {
    const draft = new Draft(new Text(SCRIPT), '');
    draft.setTags('a');
    expect(draft.isEdited).toBe(true);
    draft.keep();
    expect(draft.isEdited).toBe(false);
    draft.setScript('');
    expect(draft.isEdited).toBe(true);
    expect(new Draft(new Text(SCRIPT), '', true).isEdited).toBe(true);
  });

  test('is submitted with its directory, which the server then looks at, and its tags', () => {
    const draft = new Draft(new Text('#!/bin/sh\n#SBATCH -D ~/data\n'), ' a, b c,,');
    expect(draft.submission).toEqual({
      script: draft.state.script,
      work_dir: '~/data',
      tags: ['a', 'b c']
    });
    expect(new Draft(new Text(SCRIPT), '').submission).toEqual({ script: SCRIPT });
  });
});

test('what the server finds wrong is said where it stands', () => {
  const faults = [
    { field: 'work_dir', message: 'Not there.' },
    { field: 'tags.1', message: 'Too long.' },
    { field: 'script', message: 'Empty.' }
  ];
  const problem = new Problem('other', '', {
    status: 422,
    faults,
    jobId: null,
    retryAfter: null
  });
  expect([...faultsOf(problem)]).toEqual([
    ['directory', 'Not there.'],
    ['tags', 'Too long.']
  ]);
});
