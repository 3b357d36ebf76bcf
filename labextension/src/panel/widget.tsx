import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, SidePanel, ToolbarButton } from '@jupyterlab/ui-components';
import { Panel as LuminoPanel } from '@lumino/widgets';

import { slurmIcon } from '../icon';
import type { ISlurm } from '../model';
import { refreshButton } from '../refresh';
import { Panel } from './panel';

interface IOptions {
  slurm: ISlurm;
  settings: ServerConnection.ISettings;
  openQueue: () => void;
  submit: () => void;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** The side panel; the cluster is asked for as long as it is seen. */
export class SlurmPanel extends SidePanel {
  constructor(options: IOptions) {
    const { slurm, settings, openQueue, openJob, submit, trans } = options;
    super({ content: new LuminoPanel() });
    this.slurm = slurm;
    this.id = 'jupyter-slurm-api:panel';
    this.addClass('jsa-SidePanel');
    this.title.icon = slurmIcon;
    this.title.caption = trans.__('Slurm jobs');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Slurm jobs'));
    const job = { label: trans.__('Submit'), tooltip: trans.__('Submit a job') };
    this.toolbar.addItem('submit', new ToolbarButton({ ...job, onClick: submit }));
    const queue = { label: trans.__('Full queue'), tooltip: trans.__('Open the full queue') };
    this.toolbar.addItem('queue', new ToolbarButton({ ...queue, onClick: openQueue }));
    this.toolbar.addItem('refresh', refreshButton(slurm, trans));
    const content = ReactWidget.create(
      <Panel slurm={slurm} settings={settings} openJob={openJob} trans={trans} />
    );
    content.addClass('jsa-SidePanel-content');
    this.addWidget(content);
  }

  protected override onAfterShow(): void {
    this.slurm.cluster.wanted = true;
  }

  protected override onBeforeHide(): void {
    this.slurm.cluster.wanted = false;
  }

  private readonly slurm: ISlurm;
}
