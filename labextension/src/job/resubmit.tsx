import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import type { JobReport, JobView, SubmitAnswer } from '../answers';
import type { ISlurm } from '../model';
import { asProblem, type Problem } from '../problem';
import { Sender } from '../sending';
import { tellSubmitted } from '../submitted';
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
  const made = await submitted(slurm, job.job_id, answer.value ?? {}, trans);
  slurm.refresh();
  if (made === null) {
    return null;
  }
  tellSubmitted(job.name ?? job.job_id, made, [], trans);
  return made.job_id;
}

/** Submit it, and try again for as long as the user wants to: it stays one job. */
async function submitted(
  slurm: ISlurm,
  id: string,
  parameters: Readonly<Record<string, string>>,
  trans: TranslationBundle
): Promise<SubmitAnswer | null> {
  const sender = new Sender((changes, key) => slurm.api.resubmit(id, changes, key));
  for (;;) {
    try {
      return await sender.send(JSON.stringify({ parameters }));
    } catch (error) {
      const problem = asProblem(error);
      if (!(await isTriedAgain(problem, trans))) {
        return null;
      }
    }
  }
}

async function isTriedAgain(problem: Problem, trans: TranslationBundle): Promise<boolean> {
  const lost = trans.__(
    'The job may have been submitted all the same. Try again from here: it stays one job.'
  );
  const answer = await showDialog({
    title: problem.mayBeDone ? trans.__('No answer came') : trans.__('It was not submitted'),
    body: problem.sentence(trans) + (problem.mayBeDone ? ` ${lost}` : ''),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Close') }),
      Dialog.okButton({ label: trans.__('Try again') })
    ]
  });
  return answer.button.accept;
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
