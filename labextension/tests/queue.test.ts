import { Signal } from '@lumino/signaling';

import type { QueueRow } from '../src/answers';
import { columnsOf, compareIds, seconds } from '../src/queue/columns';
import { choices, filtered, NO_FILTER, ownAccount } from '../src/queue/filter';
import { Layout } from '../src/queue/layout';
import { trans } from './jobs';

function line(said: Partial<QueueRow>): QueueRow {
  const text = { name: 'train', user: 'alice', state: 'RUNNING', partition: 'debug', reason: null };
  return {
    job_id: '1',
    api_job_id: null,
    account: null,
    nodelist: '',
    ...text,
    ...said
  } as QueueRow;
}

const LINES = [
  line({ job_id: '1', user: 'bob' }),
  line({ job_id: '2', api_job_id: 'uuid', state: 'PENDING', partition: 'debug,long' }),
  line({ job_id: '3', api_job_id: 'uuid', name: 'Café <b>', nodelist: 'n7' })
];

test.each([
  [{}, '1 2 3'],
  [{ mine: true }, '2 3'],
  [{ state: 'RUNNING' }, '1 3'],
  [{ partition: 'long' }, '2'],
  [{ text: 'CAFÉ n7' }, '3'],
  [{ text: 'bob alice' }, ''],
  [{ state: 'PENDING', mine: true }, '2']
])('what passes %j', (filter, ids) => {
  const found = filtered(LINES, { ...NO_FILTER, ...filter }, ownAccount(LINES));
  expect(found.map(row => row.job_id).join(' ')).toBe(ids);
});

test('of a user without jobs none is their own', () => {
  expect(filtered(LINES.slice(0, 1), { ...NO_FILTER, mine: true }, ownAccount([]))).toEqual([]);
});

test('what may be chosen is counted, a job in each partition that it waits for', () => {
  expect(choices(LINES)).toEqual({
    states: [
      ['PENDING', 1],
      ['RUNNING', 2]
    ],
    partitions: [
      ['debug', 3],
      ['long', 1]
    ]
  });
});

test.each([
  ['00:01:02', 62],
  ['1-00:00:01', 86401],
  ['UNLIMITED', Number.MAX_SAFE_INTEGER]
])('%s is sorted as %i seconds', (time, number) => {
  expect(seconds(time)).toBe(number);
});

test('ids are sorted as numbers', () => {
  const ids = ['10', '9', '10_11', '10_2', '10_[3-9]', '123+1'];
  expect(ids.sort(compareIds)).toEqual(['9', '10', '10_2', '10_[3-9]', '10_11', '123+1']);
});

describe('the columns', () => {
  const kept = [
    { id: 'job_id', width: 50 },
    { id: 'no_such_column', width: 50 },
    { id: 'name', width: 60 }
  ];
  let set: jest.Mock;
  let layout: Layout;

  beforeEach(() => {
    jest.useFakeTimers();
    set = jest.fn(() => Promise.resolve());
    const settings = { composite: { columns: kept }, changed: new Signal({}), set };
    layout = new Layout(settings as never, columnsOf(trans));
  });

  afterEach(() => jest.useRealTimers());

  const ids = (): string => layout.shown.map(column => column.id).join(' ');

  test('are those of the settings, as far as there are such', () => {
    expect(ids()).toBe('job_id name');
  });

  test('can be chosen, and the last one stays', () => {
    layout.toggle('user');
    layout.toggle('name');
    expect(ids()).toBe('job_id user');
    layout.toggle('user');
    layout.toggle('job_id');
    expect(ids()).toBe('job_id');
  });

  test('can be moved to either side, and not beyond', () => {
    layout.moveBy('job_id', -1);
    layout.moveBy('job_id', 1);
    expect(ids()).toBe('name job_id');
    layout.move('job_id', 'name');
    expect(ids()).toBe('job_id name');
  });

  test('are kept in the settings once, when they have come to rest', async () => {
    for (let width = 50; width > 0; width--) {
      layout.resize('name', width);
    }
    await jest.advanceTimersByTimeAsync(1_000);
    expect(set.mock.calls).toEqual([
      [
        'columns',
        [
          { id: 'job_id', width: 50 },
          { id: 'name', width: 40 }
        ]
      ]
    ]);
  });
});
