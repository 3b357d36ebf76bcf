import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import type { Estimate } from '../answers';
import { Link } from '../button';
import { exactly, moment } from '../format';
import { Login } from '../notice';
import type { Problem } from '../problem';
import type { IEstimateState } from './estimating';

const AT_ONCE_MS = 60_000;

/** What Slurm thinks of the job as it is now. */
export function EstimateText(props: {
  state: IEstimateState;
  trans: TranslationBundle;
}): ReactElement {
  const { state, trans } = props;
  const { of, estimate, problem } = state;
  if (estimate?.refusal) {
    return <p>{trans.__('✗ Slurm would refuse it, or never start it: %1', estimate.refusal)}</p>;
  }
  if (estimate) {
    return <Start estimate={estimate} trans={trans} />;
  }
  if (problem) {
    return <p>{`✗ ${problem.sentence(trans)}`}</p>;
  }
  return (
    <p className="jsa-muted">
      {of
        ? trans.__('Asking Slurm when it would start …')
        : trans.__('When it would start, or why Slurm would refuse it, is said here.')}
    </p>
  );
}

function Start(props: { estimate: Estimate; trans: TranslationBundle }): ReactElement {
  const { estimate, trans } = props;
  const { start_time, partition, node_list, cpus } = estimate;
  const now = new Date();
  const isSoon = start_time !== null && Date.parse(start_time) - now.getTime() < AT_ONCE_MS;
  const when =
    start_time === null
      ? trans.__('✓ Slurm would take it, and does not say when it starts')
      : isSoon
        ? trans.__('✓ It would start at once')
        : trans.__('✓ It would start ~%1', moment(start_time, now));
  const where = [
    partition && trans.__('in partition %1', partition),
    node_list && trans.__('on %1', node_list),
    cpus !== null && trans._n('with %1 CPU', 'with %1 CPUs', cpus)
  ];
  return (
    <p title={start_time === null ? undefined : exactly(start_time)}>
      {`${[when, ...where].filter(Boolean).join(' ')}.`}
    </p>
  );
}

/** Why a job was not submitted, and what becomes of another try. */
export function Refusal(props: {
  problem: Problem;
  settings: ServerConnection.ISettings;
  onShow: (jobId: string) => void;
  trans: TranslationBundle;
}): ReactElement {
  const { problem, settings, onShow, trans } = props;
  const { jobId } = problem.about;
  return (
    <div className="jsa-Notice jsa-mod-problem">
      <p>{problem.sentence(trans)}</p>
      {problem.mayBeDone && (
        <p>
          {trans.__(
            'The job may have been submitted all the same. Submit it again from here, unchanged: it stays one job.'
          )}
        </p>
      )}
      {problem.kind === 'login' && <Login settings={settings} trans={trans} />}
      {jobId && <Link onClick={() => onShow(jobId)}>{trans.__('Show the job')}</Link>}
    </div>
  );
}
