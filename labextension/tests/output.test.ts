import { ServerConnection } from '@jupyterlab/services';

import type { IOutputPart, SlurmApi } from '../src/api';
import { ASKED_EVERY_MS, DRAWN_EVERY_MS, LiveOutput, MOST_BYTES } from '../src/job/output';
import { Problem } from '../src/problem';
import { FIRST_PAUSE_MS, OutputSocket } from '../src/socket';

/** A server that has one output, and the page's WebSocket to it. */
class Page {
  constructor() {
    const { opened, asked } = this;
    const WebSocket = class {
      constructor(readonly url: string) {
        opened.push(this);
      }
      send = (text: string): number => asked.push(JSON.parse(text));
      close = (): void => {
        this.isClosed = true;
      };
      isClosed = false;
    };
    const settings = { wsUrl: 'ws://hub/user/alice/', token: 'a b', appendToken: true, WebSocket };
    this.socket = new OutputSocket(ServerConnection.makeSettings(settings as never));
  }

  output(jobId = '1'): LiveOutput {
    const output = new LiveOutput({ output: this.read } as never, this.socket, jobId, 'stdout');
    output.wanted = true;
    return output;
  }

  get line(): { onopen(): void; onclose(): void; onmessage(event: object): void } & IOpened {
    return this.opened.at(-1) as never;
  }

  say(type: string, said: object, job_id = '1'): void {
    const message = { type, job_id, stream: 'stdout', ...said };
    this.line.onmessage({ data: JSON.stringify(message) });
  }

  write(text: string): void {
    const offset = this.written.length;
    this.written += text;
    this.say('data', { offset, next_offset: this.written.length, text });
  }

  readonly read: SlurmApi['output'] = (_id, _stream, { offset, tail }) => {
    this.reads.push(tail === undefined ? Number(offset) : 'end');
    if (this.problem || Number(offset) > this.written.length) {
      return Promise.reject(this.problem ?? new Problem('other', 'not so much'));
    }
    const first = tail === undefined ? Number(offset) : Math.max(0, this.written.length - 20);
    const next =
      tail === undefined ? Math.min(first + 20, this.written.length) : this.written.length;
    const part: IOutputPart = {
      text: this.written.slice(first, next),
      offset: first,
      next,
      size: this.written.length
    };
    return Promise.resolve(part);
  };

  written = '';
  problem: Problem | null = null;
  readonly reads: (number | 'end')[] = [];
  readonly opened: IOpened[] = [];
  readonly asked: unknown[] = [];
  readonly socket: OutputSocket;
}

interface IOpened {
  url: string;
  isClosed: boolean;
}

let page: Page;

beforeEach(() => {
  jest.useFakeTimers();
  page = new Page();
});

afterEach(() => jest.useRealTimers());

const wait = (milliseconds = DRAWN_EVERY_MS): Promise<void> =>
  jest.advanceTimersByTimeAsync(milliseconds);

function shown(output: LiveOutput): string {
  return output.terminal.lines.map(line => line.text).join('|');
}

async function opened(output = page.output()): Promise<LiveOutput> {
  await wait();
  page.line.onopen();
  return output;
}

test('what was written stands there, and what is written comes', async () => {
  page.written = 'before\n';
  const output = await opened();
  expect(page.asked).toEqual([{ type: 'follow', job_id: '1', stream: 'stdout', offset: 7 }]);
  page.write('now');
  await wait();
  expect(shown(output)).toBe('before|now');
  expect([output.size, output.isCut]).toEqual([10, false]);
});

test('of much the end is shown, and how much there is', async () => {
  page.written = 'x'.repeat(80) + 'the end of all this.';
  const output = await opened();
  expect(shown(output)).toBe('the end of all this.');
  expect([output.size, output.isCut]).toEqual([100, true]);
});

test('much at once is drawn once, and the end of it alone', async () => {
  const output = await opened();
  const drawn = jest.fn<undefined, []>();
  output.changed.connect(() => drawn());
  for (let number = 0; number < 5; number++) {
    page.write('x'.repeat(MOST_BYTES / 2) + '\n');
  }
  page.write('end');
  await wait();
  expect(drawn).toHaveBeenCalledTimes(1);
  expect(output.terminal.lines.at(-1)?.text).toBe('end');
  expect(output.isCut).toBe(true);
});

