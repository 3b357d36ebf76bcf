import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { panel } from './plugins/panel';
import { queue } from './plugins/queue';
import { slurm } from './plugins/slurm';

export { ISlurm } from './model';

const plugins: JupyterFrontEndPlugin<unknown>[] = [slurm, panel, queue];

export default plugins;
