import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { LastEnd } from '../absence';
import { CommandIDs } from '../commands';
import { mayNotify } from '../desktop';
import { ISlurm } from '../model';
import { happened } from '../notices';
import { Teller } from '../teller';
import { DOMAIN } from '../translation';

const ID = 'jupyter-slurm-api:notices';
const TOLD_MS = 10_000;

/** Notices of what has become of jobs, as the settings want them. */
export const notices: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Tells when the user's Slurm jobs start, end or fail.",
  autoStart: true,
  requires: [ISlurm, ISettingRegistry],
  optional: [IStateDB, ITranslator],
  activate: async (
    { commands, restored }: JupyterFrontEnd,
    slurm: ISlurm,
    registry: ISettingRegistry,
    state: IStateDB | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const settings = await registry.load(ID);
    const open = (id: string | null): void =>
      void (id === null
        ? commands.execute(CommandIDs.showPanel)
        : commands.execute(CommandIDs.openJob, { id }));
    const teller = new Teller(settings, open, trans);
    askWhenSwitchedOn(settings, trans);
    slurm.told.connect((_, changes) => teller.tell(happened(changes, slurm.api.cancelled)));
    if (state) {
      const lastEnd = new LastEnd(slurm, state);
      // The state can be read when all is restored, for which JupyterLab waits for this plugin.
      void restored
        .then(() => lastEnd.since())
        .then(ended => teller.tellOfAbsence(ended))
        .catch(() => undefined) // the panel says what is in the way
        .then(() => lastEnd.start());
    }
  }
};

/** The browser asks its user at the moment in which notifications of its own are switched on. */
function askWhenSwitchedOn(settings: ISettingRegistry.ISettings, trans: TranslationBundle): void {
  let wasOn = settings.composite['browser'] === true;
  settings.changed.connect(() => {
    const isOn = settings.composite['browser'] === true;
    if (isOn && !wasOn) {
      void mayNotify().then(may => {
        if (!may) {
          const text = trans.__(
            'The browser does not let this page notify you. Allow it in what the browser has set for this site.'
          );
          Notification.warning(text, { autoClose: TOLD_MS });
        }
      });
    }
    wasOn = isOn;
  });
}
