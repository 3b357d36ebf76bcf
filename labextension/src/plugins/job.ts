import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { act } from '../acting';
import { applicable, type ITarget, targetsOf } from '../actions';
import type { Verb } from '../api';
import { CommandIDs } from '../commands';
import { isComponentId } from '../component';
import { waysOf } from '../job/ways';
import { JobWidget } from '../job/widget';
import { ISlurm } from '../model';
import { OutputSocket } from '../socket';
import { DOMAIN } from '../translation';

const NAMESPACE = 'jupyter-slurm-api-job'; // a colon would end it
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Each job as a tab of the main area. */
export const job: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:job',
  description: 'Shows a Slurm job in the main area.',
  autoStart: true,
  requires: [ISlurm, IEditorServices],
  optional: [ILayoutRestorer, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    editors: IEditorServices,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const settings = app.serviceManager.serverSettings;
    const outputs = new OutputSocket(settings);
    const options = { slurm, outputs, editors, settings, ways: waysOf(app, trans), trans };
    const tracker = new WidgetTracker<JobWidget>({ namespace: NAMESPACE });
    const command = CommandIDs.openJob;
    app.commands.addCommand(command, {
      label: trans.__('Open Slurm Job'),
      caption: trans.__('Open a job by its id'),
      execute: async args => {
        const id = await uuidOf(args['id'] as string, slurm);
        let widget = tracker.find(one => one.jobId === id);
        if (widget === undefined) {
          widget = new JobWidget(id, options);
          widget.live.changed.connect(() => changed(app));
          app.shell.add(widget, 'main', { type: 'Slurm' });
          await tracker.add(widget);
        }
        app.shell.activateById(widget.id);
      }
    });
    tracker.currentChanged.connect(() => changed(app));
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      addAction(verb, app, slurm, tracker, trans);
      palette?.addItem({ command: COMMANDS[verb], category: trans.__('Slurm') });
    }
    void restorer?.restore(tracker, {
      command,
      args: ({ jobId }) => ({ id: jobId }),
      name: ({ jobId }) => jobId
    });
  }
};

const COMMANDS: Readonly<Record<Verb, string>> = {
  cancel: CommandIDs.cancelJob,
  hold: CommandIDs.holdJob,
  release: CommandIDs.releaseJob,
  requeue: CommandIDs.requeueJob
};

/** Do something to the job of the tab that is in front. */
function addAction(
  verb: Verb,
  app: JupyterFrontEnd,
  slurm: ISlurm,
  tracker: WidgetTracker<JobWidget>,
  trans: TranslationBundle
): void {
  const targets = (): ITarget[] => {
    const widget = tracker.currentWidget;
    const job = widget === app.shell.currentWidget ? widget?.live.value : null;
    return job ? applicable(verb, targetsOf(job)) : [];
  };
  app.commands.addCommand(COMMANDS[verb], {
    label: commandName(verb, trans),
    caption: trans.__('Of the job that is shown in front'),
    isEnabled: () => targets().length > 0,
    execute: () => act(slurm, verb, targets(), trans)
  });
}

function commandName(verb: Verb, trans: TranslationBundle): string {
  switch (verb) {
    case 'cancel':
      return trans.__('Cancel This Slurm Job');
    case 'hold':
      return trans.__('Hold This Slurm Job');
    case 'release':
      return trans.__('Release This Slurm Job');
    case 'requeue':
      return trans.__('Requeue This Slurm Job');
  }
}

function changed(app: JupyterFrontEnd): void {
  Object.values(COMMANDS).forEach(command => app.commands.notifyCommandChanged(command));
}

/** The name of a job under which it has one tab: its UUID, where it has one of its own. */
async function uuidOf(id: string, slurm: ISlurm): Promise<string> {
  if (UUID.test(id) || isComponentId(id)) {
    return id;
  }
  try {
    return (await slurm.api.job(id)).job_id ?? id;
  } catch {
    return id; // its tab says what is in the way
  }
}
