import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { nameOf } from '../acting';
import { applicable, targetsOf, VERBS } from '../actions';
import type { Dependency, JobView } from '../answers';
import type { Verb } from '../api';
import { Button, Link } from '../button';
import { offsetOf } from '../component';
import { duration, exactly, moment } from '../format';
import { useNow } from '../hooks';
import { State } from '../state';
import { goesOn, toneOf } from '../states';
import { endingOf } from './facts';
import { type IStep, type Step, timeline } from './timeline';

const TIMES_MOVE_MS = 1_000;

/** What leads from a job elsewhere. */
export interface IWays {
  openJob: (id: string) => void;
  openDirectory: (path: string) => void;
  openCell: (path: string, cell: string | null) => void;
  /** To the form, filled with its script and what stood beside. */
  openForm: (job: JobView) => void;
}

interface IProps {
  job: JobView;
  /** What a report says of its end, where the job itself does not. */
  why: string | null;
  ways: IWays;
  onAct: (verb: Verb) => void;
  onResubmit: () => void;
  trans: TranslationBundle;
}

/** Which job it is, how it is, why, and what can be done about it. */
export function Head(props: IProps): ReactElement {
  const { job, why, ways, trans } = props;
  const now = useNow(TIMES_MOVE_MS);
  return (
    <div className="jsa-Head">
      <div className="jsa-Row">
        <h2>{job.name ?? job.slurm_id}</h2>
        <span className="jsa-Head-state">
          <State state={job.status} />
        </span>
        <span className="jsa-muted">{job.slurm_id}</span>
        {!goesOn(job.status) && <span>{endingOf(job, trans)}</span>}
        <Origin job={job} ways={ways} trans={trans} />
      </div>
      <Buttons {...props} />
      <ol className="jsa-Row jsa-Timeline" aria-label={trans.__('Time line')}>
        {timeline(job).map(step => (
          <StepItem key={step.what} step={step} now={now} trans={trans} />
        ))}
        {toneOf(job.status) === 'running' && job.start_time && (
          <li className="jsa-muted">
            {trans.__('running for %1', duration(Date.parse(job.start_time), now.getTime(), trans))}
          </li>
        )}
      </ol>
      <Why job={job} why={why} ways={ways} trans={trans} />
    </div>
  );
}

function Buttons(props: IProps): ReactElement {
  const { job, ways, onAct, onResubmit, trans } = props;
  const targets = targetsOf(job);
  return (
    <div className="jsa-Row" role="toolbar" aria-label={trans.__('What can be done')}>
      {targets.length > 0 &&
        goesOn(job.status) &&
        VERBS.map(verb => (
          <Button
            key={verb}
            disabled={applicable(verb, targets).length === 0}
            onClick={() => onAct(verb)}
          >
            {nameOf(verb, trans)}
          </Button>
        ))}
      {offsetOf(job) === null && job.job_id !== null && job.script !== null && (
        <>
          <Button onClick={onResubmit}>{trans.__('Submit again …')}</Button>
          <Button onClick={() => ways.openForm(job)}>{trans.__('Open in a form')}</Button>
        </>
      )}
      {job.work_path !== null && (
        <Button onClick={() => ways.openDirectory(job.work_path ?? '')}>
          {trans.__('Open directory')}
        </Button>
      )}
      {job.notebook_path !== null && (
        <Button onClick={() => ways.openCell(job.notebook_path ?? '', job.notebook_cell)}>
          {trans.__('Go to its cell')}
        </Button>
      )}
    </div>
  );
}

/** The array of a task, the whole of a component, and the job that this one was made of. */
function Origin(props: { job: JobView; ways: IWays; trans: TranslationBundle }): ReactElement {
  const { job, ways, trans } = props;
  const { task, resubmit_of, job_id } = job;
  const offset = offsetOf(job);
  return (
    <>
      {task && (
        <Link onClick={() => ways.openJob(task.array_job_id)}>
          {trans.__('Task %1 of array %2', task.task_id, task.array_slurm_id)}
        </Link>
      )}
      {offset !== null && job_id && (
        <Link onClick={() => ways.openJob(job_id)}>
          {trans.__('Component %1 of a heterogeneous job', offset)}
        </Link>
      )}
      {resubmit_of && (
        <Link onClick={() => ways.openJob(resubmit_of)}>{trans.__('Made of an earlier job')}</Link>
      )}
    </>
  );
}

function StepItem(props: { step: IStep; now: Date; trans: TranslationBundle }): ReactElement {
  const { what, at, after } = props.step;
  const { now, trans } = props;
  return (
    <li>
      {labelOf(what, trans)}{' '}
      <time dateTime={at} title={exactly(at)}>
        {moment(at, now)}
      </time>
      {after !== null && (
        <span className="jsa-muted"> {trans.__('(after %1)', duration(0, after, trans))}</span>
      )}
    </li>
  );
}

function labelOf(what: Step, trans: TranslationBundle): string {
  switch (what) {
    case 'submitted':
      return trans.__('Submitted');
    case 'eligible':
      return trans.__('Can start');
    case 'expected':
      return trans.__('Starts probably');
    case 'started':
      return trans.__('Started');
    case 'ended':
      return trans.__('Ended');
  }
}

/** Why it waits, or did not end well; what it waits for. */
function Why(props: {
  job: JobView;
  why: string | null;
  ways: IWays;
  trans: TranslationBundle;
}): ReactElement | null {
  const { job, why, ways, trans } = props;
  const said = why ?? job.explanation;
  const reason = goesOn(job.status) ? job.reason : null;
  if (!said && !reason && job.waits_for.length === 0) {
    return null;
  }
  return (
    <div className={`jsa-Why jsa-mod-${toneOf(job.status)}`}>
      <p>
        {reason && <strong>{reason} </strong>}
        {said}
      </p>
      {job.waits_for.length > 0 && (
        <ul aria-label={trans.__('It waits for')}>
          {job.waits_for.map((one, at) => (
            <li key={at}>
              <Awaited of={one} ways={ways} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Awaited({ of, ways }: { of: Dependency; ways: IWays }): ReactElement {
  const { kind, slurm_id, job_id, state, status } = of;
  const id = job_id ?? slurm_id;
  return (
    <>
      {kind} {id && <Link onClick={() => ways.openJob(id)}>{slurm_id}</Link>}{' '}
      {status ? <State state={status} /> : state}
    </>
  );
}
