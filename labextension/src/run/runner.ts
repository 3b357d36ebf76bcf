import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Dialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';

import type { NotebookAnswer, PartitionUse } from '../answers';
import { CommandIDs } from '../commands';
import type { ISlurm } from '../model';
import { tellSubmitted } from '../submitted';
import { RunDialog } from './dialog';
import { RunForm } from './form';
import { OutputNotebook } from './output';
import { parametersOf } from './parameters';
import type { IKept } from './request';

const LONG = { info: 5_000, error: false } as const;

interface IOptions {
  app: JupyterFrontEnd;
  slurm: ISlurm;
  notebooks: INotebookTracker;
  state: IStateDB | null;
  trans: TranslationBundle;
}

/** Runs notebooks of the user's as jobs, and remembers of each what it was last run with. */
export class NotebookRunner {
  constructor(private readonly options: IOptions) {}

  /** Save a notebook if need be, ask what it is to be run with, and submit it. */
  async run(path: string): Promise<void> {
    const { slurm, trans } = this.options;
    const panel = this.options.notebooks.find(one => one.context.path === path);
    if (panel && !(await this.isSaved(panel))) {
      return;
    }
    let content: unknown;
    try {
      content = panel?.context.model.toJSON() ?? (await this.contents.get(path)).content;
    } catch (error) {
      await showErrorMessage(trans.__('%1 cannot be read', PathExt.basename(path)), String(error));
      return;
    }
    const [kept, partitions] = await Promise.all([this.kept(path), this.partitions()]);
    const form = new RunForm({
      path: this.contents.localPath(path),
      declared: parametersOf(content),
      kept,
      partitions,
      api: slurm.api,
      trans
    });
    await new RunDialog(form, PathExt.basename(path), trans).launch();
    if (form.answer) {
      await this.options.state?.save(keyOf(path), form.kept as unknown as ReadonlyPartialJSONValue);
      this.tell(path, form.answer);
    }
  }

  private async isSaved({ context }: NotebookPanel): Promise<boolean> {
    const { trans } = this.options;
    if (!context.model.dirty) {
      return true;
    }
    const answer = await showDialog({
      title: trans.__('Save %1 first?', PathExt.basename(context.path)),
      body: trans.__('It has changes that are not saved, and Slurm runs what is saved.'),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Save and Go On') })]
    });
    if (!answer.button.accept) {
      return false;
    }
    try {
      await context.save();
    } catch {
      return false; // JupyterLab has said why
    }
    return !context.model.dirty;
  }

  private async kept(path: string): Promise<IKept> {
    const kept = (await this.options.state?.fetch(keyOf(path))) as unknown as IKept | undefined;
    return kept ?? { parameters: {}, options: {} };
  }

  /** None while they cannot be asked for: what is in the way is said when it is submitted. */
  private async partitions(): Promise<readonly PartitionUse[]> {
    try {
      return (await this.options.slurm.api.partitions()).partitions;
    } catch {
      return [];
    }
  }

  private tell(path: string, answer: NotebookAnswer): void {
    const { app, slurm, trans } = this.options;
    const { job_id: jobId, output } = answer;
    const job = answer.slurm_id ?? jobId;
    const show = (): void => void app.commands.execute(CommandIDs.openJob, { id: jobId });
    const actions = [{ label: trans.__('Show'), callback: show }];
    if (output !== null) {
      const drive = this.contents.driveName(path);
      const written = new OutputNotebook({
        path: drive ? `${drive}:${output}` : output,
        jobId,
        job,
        slurm,
        contents: this.contents,
        open: file => app.commands.execute('docmanager:open', { path: file, factory: 'Notebook' }),
        tell: (how, text) => Notification.emit(text, how, { autoClose: LONG[how] }),
        trans
      });
      const label = trans.__('Open the output notebook');
      actions.push({ label, callback: () => void written.open() });
    }
    tellSubmitted(PathExt.basename(path), answer, actions, trans);
    slurm.refresh();
  }

  private get contents(): JupyterFrontEnd['serviceManager']['contents'] {
    return this.options.app.serviceManager.contents;
  }
}

function keyOf(path: string): string {
  return `jupyter-slurm-api:run:${path}`;
}
