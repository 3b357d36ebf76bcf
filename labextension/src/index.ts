import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import { job } from './plugins/job';
import { notices } from './plugins/notices';
import { panel } from './plugins/panel';
import { queue } from './plugins/queue';
import { run } from './plugins/run';
import { running } from './plugins/running';
import { slurm } from './plugins/slurm';
import { status } from './plugins/status';
import { submit } from './plugins/submit';

export { ISlurm } from './model';

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  slurm,
  panel,
  queue,
  submit,
  run,
  job,
  status,
  running,
  notices
];

export default plugins;
