import { Signal } from '@lumino/signaling';

import { LastEnd } from '../src/absence';
import { job } from './jobs';

const ENDS = ['2026-11-27T12:30:00Z', '2026-11-27T12:20:00Z', '2026-11-27T12:10:00Z'];

let kept: Map<string, unknown>;

/** A page that has seen these ends; the server knows all three. */
function page(...seen: string[]): LastEnd {
  const ended = (end_time: string): object => job({ status: 'COMPLETED', end_time });
  const jobs = [...ENDS.map(ended), job({ end_time: '2026-11-27T14:00:00Z' })];
  const value = { endedToday: seen.map(ended), syncedAt: '2026-11-27T12:15:00Z' };
  const slurm = {
    api: { jobs: () => Promise.resolve({ jobs }) },
    jobs: { value, changed: new Signal({}) }
  };
  const state = {
    fetch: (key: string) => Promise.resolve(kept.get(key)),
    save: (key: string, at: unknown) => Promise.resolve(kept.set(key, at))
  };
  return new LastEnd(slurm as never, state as never);
}

async function told(): Promise<(string | null)[]> {
  return (await page().since()).map(one => one.end_time);
}

beforeEach(() => {
  kept = new Map();
});

test('who looks for the first time is told of nothing', async () => {
  expect(await told()).toEqual([]);
});

test('who comes back is told of what has ended since the last end that was seen', async () => {
  page(...ENDS.slice(1)).start();
  expect(await told()).toEqual(ENDS.slice(0, 1));
});

test('where none had ended it counts when it was looked', async () => {
  page().start();
  expect(await told()).toEqual(ENDS.slice(0, 2));
});
