import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useMemo, useState } from 'react';

import { act } from '../acting';
import { targetOfJob } from '../actions';
import { useLive, useNow } from '../hooks';
import type { ISlurm } from '../model';
import { Notice } from '../notice';
import { ClusterSummary } from './cluster';
import { type Row, rowsOf } from './rows';
import { useTasks } from './tasks';
import { JobTree } from './tree';

const TIMES_MOVE_MS = 10_000;

interface IProps {
  slurm: ISlurm;
  settings: ServerConnection.ISettings;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** One's own jobs: what runs, waits and has ended today, and what the cluster has. */
export function Panel(props: IProps): ReactElement {
  const { slurm, settings, openJob, trans } = props;
  const { value, problem } = useLive(slurm.jobs);
  const now = useNow(TIMES_MOVE_MS);
  const [filter, setFilter] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const tasks = useTasks(slurm, opened);
  const rows = useMemo(
    () => (value ? rowsOf(value, filter, { closed, opened }, tasks, trans) : []),
    [value, filter, closed, opened, tasks, trans]
  );

  const onFold = (row: Row, open: boolean): void => {
    if (row.kind === 'section') {
      setClosed(toggled(closed, row.key, !open));
    } else {
      setOpened(toggled(opened, row.key, open));
    }
  };

  return (
    <div className="jsa-Panel">
      <Notice
        problem={problem}
        staleSince={value?.stale ? value.syncedAt : null}
        settings={settings}
        onRetry={() => slurm.refresh()}
        trans={trans}
      />
      <ClusterSummary slurm={slurm} trans={trans} />
      <input
        className="jsa-Filter jp-mod-styled"
        type="search"
        placeholder={trans.__('Filter my jobs')}
        aria-label={trans.__('Filter my jobs by name, id, state, partition or reason')}
        value={filter}
        onChange={event => setFilter(event.target.value)}
      />
      {rows.length > 0 ? (
        <JobTree
          rows={rows}
          now={now}
          onFold={onFold}
          onOpen={job => openJob(job.job_id ?? job.slurm_id ?? '')}
          onCancel={job => void act(slurm, 'cancel', [targetOfJob(job)], trans)}
          trans={trans}
        />
      ) : (
        <Empty
          isLoading={value === null}
          isBroken={problem !== null}
          filter={filter}
          trans={trans}
        />
      )}
    </div>
  );
}

function Empty(props: {
  isLoading: boolean;
  isBroken: boolean;
  filter: string;
  trans: TranslationBundle;
}): ReactElement | null {
  const { isLoading, isBroken, filter, trans } = props;
  if (isLoading) {
    return isBroken ? null : <p className="jsa-Empty">{trans.__('Asking for your jobs …')}</p>;
  }
  if (filter) {
    return <p className="jsa-Empty">{trans.__('None of your jobs matches “%1”.', filter)}</p>;
  }
  return (
    <div className="jsa-Empty">
      <p>{trans.__('None of your jobs runs or waits, and none has ended today.')}</p>
      <p>
        {trans.__(
          'Submit one with the button above, with %%%%slurm in a notebook, or with sbatch in a terminal: it appears here.'
        )}
      </p>
    </div>
  );
}

function toggled(keys: ReadonlySet<string>, key: string, isIn: boolean): ReadonlySet<string> {
  const changed = new Set(keys);
  if (isIn) {
    changed.add(key);
  } else {
    changed.delete(key);
  }
  return changed;
}
