import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { slurmIcon } from '../icon';
import { ISlurm } from '../model';
import { NotebookRunner } from '../run/runner';
import { DOMAIN } from '../translation';

/** Notebooks as jobs, from their toolbar, the palette and the file browser. */
export const run: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:run',
  description: 'Runs notebooks on Slurm, with parameters.',
  autoStart: true,
  requires: [ISlurm, INotebookTracker],
  optional: [IFileBrowserFactory, IStateDB, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    notebooks: INotebookTracker,
    browsers: IFileBrowserFactory | null,
    state: IStateDB | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands } = app;
    const command = CommandIDs.runNotebook;
    const runner = new NotebookRunner({ app, slurm, notebooks, state, trans });
    /** The notebook that is meant: one that is named, or selected in the file browser, or open. */
    const meant = (args: { path?: unknown; selected?: unknown }): string | undefined => {
      if (args.selected === true) {
        const [only, ...others] = browsers?.tracker.currentWidget?.selectedItems() ?? [];
        return only?.type === 'notebook' && others.length === 0 ? only.path : undefined;
      }
      return typeof args.path === 'string' ? args.path : notebooks.currentWidget?.context.path;
    };
    commands.addCommand(command, {
      label: trans.__('Run Notebook on Slurm…'),
      caption: trans.__('Run this notebook as a Slurm job, with parameters'),
      icon: slurmIcon,
      isEnabled: args => meant(args) !== undefined,
      execute: async args => {
        const path = meant(args);
        if (path !== undefined) {
          await runner.run(path);
        }
      }
    });
    notebooks.currentChanged.connect(() => commands.notifyCommandChanged(command));
    palette?.addItem({ command, category: trans.__('Slurm') });
  }
};
