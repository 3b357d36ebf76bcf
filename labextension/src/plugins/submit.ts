import {
  ILayoutRestorer,
  type JupyterFrontEnd,
  type JupyterFrontEndPlugin
} from '@jupyterlab/application';
import { ICommandPalette, showErrorMessage, WidgetTracker } from '@jupyterlab/apputils';
import { IEditorServices } from '@jupyterlab/codeeditor';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import type { Contents } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { type ReadonlyPartialJSONObject, UUID } from '@lumino/coreutils';
import { Debouncer } from '@lumino/polling';

import { CommandIDs } from '../commands';
import { slurmIcon } from '../icon';
import { ISlurm } from '../model';
import { asFile, filled, type Filling } from '../submit/filling';
import { type IContent, SubmitWidget } from '../submit/widget';
import { DOMAIN } from '../translation';

const NAMESPACE = 'jupyter-slurm-api-submit';
const EMPTY = '#!/bin/bash\n\n';
const KEPT_AFTER_MS = 500;
const SCRIPT = /\.(?:sh|slurm|sbatch)$/i;

/** What the form is opened with: `cwd` by the launcher, the kept content by the workspace. */
type Args = Filling & { path?: string; cwd?: string; kept?: IContent };

const FILLING = ['path', 'cwd', 'kept', 'script', 'parameters', 'name', 'work_dir', 'tags'];

/** The form to submit a job with, and the ways to it. */
export const submit: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-slurm-api:submit',
  description: 'Submits Slurm jobs by a form and its script.',
  autoStart: true,
  requires: [ISlurm, IEditorServices],
  optional: [ILayoutRestorer, ICommandPalette, ILauncher, IFileBrowserFactory, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    slurm: ISlurm,
    editors: IEditorServices,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    files: IFileBrowserFactory | null,
    translator: ITranslator | null
  ) => {
    const trans = (translator ?? nullTranslator).load(DOMAIN);
    const { commands, serviceManager, shell } = app;
    const tracker = new WidgetTracker<SubmitWidget>({ namespace: NAMESPACE });
    const command = CommandIDs.submit;

    const open = (content: IContent): SubmitWidget => {
      const widget = new SubmitWidget({
        content,
        slurm,
        editors,
        settings: serviceManager.serverSettings,
        openJob: id => void commands.execute(CommandIDs.openJob, { id }),
        trans
      });
      const keep = new Debouncer(() => tracker.save(widget), KEPT_AFTER_MS);
      widget.changed.connect(() => void keep.invoke());
      widget.disposed.connect(() => keep.dispose());
      shell.add(widget, 'main', { type: 'Slurm' });
      void tracker.add(widget);
      return widget;
    };

    commands.addCommand(command, {
      label: trans.__('Submit Slurm Job'),
      caption: trans.__('Submit a job to Slurm'),
      icon: slurmIcon,
      execute: async given => {
        const args = given as Args;
        const isFilled = FILLING.some(name => name in given);
        const widget =
          (isFilled ? null : tracker.currentWidget) ??
          open(args.kept ?? (await contentOf(args, serviceManager.contents)));
        if (args.path ?? args.script) {
          widget.estimator.askNow(widget.draft.submission);
        }
        shell.activateById(widget.id);
        return widget;
      }
    });
    palette?.addItem({ command, category: trans.__('Slurm') });
    launcher?.add({ command, category: trans.__('Slurm') });
    void restorer?.restore(tracker, {
      command,
      args: widget => ({ kept: widget.kept }) as unknown as ReadonlyPartialJSONObject,
      name: widget => widget.kept.id
    });

    const script = (): string | undefined => {
      const [item, another] = [...(files?.tracker.currentWidget?.selectedItems() ?? [])];
      return item && !another && SCRIPT.test(item.name) ? item.path : undefined;
    };
    commands.addCommand(CommandIDs.submitFile, {
      label: trans.__('Submit to Slurm'),
      caption: trans.__('Open a form with this script; the file stays as it is'),
      icon: slurmIcon,
      isVisible: () => script() !== undefined,
      execute: async () => {
        try {
          return (await commands.execute(command, { path: script() })) as SubmitWidget;
        } catch (error) {
          return showErrorMessage(trans.__('That file could not be read'), String(error));
        }
      }
    });
  }
};

/** What a form begins with. */
async function contentOf(args: Args, contents: Contents.IManager): Promise<IContent> {
  const { path = '', cwd = '', tags = [] } = args;
  const script = args.script ?? (path ? await read(path, contents) : EMPTY);
  const work_dir = args.work_dir ?? contents.localPath(cwd);
  return {
    id: UUID.uuid4(),
    script: filled(script, { ...args, work_dir }),
    tags: tags.join(', '),
    origin: path,
    isEdited: false,
    attempt: null
  };
}

async function read(path: string, contents: Contents.IManager): Promise<string> {
  const file = await contents.get(path, { type: 'file', format: 'text', content: true });
  return asFile(String(file.content), contents.localPath(path));
}
