import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { ISlurm } from '../model';
import { happened, type Happening, notify } from '../notices';
import { DOMAIN } from '../translation';

const ID = 'jupyter-slurm-api:notices';
const ALL: readonly Happening[] = ['started', 'ended', 'failed'];

/** Notices of what has become of jobs, as the settings want them. */
export const notices: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Tells when the user's Slurm jobs start, end or fail.",
  autoStart: true,
  requires: [ISlurm, ISettingRegistry],
  optional: [ITranslator],
  activate: async (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    registry: ISettingRegistry,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const settings = await registry.load(ID);
    const show = (): void => void app.commands.execute(CommandIDs.showPanel);
    slurm.told.connect((_, changes) => {
      const wanted = ALL.filter(what => settings.composite[what] === true);
      notify(happened(changes, slurm.api.cancelled), new Set(wanted), show, trans);
    });
  }
};
