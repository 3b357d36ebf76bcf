import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { count, runningAndWaiting } from './format';
import { useLive } from './hooks';
import type { ISlurm } from './model';
import { SIGNS } from './states';

interface IProps {
  slurm: ISlurm;
  onOpen: () => void;
  trans: TranslationBundle;
}

/** How many of one's jobs run and wait, in the status bar. */
export function Status(props: IProps): ReactElement {
  const { slurm, onOpen, trans } = props;
  const { value, problem } = useLive(slurm.jobs);
  const isCertain = value !== null && problem === null && !value.stale;
  const [running, waiting] = runningAndWaiting(value?.goingOn ?? []).map(count);
  const meaning = trans.__('Slurm: %1 running, %2 pending', running, waiting);
  const title = isCertain ? meaning : trans.__('%1. That is not certain now.', meaning);
  return (
    <button className="jsa-Status" title={title} aria-label={title} onClick={onOpen}>
      Slurm {SIGNS.running} {running} {SIGNS.waiting} {waiting}
      {isCertain ? '' : ' ?'}
    </button>
  );
}
