import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { SubmitAnswer } from './answers';

const TOLD_MS = 12_000;

/** Tell that something is submitted, and offer what one may want to see of it now. */
export function tellSubmitted(
  name: string,
  answer: Pick<SubmitAnswer, 'slurm_id'>,
  actions: Notification.IAction[],
  trans: TranslationBundle
): void {
  const text =
    answer.slurm_id === null
      ? trans.__('%1 is being submitted: Slurm has not answered yet.', name)
      : trans.__('%1 is submitted as job %2.', name, answer.slurm_id);
  Notification.success(text, { autoClose: TOLD_MS, actions });
}
