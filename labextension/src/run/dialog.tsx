import { Dialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';

import { Fields } from './fields';
import type { RunForm } from './form';

/** Asks what a notebook is to be run with; it closes when the job is submitted, or nothing is. */
export class RunDialog extends Dialog<unknown> {
  constructor(
    private readonly form: RunForm,
    name: string,
    trans: TranslationBundle
  ) {
    const title = trans.__('Run %1 on Slurm', name);
    super({
      title,
      body: ReactWidget.create(
        <UseSignal signal={form.changed}>{() => <Fields form={form} trans={trans} />}</UseSignal>
      ),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Run') })],
      focusNodeSelector: 'input, select'
    });
    this.addClass('jsa-RunDialog');
    this.node.setAttribute('aria-label', title);
  }

  override resolve(index?: number): void {
    if (index === CANCEL) {
      this.reject();
    } else {
      void this.send();
    }
  }

  override reject(): void {
    if (!this.form.isBusy) {
      super.reject();
    }
  }

  /** Enter presses a button of the form's own, as it does anywhere else. */
  protected override _evtKeydown(event: KeyboardEvent): void {
    const { target } = event;
    const isOfForm = target instanceof HTMLButtonElement && target.closest('.jsa-Run');
    if (event.key !== 'Enter' || !isOfForm) {
      super._evtKeydown(event);
    }
  }

  private async send(): Promise<void> {
    if (await this.form.send()) {
      super.resolve(RUN);
    }
  }
}

const CANCEL = 0;
const RUN = 1;
