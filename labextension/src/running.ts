import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon } from '@jupyterlab/ui-components';
import { type ISignal, Signal } from '@lumino/signaling';

import { act, actWithoutQuestion } from './acting';
import { targetOfJob } from './actions';
import type { JobView } from './answers';
import { slurmIcon } from './icon';
import type { ISlurm } from './model';
import { toneOf } from './states';

/** One's running jobs, beside kernels and terminals. */
export class RunningJobs implements IRunningSessions.IManager {
  constructor(
    private readonly slurm: ISlurm,
    private readonly open: (id: string) => void,
    private readonly trans: TranslationBundle
  ) {
    this.name = trans.__('Slurm jobs');
    this.shutdownLabel = trans.__('Cancel');
    this.shutdownAllLabel = trans.__('Cancel all');
    this.shutdownAllConfirmationText = trans.__(
      'Cancel all of your Slurm jobs that run? This cannot be undone.'
    );
    slurm.jobs.changed.connect(() => this._runningChanged.emit());
  }

  get runningChanged(): ISignal<this, void> {
    return this._runningChanged;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this.jobs().map(job => ({
      icon: () => slurmIcon,
      label: () => job.name,
      labelTitle: () => [job.slurm_id, job.status, job.partition].filter(Boolean).join(' · '),
      detail: () => job.slurm_id ?? '',
      open: () => this.open(job.job_id ?? ''),
      shutdown: () => void act(this.slurm, 'cancel', [targetOfJob(job)], this.trans)
    }));
  }

  refreshRunning(): void {
    this.slurm.jobs.refresh();
  }

  /** JupyterLab has asked already. */
  shutdownAll(): void {
    void actWithoutQuestion(this.slurm, 'cancel', this.jobs().map(targetOfJob), this.trans);
  }

  private jobs(): JobView[] {
    const jobs = this.slurm.jobs.value?.goingOn ?? [];
    return jobs.filter(job => toneOf(job.status) === 'running');
  }

  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;
  readonly shutdownItemIcon = closeIcon;
  private readonly _runningChanged = new Signal<this, void>(this);
}
