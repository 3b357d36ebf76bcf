import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { slurm } from './plugins/slurm';

export { ISlurm } from './model';

const plugins: JupyterFrontEndPlugin<unknown>[] = [slurm];

export default plugins;
