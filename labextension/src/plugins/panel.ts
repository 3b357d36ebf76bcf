import {
  ILabShell,
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { slurmIcon } from '../icon';
import { ISlurm } from '../model';
import { SlurmPanel } from '../panel/widget';
import { DOMAIN } from '../translation';

/** One's jobs in the side bar. */
export const panel: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:panel',
  description: "Shows the user's Slurm jobs in the side bar.",
  autoStart: true,
  requires: [ISlurm],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    labShell: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;
    const widget = new SlurmPanel({
      slurm,
      settings: app.serviceManager.serverSettings,
      openQueue: () => void commands.execute(CommandIDs.openQueue),
      submit: () => void commands.execute(CommandIDs.submit),
      openJob: id => void commands.execute(CommandIDs.openJob, { id }),
      trans
    });
    commands.addCommand(CommandIDs.showPanel, {
      label: trans.__('Show Slurm Jobs'),
      caption: trans.__('Show my Slurm jobs in the side bar'),
      icon: slurmIcon,
      execute: () => (labShell ?? app.shell).activateById(widget.id)
    });
    commands.addCommand(CommandIDs.refresh, {
      label: trans.__('Refresh Slurm Jobs'),
      caption: trans.__('Ask Slurm again for what is shown'),
      execute: () => slurm.refresh()
    });
    const category = trans.__('Slurm');
    palette?.addItem({ command: CommandIDs.showPanel, category });
    palette?.addItem({ command: CommandIDs.refresh, category });
    app.shell.add(widget, 'left', { rank: 550, type: 'Slurm' });
    restorer?.add(widget, widget.id);
  }
};
