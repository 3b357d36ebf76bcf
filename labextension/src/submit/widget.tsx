import { Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import { CodeEditor, CodeEditorWrapper, type IEditorServices } from '@jupyterlab/codeeditor';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { type ISignal, Signal } from '@lumino/signaling';
import { Panel } from '@lumino/widgets';
import type { ReactElement } from 'react';

import type { SubmitAnswer } from '../answers';
import type { SlurmApi } from '../api';
import { slurmIcon } from '../icon';
import { Live } from '../live';
import type { ISlurm } from '../model';
import { type IAttempt, Sender } from '../sending';
import { Draft } from './draft';
import { Estimator } from './estimating';
import type { IOffers } from './findings';
import { Form } from './form';

const MIME_TYPE = 'text/x-sh';
const OFFERS_INTERVAL_MS = 60_000;

/** What a form holds, as it is kept with the workspace. */
export interface IContent {
  /** What sets the form apart from others that are open. */
  id: string;
  script: string;
  tags: string;
  /** Which file the script was read from; empty where it was none. */
  origin: string;
  /** Whether there is anything in it that was neither submitted nor saved. */
  isEdited: boolean;
  attempt: IAttempt | null;
}

interface IOptions {
  content: IContent;
  slurm: ISlurm;
  editors: IEditorServices;
  settings: ServerConnection.ISettings;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** A job that is written, as a tab of the main area: the form, and its script beside it. */
export class SubmitWidget extends MainAreaWidget<Panel> {
  constructor(options: IOptions) {
    const { content, slurm, editors, trans } = options;
    super({ content: new Panel() });
    this.id = `jupyter-slurm-api:submit-${content.id}`;
    this.trans = trans;
    this.slurm = slurm;
    this.opened = content;
    this.title.label = content.origin.split('/').at(-1) || trans.__('Submit');
    this.title.caption = trans.__('Submit a job to Slurm');
    this.title.icon = slurmIcon;
    this.title.closable = true;
    this.model = new CodeEditor.Model({ mimeType: MIME_TYPE });
    this.model.sharedModel.setSource(content.script);
    this.model.sharedModel.clearUndoHistory();
    this.draft = new Draft(this.model.sharedModel, content.tags, content.isEdited);
    this.estimator = new Estimator(slurm.api);
    this.sender = new Sender((job, key) => slurm.api.submit(job, key), content.attempt);
    this.offers = new Live('offers', () => offersOf(slurm.api), OFFERS_INTERVAL_MS, false);
    this.offers.start();
    this.draft.changed.connect(() => this.estimator.askLater(this.draft.submission));
    [this.draft, this.sender].forEach(one => one.changed.connect(() => this._changed.emit()));
    slurm.jobs.changed.connect(this.onJobs, this);
    this.content.addClass('jsa-Submit');
    this.form = new FormWidget(this.formOf(options));
    this.content.addWidget(this.form);
    this.content.addWidget(editorOf(this.model, editors, trans));
  }

  /** Emitted when there is something else to keep. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** What to keep of it with the workspace. */
  get kept(): IContent {
    const { script, tags } = this.draft.state;
    const { isEdited } = this.draft;
    return { ...this.opened, script, tags, isEdited, attempt: this.sender.attempt };
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.slurm.jobs.changed.disconnect(this.onJobs, this);
      super.dispose();
      [this.draft, this.estimator, this.offers, this.model].forEach(one => one.dispose());
    }
  }

  protected override onCloseRequest(message: Message): void {
    void this.mayClose().then(may => {
      if (may) {
        super.onCloseRequest(message);
      }
    });
  }

  /** The focus goes to the first field, unless it is within already. */
  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    void this.form.renderPromise?.then(() => {
      if (document.activeElement === this.content.node) {
        this.form.node.querySelector('input')?.focus();
      }
    });
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.offers.wanted = this.isVisible;
  }

  protected override onAfterShow(): void {
    this.offers.wanted = true;
  }

  protected override onBeforeHide(): void {
    this.offers.wanted = false;
  }

  /** Where the jobs could be read, the way to the server is free again for what else goes it. */
  private onJobs({ state }: ISlurm['jobs']): void {
    if (state.problem) {
      return;
    }
    if (this.offers.state.problem?.isOfConnection) {
      this.offers.refresh();
    }
    if (this.estimator.state.problem?.isOfConnection) {
      this.estimator.askNow(this.draft.submission);
    }
  }

  private formOf(options: IOptions): ReactElement {
    const { slurm, settings, openJob, trans } = options;
    const { draft, offers, sender, estimator } = this;
    const { origin } = options.content;
    return (
      <Form {...{ draft, origin, offers, sender, estimator, slurm, settings, openJob, trans }} />
    );
  }

  private async mayClose(): Promise<boolean> {
    if (!this.draft.isEdited) {
      return true;
    }
    const { trans } = this;
    const answer = await showDialog({
      title: trans.__('Close the form?'),
      body: trans.__('What was changed in it is neither submitted nor saved as a template.'),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Keep open') }),
        Dialog.warnButton({ label: trans.__('Close') })
      ],
      defaultButton: 0
    });
    return answer.button.accept;
  }

  readonly draft: Draft;
  readonly estimator: Estimator;
  private readonly slurm: ISlurm;
  private readonly sender: Sender<SubmitAnswer>;
  private readonly form: FormWidget;
  private readonly offers: Live<IOffers>;
  private readonly model: CodeEditor.Model;
  private readonly _changed = new Signal<this, void>(this);
  private readonly opened: IContent;
  private readonly trans: TranslationBundle;
}

class FormWidget extends ReactWidget {
  constructor(private readonly form: ReactElement) {
    super();
    this.addClass('jsa-Submit-form');
  }

  protected override render(): ReactElement {
    return this.form;
  }
}

function editorOf(
  model: CodeEditor.IModel,
  editors: IEditorServices,
  trans: TranslationBundle
): CodeEditorWrapper {
  const editor = new CodeEditorWrapper({
    model,
    factory: editors.factoryService.newDocumentEditor,
    editorOptions: { config: { lineNumbers: true } }
  });
  editor.addClass('jsa-Submit-script');
  editor.node.querySelector('[role="textbox"]')?.setAttribute('aria-label', trans.__('Script'));
  return editor;
}

async function offersOf(api: SlurmApi): Promise<IOffers> {
  const [has, limits] = await Promise.all([
    api.partitions(),
    api.limits().catch(() => null) // what partitions give is worth knowing without them
  ]);
  return { partitions: has.partitions, limits, syncedAt: has.synced_at, stale: has.stale };
}
