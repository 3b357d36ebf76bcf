import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import type { JobView } from '../answers';
import { slurmIcon } from '../icon';
import { Live } from '../live';
import { INTERVAL_WITH_EVENTS_MS } from '../model';
import { refreshButton } from '../refresh';
import { type IJobOptions, Job } from './job';

/** One job as a tab of the main area. */
export class JobWidget extends MainAreaWidget<JobContent> {
  constructor(
    readonly jobId: string,
    options: IJobOptions
  ) {
    super({ content: new JobContent(jobId, options) });
    const { slurm, trans } = options;
    this.id = `jupyter-slurm-api:job-${jobId}`;
    this.title.label = trans.__('Slurm job');
    this.title.icon = slurmIcon;
    this.title.closable = true;
    this.toolbar.addItem('refresh', refreshButton(slurm, trans));
    this.live.changed.connect(this.onJob, this);
  }

  /** The job as it was last read. */
  get live(): Live<JobView> {
    return this.content.live;
  }

  private onJob(): void {
    const job = this.live.value;
    if (job) {
      this.title.label = [job.slurm_id, job.name].filter(Boolean).join(' ');
      this.title.caption = `${this.title.label}: ${job.status}`;
    }
  }
}

/** What is below the tab's toolbar; the job is read as long as it is seen. */
class JobContent extends ReactWidget {
  constructor(
    jobId: string,
    private readonly options: IJobOptions
  ) {
    super();
    this.addClass('jsa-JobContent');
    const { api, jobs } = options.slurm;
    this.live = new Live(`job-${jobId}`, () => api.job(jobId), INTERVAL_WITH_EVENTS_MS);
    this.live.start();
    jobs.changed.connect(this.onJobs, this);
  }

  override dispose(): void {
    this.live.dispose();
    super.dispose();
  }

  protected override render(): ReactElement {
    return <Job {...this.options} live={this.live} isVisible={this.isVisible} />;
  }

  protected override onAfterAttach(): void {
    this.onVisibility();
  }

  protected override onAfterShow(): void {
    this.onVisibility();
  }

  protected override onAfterHide(): void {
    this.onVisibility();
  }

  private onVisibility(): void {
    this.live.wanted = this.isVisible;
    this.update();
  }

  /** What tells of the jobs tells of this one; with its ETag, that costs next to nothing. */
  private onJobs(): void {
    this.live.refresh();
  }

  readonly live: Live<JobView>;
}