test('after a lost connection it goes on where it was', async () => {
  const output = await opened();
  page.write('one ');
  page.line.onclose();
  await wait(FIRST_PAUSE_MS);
  page.line.onopen();
  expect(page.asked.at(-1)).toMatchObject({ type: 'follow', offset: 4 });
  page.write('two');
  await wait();
  expect(shown(output)).toBe('one two');
  expect(page.opened).toHaveLength(2);
});

test('where no WebSocket can be opened it is asked again and again, from where it was', async () => {
  const output = await opened();
  page.line.onclose();
  page.written = 'in between';
  await wait(ASKED_EVERY_MS);
  await wait(ASKED_EVERY_MS);
  expect(shown(output)).toBe('in between');
  expect(page.reads).toEqual(['end', 'end', 10]);
  output.isJobOver = true;
  await wait(ASKED_EVERY_MS);
  expect(output.isOver).toBe(true);
  const { length } = page.reads;
  await wait(ASKED_EVERY_MS * 3);
  expect(page.reads).toHaveLength(length);
});

test('all outputs share one connection, which ends with the last', async () => {
  const [first, second] = [await opened(), page.output('2')];
  await wait();
  expect(page.opened).toHaveLength(1);
  page.say('data', { offset: 0, next_offset: 3, text: 'two' }, '2');
  await wait();
  expect([shown(first), shown(second)]).toEqual(['', 'two']);
  second.dispose();
  expect(page.asked.at(-1)).toMatchObject({ type: 'unfollow', job_id: '2' });
  expect(page.line.isClosed).toBe(false);
  first.dispose();
  expect(page.line.isClosed).toBe(true);
  expect(page.line.url).toBe('ws://hub/user/alice/slurm/ws?token=a%20b');
});

test('while nobody looks nothing comes, then what has come meanwhile', async () => {
  const output = await opened();
  page.write('a ');
  output.wanted = false;
  expect(page.line.isClosed).toBe(true);
  page.written += 'b ';
  output.wanted = true;
  await opened(output);
  expect(page.asked.at(-1)).toMatchObject({ type: 'follow', offset: 4 });
  await wait();
  expect(shown(output)).toBe('a b ');
});

test('so much meanwhile that nobody wants to read it all is passed over', async () => {
  const output = await opened();
  page.write('a ');
  output.wanted = false;
  page.written += 'x'.repeat(80) + 'the end of all this.';
  output.wanted = true;
  await opened(output);
  await wait();
  expect(shown(output)).toBe('the end of all this.');
  expect(output.isCut).toBe(true);
});

test('what begins anew is shown from its beginning', async () => {
  const output = await opened();
  page.write('an earlier run');
  page.say('gap', { offset: 14, next_offset: 0, reason: 'truncated' });
  page.written = '';
  page.write('this run');
  await wait();
  expect(shown(output)).toBe('this run');
  expect([output.size, output.isCut]).toEqual([8, false]);
});

test('of a file that is gone it is said what was kept', async () => {
  const output = await opened();
  page.say('kept', { offset: 50, size: 60 });
  page.say('gap', { offset: 0, next_offset: 50, reason: 'not_kept' });
  page.say('data', { offset: 50, next_offset: 60, text: 'last words' });
  page.say('end', { offset: 60, status: 'FAILED' });
  await wait();
  expect(shown(output)).toBe('last words');
  expect([output.size, output.isKeptInPart, output.isOver]).toEqual([60, true, true]);
  expect(page.line.isClosed).toBe(true);
});

test('what cannot be read is said, and tried again', async () => {
  page.problem = new Problem('unreachable');
  const output = await opened();
  expect(output.problem?.kind).toBe('unreachable');
  page.problem = null;
  page.written = 'there';
  page.line.onclose();
  await wait(ASKED_EVERY_MS + DRAWN_EVERY_MS);
  expect([output.problem, shown(output)]).toEqual([null, 'there']);
});

test('what the server will not send by itself is asked for', async () => {
  const output = await opened();
  page.say('error', { status: 429, error: 'too_many_requests', message: 'Too many follow.' });
  await wait();
  expect(output.problem?.message).toBe('Too many follow.');
  page.written = 'there';
  await wait(ASKED_EVERY_MS + DRAWN_EVERY_MS);
  expect([output.problem, shown(output)]).toEqual([null, 'there']);
});

test('what is opened while no WebSocket can be had is asked for too', async () => {
  await opened();
  page.line.onclose();
  const second = page.output('2');
  await wait();
  page.written = 'there';
  await wait(ASKED_EVERY_MS);
  await wait();
  expect(shown(second)).toBe('there');
});
