import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Poll } from '@lumino/polling';

import type { ISlurm } from '../model';
import { goesOn, toneOf } from '../states';

const INTERVAL_MS = 1_000;
const FOLLOWING_MS = 2_000;
const LONGEST_MS = 15_000;

interface IOptions {
  path: string;
  jobId: string;
  /** What people call the job. */
  job: string;
  slurm: ISlurm;
  contents: Pick<Contents.IManager, 'get'>;
  open: (path: string) => Promise<NotebookPanel | undefined>;
  tell: (how: 'info' | 'error', text: string) => void;
  trans: TranslationBundle;
}

/** A notebook that a job writes, cell by cell, when it has begun. */
export class OutputNotebook {
  constructor(private readonly options: IOptions) {}

  /** Open it; where the job has not begun, say so, and open it when it has. */
  async open(): Promise<void> {
    const { job, jobId, tell, trans } = this.options;
    if (await this.written()) {
      await this.show();
      return;
    }
    tell('info', trans.__('The output notebook opens when job %1 has begun.', job));
    const poll = new Poll({
      name: `jupyter-slurm-api:output-${jobId}`,
      frequency: { interval: INTERVAL_MS, backoff: true, max: LONGEST_MS },
      factory: async () => {
        if (await this.isWaitedFor()) {
          poll.dispose();
        }
      }
    });
  }

  /** Whether there is nothing more to wait for. */
  private async isWaitedFor(): Promise<boolean> {
    const { job, tell, trans } = this.options;
    const status = await this.status();
    if (toneOf(status) === 'waiting') {
      return false;
    }
    if (await this.written()) {
      await this.show();
      return true;
    }
    if (goesOn(status)) {
      return false;
    }
    tell(
      'error',
      trans.__('Job %1 has ended without an output notebook: what it printed says why.', job)
    );
    return true;
  }

  private async show(): Promise<void> {
    const panel = await this.options.open(this.options.path);
    if (panel) {
      // It is read here, and run by the job; who wants a kernel chooses one.
      const { sessionContext } = panel;
      sessionContext.kernelPreference = { ...sessionContext.kernelPreference, shouldStart: false };
      this.follow(panel);
    }
  }

  /** Show what the job writes as it comes, until it is over, or somebody writes there too. */
  private follow(panel: NotebookPanel): void {
    const poll = new Poll({
      name: `jupyter-slurm-api:following-${this.options.jobId}`,
      frequency: { interval: FOLLOWING_MS, backoff: true, max: LONGEST_MS },
      standby: () => document.hidden || !panel.isVisible,
      factory: async () => {
        const isOver = !goesOn(await this.status());
        await panel.context.ready;
        if (!panel.isDisposed && !panel.context.model.dirty) {
          await this.read(panel);
        }
        if (isOver || panel.isDisposed || panel.context.model.dirty) {
          poll.dispose();
        }
      }
    });
    panel.disposed.connect(() => poll.dispose());
  }

  private async read({ context, content }: NotebookPanel): Promise<void> {
    const written = await this.written();
    if (written && written.last_modified !== context.contentsModel?.last_modified) {
      const { scrollTop } = content.outerNode;
      await context.revert();
      context.model.dirty = false;
      requestAnimationFrame(() => (content.outerNode.scrollTop = scrollTop));
    }
  }

  private async written(): Promise<Contents.IModel | null> {
    try {
      return await this.options.contents.get(this.options.path, { content: false });
    } catch {
      return null;
    }
  }

  /** The job's state; what is not listed is asked for, such as one that ended before today. */
  private async status(): Promise<string> {
    const { slurm, jobId } = this.options;
    const { goingOn = [], endedToday = [] } = slurm.jobs.value ?? {};
    const listed = [...goingOn, ...endedToday].find(job => job.job_id === jobId);
    return (listed ?? (await slurm.api.job(jobId))).status;
  }
}
