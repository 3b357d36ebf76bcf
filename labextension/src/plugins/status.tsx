import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commands';
import { ISlurm } from '../model';
import { Status } from '../status';
import { DOMAIN } from '../translation';

/** How many jobs run and wait, in the status bar. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:status',
  description: "Counts the user's Slurm jobs in the status bar.",
  autoStart: true,
  requires: [ISlurm, IStatusBar],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    statusBar: IStatusBar,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const onOpen = (): void => void app.commands.execute(CommandIDs.showPanel);
    const item = ReactWidget.create(<Status slurm={slurm} onOpen={onOpen} trans={trans} />);
    statusBar.registerStatusItem('jupyter-slurm-api:status', { item, align: 'left', rank: 50 });
  }
};
