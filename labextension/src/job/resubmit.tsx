import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import type { JobReport, JobView } from '../answers';
import type { ISlurm } from '../model';
import { Problem } from '../problem';
import { changed, changesOf, type IChange } from './changes';

/** Ask what is to be different, and submit a job once more; the id of the new one, if there is. */
export async function resubmit(
  slurm: ISlurm,
  job: JobView,
  report: JobReport | null,
  trans: TranslationBundle
): Promise<string | null> {
  const body = new Changes(changesOf(job, report), trans);
  const answer = await showDialog({
    title: trans.__('Submit %1 again', job.name ?? job.slurm_id),
    body,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Leave it') }),
      Dialog.okButton({ label: trans.__('Submit') })
    ]
  });
  if (!answer.button.accept || job.job_id === null) {
    return null;
  }
  try {
    const { job_id, slurm_id } = await slurm.api.resubmit(job.job_id, answer.value ?? {});
    slurm.refresh();
    Notification.success(trans.__('Submitted as job %1.', slurm_id ?? job_id), {
      autoClose: 5_000
    });
    return job_id;
  } catch (error) {
    await showDialog({
      title: trans.__('It was not submitted'),
      body: error instanceof Problem ? error.sentence(trans) : String(error),
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
    return null;
  }
}

/** A field for each thing that may be different; all else stays as it was. */
class Changes extends ReactWidget implements Dialog.IBodyWidget<Record<string, string>> {
  constructor(
    private readonly changes: readonly IChange[],
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('jsa-Changes');
  }

  getValue(): Record<string, string> {
    return changed(this.changes, this.written);
  }

  protected override render(): ReactElement {
    return (
      <>
        <p>{this.trans.__('All else stays as it was. An empty field changes nothing.')}</p>
        {this.changes.map(({ parameter, was, offered, why }) => (
          <label key={parameter}>
            <span>--{parameter}</span>
            <input
              className="jp-mod-styled"
              defaultValue={offered}
              placeholder={was || this.trans.__('as it was')}
              onChange={event => (this.written[parameter] = event.target.value)}
            />
            {why && <small>{why}</small>}
          </label>
        ))}
      </>
    );
  }

  private readonly written: Record<string, string> = {};
}
