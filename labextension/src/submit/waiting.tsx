import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useState } from 'react';

import { Button } from '../button';
import { useLive } from '../hooks';
import type { ISlurm } from '../model';
import { type Kind, KINDS, withDependency } from './dependency';
import { type IFieldProps, TextField } from '../field';

interface IProps extends IFieldProps {
  slurm: ISlurm;
  trans: TranslationBundle;
}

/** Which jobs it waits for: as Slurm writes it, and picked from one's own that go on. */
export function DependencyField(props: IProps): ReactElement {
  const { slurm, trans, ...field } = props;
  const add = (kind: Kind, jobId: string): void =>
    field.onChange(withDependency(field.value, kind, jobId));
  return (
    <div className="jsa-mod-wide">
      <TextField {...field} placeholder={trans.__('such as afterok:12:13')} />
      <Picker slurm={slurm} onAdd={add} trans={trans} />
    </div>
  );
}

function Picker(props: {
  slurm: ISlurm;
  onAdd: (kind: Kind, jobId: string) => void;
  trans: TranslationBundle;
}): ReactElement {
  const { slurm, onAdd, trans } = props;
  const jobs = (useLive(slurm.jobs).value?.goingOn ?? []).filter(job => job.slurm_id !== null);
  const [kind, setKind] = useState<Kind>('afterok');
  const [picked, setPicked] = useState('');
  const isThere = jobs.some(job => job.slurm_id === picked);
  return (
    <div className="jsa-Row" role="group" aria-label={trans.__('Add a job to wait for')}>
      <select
        className="jp-mod-styled"
        aria-label={trans.__('What the job must have come to')}
        value={kind}
        onChange={event => setKind(event.target.value as Kind)}
      >
        {KINDS.map(one => (
          <option key={one} value={one}>
            {meaning(one, trans)}
          </option>
        ))}
      </select>
      <select
        className="jp-mod-styled"
        aria-label={trans.__('My job')}
        value={isThere ? picked : ''}
        onChange={event => setPicked(event.target.value)}
      >
        <option value="">
          {jobs.length > 0 ? trans.__('My job …') : trans.__('None goes on')}
        </option>
        {jobs.map(job => (
          <option key={job.slurm_id} value={job.slurm_id ?? ''}>
            {`${job.slurm_id ?? ''} ${job.name ?? ''} (${job.status})`}
          </option>
        ))}
      </select>
      <Button disabled={!isThere} onClick={() => onAdd(kind, picked)}>
        {trans.__('Add')}
      </Button>
    </div>
  );
}

function meaning(kind: Kind, trans: TranslationBundle): string {
  switch (kind) {
    case 'afterok':
      return trans.__('afterok: has succeeded');
    case 'afterany':
      return trans.__('afterany: has ended');
    case 'afternotok':
      return trans.__('afternotok: has failed');
    case 'after':
      return trans.__('after: has started');
    case 'aftercorr':
      return trans.__('aftercorr: task by task');
  }
}
