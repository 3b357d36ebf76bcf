import { MainAreaWidget } from '@jupyterlab/apputils';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import { slurmIcon } from '../icon';
import type { ISlurm } from '../model';
import { refreshButton } from '../refresh';
import type { Layout } from './layout';
import { Queue } from './queue';

interface IOptions {
  slurm: ISlurm;
  settings: ServerConnection.ISettings;
  layout: Layout;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** The queue as a tab of the main area. */
export class QueueWidget extends MainAreaWidget<QueueContent> {
  constructor(options: IOptions) {
    super({ content: new QueueContent(options) });
    const { slurm, trans } = options;
    this.id = 'jupyter-slurm-api:queue';
    this.title.label = trans.__('Slurm Queue');
    this.title.icon = slurmIcon;
    this.title.closable = true;
    this.toolbar.addItem('refresh', refreshButton(slurm, trans));
  }
}

/** What is below the tab's toolbar; the queue is read as long as it is seen. */
class QueueContent extends ReactWidget {
  constructor(private readonly options: IOptions) {
    super();
    this.addClass('jsa-QueueContent');
  }

  override dispose(): void {
    this.options.slurm.queue.wanted = false;
    super.dispose();
  }

  protected override render(): ReactElement {
    return <Queue {...this.options} />;
  }

  protected override onAfterAttach(): void {
    this.options.slurm.queue.wanted = this.isVisible;
  }

  protected override onAfterShow(): void {
    this.options.slurm.queue.wanted = true;
  }

  protected override onAfterHide(): void {
    this.options.slurm.queue.wanted = false;
  }
}
