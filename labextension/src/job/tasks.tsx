import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useEffect, useState } from 'react';

import type { JobView, TasksView } from '../answers';
import { Button, Link } from '../button';
import { count, timing } from '../format';
import { useNow } from '../hooks';
import type { ISlurm } from '../model';
import { asProblem, type Problem } from '../problem';
import { State } from '../state';
import { endingOf } from './facts';

const TIMES_MOVE_MS = 10_000;

interface IProps {
  slurm: ISlurm;
  job: JobView;
  onOpen: (id: string) => void;
  trans: TranslationBundle;
}

/** The tasks of an array, by state where one is chosen; each opens a view of its own. */
export function Tasks({ slurm, job, onOpen, trans }: IProps): ReactElement {
  const [chosenState, setState] = useState('');
  const state = job.array?.counts[chosenState] ? chosenState : ''; // there may be none any more
  const [after, setAfter] = useState<number | null>(null);
  const { page, problem } = usePage(slurm, job, state, after);
  const now = useNow(TIMES_MOVE_MS);
  const counts = Object.entries(job.array?.counts ?? {});
  const choose = (chosen: string): void => {
    setState(chosen);
    setAfter(null);
  };
  return (
    <div className="jsa-Tasks">
      <div
        className="jsa-Row jsa-Tasks-states"
        role="group"
        aria-label={trans.__('Tasks by state')}
      >
        {counts.map(([one, number]) => (
          <Button
            key={one}
            aria-pressed={one === state}
            onClick={() => choose(one === state ? '' : one)}
          >
            <State state={one} /> {count(number)}
          </Button>
        ))}
      </div>
      {page === null ? (
        <p className="jsa-muted" role="status">
          {problem?.sentence(trans) ?? trans.__('Reading the tasks …')}
        </p>
      ) : (
        <div className="jsa-Tasks-list">
          <table>
            <thead>
              <tr>
                <th scope="col">{trans.__('Task')}</th>
                <th scope="col">{trans.__('State')}</th>
                <th scope="col">{trans.__('Time')}</th>
                <th scope="col">{trans.__('Node')}</th>
                <th scope="col">{trans.__('End')}</th>
              </tr>
            </thead>
            <tbody>
              {page.tasks.map(task => (
                <TaskRow key={task.slurm_id} task={task} now={now} onOpen={onOpen} trans={trans} />
              ))}
            </tbody>
          </table>
          {after !== null && (
            <Link onClick={() => setAfter(null)}>{trans.__('Back to the first tasks')}</Link>
          )}
          {page.next_after !== null && (
            <Link onClick={() => setAfter(page.next_after)}>{trans.__('Further tasks')}</Link>
          )}
        </div>
      )}
    </div>
  );
}

/** The page that was read last, and why there is none newer. */
interface IPage {
  page: TasksView | null;
  problem: Problem | null;
}

/** A page of them, read anew when the array has changed. */
function usePage(slurm: ISlurm, job: JobView, state: string, after: number | null): IPage {
  const [read, setRead] = useState<IPage>({ page: null, problem: null });
  useEffect(() => {
    let isCurrent = true;
    const query = { ...(state ? { state } : {}), ...(after === null ? {} : { after }) };
    slurm.api.tasks(job.job_id ?? job.slurm_id ?? '', query).then(
      page => isCurrent && setRead({ page, problem: null }),
      (error: unknown) => isCurrent && setRead(({ page }) => ({ page, problem: asProblem(error) }))
    );
    return () => {
      isCurrent = false;
    };
  }, [slurm, job, state, after]);
  return read;
}

function TaskRow(props: {
  task: JobView;
  now: Date;
  onOpen: (id: string) => void;
  trans: TranslationBundle;
}): ReactElement {
  const { task, now, onOpen, trans } = props;
  const [time, meaning] = timing(task, now, trans);
  return (
    <tr>
      <th scope="row">
        <Link onClick={() => onOpen(task.job_id ?? task.slurm_id ?? '')}>
          {trans.__('Task %1', task.task?.task_id)}
        </Link>
      </th>
      <td>
        <State state={task.status} />
      </td>
      <td title={meaning}>{time}</td>
      <td>{task.node_list}</td>
      <td>{endingOf(task, trans)}</td>
    </tr>
  );
}
