import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { SlurmApi } from '../api';
import { ISlurm, SlurmModel } from '../model';

/** What all others take from: one model for the whole page. */
export const slurm: JupyterFrontEndPlugin<ISlurm> = {
  id: 'jupyter-slurm-api:slurm',
  description: 'Follows Slurm through the Jupyter server.',
  autoStart: true,
  provides: ISlurm,
  activate: ({ serviceManager }: JupyterFrontEnd): ISlurm => {
    const { serverSettings, events, connectionFailure } = serviceManager;
    const model = new SlurmModel(new SlurmApi(serverSettings), events);
    // JupyterLab asks for kernels every few seconds, and so knows first that the server is away.
    connectionFailure.connect(() => model.refresh());
    return model;
  }
};
