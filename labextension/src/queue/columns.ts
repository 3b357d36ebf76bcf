import type { TranslationBundle } from '@jupyterlab/translation';
import type { ColumnDef, SortingFn } from '@tanstack/react-table';

import type { QueueRow } from '../answers';

/** A column as the settings keep it: those that are shown, in their order, with their widths. */
export interface IShownColumn {
  id: string;
  width: number;
}

/** A column as it can be shown; `isTime` says that its values are moments. */
export interface IColumn {
  id: keyof QueueRow;
  label: string;
  width: number;
  isTime?: boolean;
}

/** All that there are, in the order in which they are offered. */
export function columnsOf(trans: TranslationBundle): IColumn[] {
  return [
    { id: 'job_id', label: trans.__('Job'), width: 90 },
    { id: 'name', label: trans.__('Name'), width: 200 },
    { id: 'user', label: trans.__('User'), width: 90 },
    { id: 'state', label: trans.__('State'), width: 120 },
    { id: 'time', label: trans.__('Time'), width: 100 },
    { id: 'partition', label: trans.__('Partition'), width: 100 },
    { id: 'nodes', label: trans.__('Nodes'), width: 65 },
    { id: 'cpus', label: trans.__('CPUs'), width: 65 },
    { id: 'reason', label: trans.__('Reason'), width: 140 },
    { id: 'nodelist', label: trans.__('Node list'), width: 150 },
    { id: 'account', label: trans.__('Account'), width: 100 },
    { id: 'priority', label: trans.__('Priority'), width: 80 },
    { id: 'time_limit', label: trans.__('Time limit'), width: 100 },
    { id: 'submit_time', label: trans.__('Submitted'), width: 130, isTime: true },
    { id: 'start_time', label: trans.__('Started'), width: 130, isTime: true },
    { id: 'estimated_start', label: trans.__('Starts probably'), width: 130, isTime: true }
  ];
}

/** The same as the table takes them. */
export function definitions(columns: readonly IColumn[]): ColumnDef<QueueRow>[] {
  return columns.map(({ id, label }) => ({
    id,
    header: label,
    accessorFn: row => row[id] ?? undefined,
    sortingFn: SORTS[id] ?? 'basic',
    sortUndefined: 'last'
  }));
}

const by =
  (key: (value: string) => number): SortingFn<QueueRow> =>
  (a, b, id) =>
    key(a.getValue(id)) - key(b.getValue(id));

const SORTS: Partial<Record<keyof QueueRow, SortingFn<QueueRow> | 'text'>> = {
  job_id: (a, b) => compareIds(a.original.job_id, b.original.job_id),
  name: 'text',
  nodes: by(Number),
  time: by(seconds),
  time_limit: by(seconds)
};

/** How many seconds `[D-]HH:MM:SS` is; another word, such as UNLIMITED, is more than all. */
export function seconds(time: string): number {
  const found = /^(?:(\d+)-)?(\d+):(\d+):(\d+)$/.exec(time);
  const [days, hours, minutes, rest] = (found?.slice(1) ?? []).map(part => Number(part || 0));
  return found
    ? (((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (rest ?? 0)
    : Number.MAX_SAFE_INTEGER;
}

/** Compare ids as numbers: 9 before 10, and 10_2 before 10_11. */
export function compareIds(a: string, b: string): number {
  const left = numbers(a);
  const right = numbers(b);
  for (let at = 0; at < Math.max(left.length, right.length); at++) {
    const difference = (left[at] ?? -1) - (right[at] ?? -1);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function numbers(id: string): number[] {
  return (id.match(/\d+/g) ?? []).map(Number);
}
