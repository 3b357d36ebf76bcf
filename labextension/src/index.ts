import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { panel } from './plugins/panel';
import { slurm } from './plugins/slurm';

export { ISlurm } from './model';

const plugins: JupyterFrontEndPlugin<unknown>[] = [slurm, panel];

export default plugins;
