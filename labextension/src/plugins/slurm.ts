import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { SlurmApi } from '../api';
import { ISlurm, SlurmModel } from '../model';

/** What all others take from: one model for the whole page. */
export const slurm: JupyterFrontEndPlugin<ISlurm> = {
  id: 'jupyter-slurm-api:slurm',
  description: 'Follows Slurm through the Jupyter server.',
  autoStart: true,
  provides: ISlurm,
  activate: ({ serviceManager }: JupyterFrontEnd): ISlurm =>
    new SlurmModel(new SlurmApi(serviceManager.serverSettings), serviceManager.events)
};
