import type { IStateDB } from '@jupyterlab/statedb';

import type { JobView } from './answers';
import type { ISlurm } from './model';
import { goesOn } from './states';

const KEY = 'jupyter-slurm-api:last-end';
const MOST = 200;

/** Remembers up to when the ends of jobs were seen on this page, over reloads and days. */
export class LastEnd {
  constructor(
    private readonly slurm: ISlurm,
    private readonly state: IStateDB
  ) {}

  /** The jobs that have ended since, the last first; none where nobody has ever looked. */
  async since(): Promise<JobView[]> {
    const seen = await this.state.fetch(KEY);
    if (typeof seen !== 'string') {
      return [];
    }
    const { jobs } = await this.slurm.api.jobs({ sort: '-end_time', limit: MOST });
    return jobs.filter(
      job => !goesOn(job.status) && Date.parse(job.end_time ?? '') > Date.parse(seen)
    );
  }

  /** Remember what is seen from now on. */
  start(): void {
    const keep = (): void => {
      const jobs = this.slurm.jobs.value;
      const last = jobs?.endedToday[0]?.end_time ?? (this.kept ? null : jobs?.syncedAt);
      if (last && last !== this.kept) {
        this.kept = last;
        void this.state.save(KEY, last);
      }
    };
    this.slurm.jobs.changed.connect(keep);
    keep();
  }

  private kept: string | null = null;
}
