import type { QueueRow } from '../answers';

/** What narrows the queue; an empty word does not. */
export interface IFilter {
  text: string;
  state: string;
  partition: string;
  mine: boolean;
}

export const NO_FILTER: IFilter = { text: '', state: '', partition: '', mine: false };

const SEARCHED: readonly (keyof QueueRow)[] = [
  'job_id',
  'name',
  'user',
  'state',
  'partition',
  'account',
  'reason',
  'nodelist'
];

/** The lines that pass a filter, in their order; `me` is one's own account where it is known. */
export function filtered(
  rows: readonly QueueRow[],
  filter: IFilter,
  me: string | null
): readonly QueueRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const tests: ((row: QueueRow) => boolean)[] = [];
  if (filter.mine) {
    tests.push(row => row.user === me);
  }
  if (filter.state) {
    tests.push(row => row.state === filter.state);
  }
  if (filter.partition) {
    tests.push(row => partitionsOf(row).includes(filter.partition));
  }
  if (words.length > 0) {
    tests.push(row => {
      const said = SEARCHED.map(key => row[key])
        .join(' ')
        .toLowerCase();
      return words.every(word => said.includes(word));
    });
  }
  return tests.length > 0 ? rows.filter(row => tests.every(test => test(row))) : rows;
}

/** How many lines there are of each state and each partition, in the order of their names. */
export function choices(
  rows: readonly QueueRow[]
): Record<'states' | 'partitions', [string, number][]> {
  return {
    states: counted(rows.map(row => row.state)),
    partitions: counted(rows.flatMap(partitionsOf))
  };
}

/** Whose jobs are one's own: those that the server keeps. */
export function ownAccount(rows: readonly QueueRow[]): string | null {
  return rows.find(row => row.api_job_id !== null)?.user ?? null;
}

/** A job may wait for several: the first that is free takes it. */
function partitionsOf(row: QueueRow): string[] {
  return row.partition.split(',');
}

function counted(words: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const word of words) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
