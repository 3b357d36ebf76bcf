import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import type { Amount } from '../answers';
import { count } from '../format';
import { useLive } from '../hooks';
import type { ISlurm } from '../model';
import { toneOf } from '../states';

/** What is busy, free and waited for on the cluster; nothing until that is known. */
export function ClusterSummary(props: {
  slurm: ISlurm;
  trans: TranslationBundle;
}): ReactElement | null {
  const { slurm, trans } = props;
  const { value } = useLive(slurm.cluster);
  if (value === null) {
    return null;
  }
  const withGpus = value.partitions.some(partition => partition.gpus.total > 0);
  return (
    <details className="jsa-Cluster" open>
      <summary>{queueText(value.states, trans)}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{trans.__('Partition')}</th>
            <th scope="col">{trans.__('Free CPUs')}</th>
            {withGpus && <th scope="col">{trans.__('Free GPUs')}</th>}
          </tr>
        </thead>
        <tbody>
          {value.partitions.map(({ name, state, cpus, gpus }) => (
            <tr key={name}>
              <th scope="row" title={name}>
                {name}
                {state !== 'UP' && <span className="jsa-muted"> {state}</span>}
              </th>
              <Free of={cpus} trans={trans} />
              {withGpus && <Free of={gpus} trans={trans} />}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Free(props: { of: Amount; trans: TranslationBundle }): ReactElement {
  const { total, used, free } = props.of;
  const text = props.trans.__('%1 of %2', count(free), count(total));
  const title = props.trans.__(
    '%1 busy, %2 free, %3 not available',
    count(used),
    count(free),
    count(total - used - free)
  );
  return (
    <td title={title}>
      <span className="jsa-Bar" aria-hidden>
        <span style={{ width: `${total ? (100 * used) / total : 0}%` }} />
      </span>
      {text}
    </td>
  );
}

function queueText(states: Readonly<Record<string, number>>, trans: TranslationBundle): string {
  let [running, waiting] = [0, 0];
  for (const [state, number] of Object.entries(states)) {
    running += toneOf(state) === 'running' ? number : 0;
    waiting += toneOf(state) === 'waiting' ? number : 0;
  }
  return trans.__('Cluster: %1 running, %2 pending', count(running), count(waiting));
}
