import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import type { JobView, Run } from '../answers';
import { exactly, moment } from '../format';
import { State } from '../state';
import { endingOf, factsOf } from './facts';

interface IProps {
  job: JobView;
  trans: TranslationBundle;
}

/** All that is known of a job: facts, the states that it was in, the runs that a requeue ended. */
export function Details({ job, trans }: IProps): ReactElement {
  const { transitions, runs } = job;
  return (
    <div className="jsa-Details" tabIndex={0}>
      <dl>
        {factsOf(job, trans).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {transitions.length > 0 && (
        <section>
          <h3>{trans.__('States')}</h3>
          <ol>
            {transitions.map(({ state, at }, index) => (
              <li key={index}>
                <State state={state} /> <Time at={at} />
              </li>
            ))}
          </ol>
        </section>
      )}
      {runs.length > 0 && (
        <section>
          <h3>{trans.__('Earlier runs')}</h3>
          <ol>
            {runs.map((run, index) => (
              <li key={index}>
                <EarlierRun run={run} trans={trans} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </div>
  );
}

function EarlierRun(props: { run: Run; trans: TranslationBundle }): ReactElement {
  const { run, trans } = props;
  return (
    <>
      <State state={run.status} /> <Time at={run.start_time} /> – <Time at={run.end_time} />{' '}
      {endingOf(run, trans)} {run.node_list}
    </>
  );
}

function Time({ at }: { at: string | null }): ReactElement | null {
  return at ? (
    <time dateTime={at} title={exactly(at)}>
      {moment(at, new Date())}
    </time>
  ) : null;
}
