import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import {
  getCoreRowModel,
  getSortedRowModel,
  type RowSelectionState,
  type SortingState,
  useReactTable
} from '@tanstack/react-table';
import { type ReactElement, useCallback, useMemo, useState } from 'react';

import { act } from '../acting';
import { type ITarget, nameOfJob, targetOfRow } from '../actions';
import type { QueueRow } from '../answers';
import type { Verb } from '../api';
import { count } from '../format';
import { useLive, useSignal } from '../hooks';
import type { ISlurm } from '../model';
import { Notice } from '../notice';
import { Actions, ColumnChooser, Filters } from './bar';
import { columnsOf, definitions, type IColumn } from './columns';
import { filtered, type IFilter, NO_FILTER, ownAccount } from './filter';
import { Grid } from './grid';
import type { Layout } from './layout';

const NO_ROWS: readonly QueueRow[] = [];

interface IProps {
  slurm: ISlurm;
  settings: ServerConnection.ISettings;
  layout: Layout;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** The cluster's queue: filters, actions on what is selected, and the lines. */
export function Queue(props: IProps): ReactElement {
  const { slurm, settings, layout, openJob, trans } = props;
  const { value, problem } = useLive(slurm.queue);
  const [filter, setFilter] = useState<IFilter>(NO_FILTER);
  const [sorting, setSorting] = useState<SortingState>([]);
  const [rowSelection, setRowSelection] = useState<RowSelectionState>({});
  const all = value?.jobs ?? NO_ROWS;
  const me = useMemo(() => ownAccount(all), [all]);
  const rows = useMemo(() => [...filtered(all, filter, me)], [all, filter, me]);
  const columns = useColumns(layout, trans);
  const table = useReactTable({
    data: rows,
    columns: useMemo(() => definitions(columns), [columns]),
    state: { sorting, rowSelection },
    getRowId: row => row.job_id,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    onSortingChange: setSorting,
    onRowSelectionChange: setRowSelection
  });
  const selected = useMemo(
    () => rows.filter(row => rowSelection[row.job_id]),
    [rows, rowSelection]
  );
  const targets = useTargets(slurm, selected, me);
  const onOpen = useCallback((row: QueueRow) => openJob(nameOfJob(row)), [openJob]);
  const onAct = (verb: Verb): void => void act(slurm, verb, targets, trans);

  return (
    <div className="jsa-Queue">
      <Notice
        problem={problem}
        staleSince={value?.stale ? value.synced_at : null}
        settings={settings}
        onRetry={() => slurm.refresh()}
        trans={trans}
      />
      <Filters rows={all} filter={filter} onFilter={setFilter} trans={trans} />
      <div className="jsa-Row">
        <Actions targets={targets} onAct={onAct} trans={trans} />
        <span className="jsa-Queue-count" role="status">
          {value && counts(rows.length, all.length, selected.length, trans)}
        </span>
        <ColumnChooser columns={columnsOf(trans)} shown={columns} layout={layout} trans={trans} />
      </div>
      {rows.length > 0 ? (
        <Grid
          table={table}
          columns={columns}
          layout={layout}
          onDelete={() => onAct('cancel')}
          onOpen={onOpen}
          trans={trans}
        />
      ) : (
        <p className="jsa-Empty">
          {value ? empty(all.length > 0, trans) : !problem && trans.__('Reading the queue …')}
        </p>
      )}
    </div>
  );
}

/** The columns that are shown, in their order and as wide as they are. */
function useColumns(layout: Layout, trans: TranslationBundle): readonly IColumn[] {
  const shown = useSignal(layout, () => layout.shown);
  return useMemo(() => {
    const known = columnsOf(trans);
    return shown.flatMap(({ id, width }) =>
      known.filter(column => column.id === id).map(column => ({ ...column, width }))
    );
  }, [shown, trans]);
}

/** Those of the selected lines that are one's own jobs. */
function useTargets(slurm: ISlurm, selected: readonly QueueRow[], me: string | null): ITarget[] {
  const jobs = useLive(slurm.jobs).value;
  return useMemo(() => {
    const holding = jobs?.goingOn.filter(job => job.runs_this_server) ?? [];
    const ids = new Set(holding.map(job => job.slurm_id ?? ''));
    return selected.filter(row => row.user === me).map(row => targetOfRow(row, ids));
  }, [jobs, selected, me]);
}

function counts(shown: number, all: number, selected: number, trans: TranslationBundle): string {
  const jobs =
    shown === all
      ? trans._n('%2 job', '%2 jobs', all, count(all))
      : trans.__('%1 of %2 jobs', count(shown), count(all));
  return selected > 0 ? trans.__('%1, %2 selected', jobs, count(selected)) : jobs;
}

function empty(isFiltered: boolean, trans: TranslationBundle): string {
  return isFiltered
    ? trans.__('No job of the queue passes this filter.')
    : trans.__('The queue is empty: no job runs or waits on this cluster.');
}
