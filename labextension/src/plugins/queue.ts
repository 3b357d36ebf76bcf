import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import { slurmIcon } from '../icon';
import { ISlurm } from '../model';
import { columnsOf } from '../queue/columns';
import { Layout } from '../queue/layout';
import { QueueWidget } from '../queue/widget';
import { DOMAIN } from '../translation';

const ID = 'jupyter-slurm-api:queue';
const NAMESPACE = 'jupyter-slurm-api-queue'; // a colon would end it

/** The cluster's queue in the main area. */
export const queue: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Shows the cluster's queue in the main area.",
  autoStart: true,
  requires: [ISlurm],
  optional: [ISettingRegistry, ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    registry: ISettingRegistry | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const command = CommandIDs.openQueue;
    const tracker = new WidgetTracker<QueueWidget>({ namespace: NAMESPACE });
    const openJob = (id: string): void => void app.commands.execute(CommandIDs.openJob, { id });
    let layout: Promise<Layout> | null = null;
    let widget: QueueWidget | null = null;
    app.commands.addCommand(command, {
      label: trans.__('Slurm Queue'),
      caption: trans.__("Open the cluster's queue"),
      icon: slurmIcon,
      execute: async () => {
        const settings = app.serviceManager.serverSettings;
        layout ??= loaded(registry).then(kept => new Layout(kept, columnsOf(trans)));
        const options = { slurm, settings, layout: await layout, openJob, trans };
        if (widget === null || widget.isDisposed) {
          widget = new QueueWidget(options);
          app.shell.add(widget, 'main', { type: 'Slurm' });
          void tracker.add(widget);
        }
        app.shell.activateById(widget.id);
      }
    });
    palette?.addItem({ command, category: trans.__('Slurm') });
    void restorer?.restore(tracker, { command, name: () => 'queue' });
  }
};

/** Our settings; null where there are none, and the columns are kept for this page alone. */
async function loaded(
  registry: ISettingRegistry | null
): Promise<ISettingRegistry.ISettings | null> {
  try {
    return registry && (await registry.load(ID));
  } catch {
    return null;
  }
}
