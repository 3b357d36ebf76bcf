import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { ISlurm } from '../model';
import { RunningJobs } from '../running';
import { DOMAIN } from '../translation';

/** Jobs beside kernels and terminals. */
export const running: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:running',
  description: "Lists the user's running Slurm jobs beside kernels and terminals.",
  autoStart: true,
  requires: [ISlurm, IRunningSessionManagers],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    managers: IRunningSessionManagers,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const open = (id: string): void => void app.commands.execute(CommandIDs.openJob, { id });
    managers.add(new RunningJobs(slurm, open, trans));
  }
};
