import { Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { applicable, type ITarget } from './actions';
import type { ActionAnswer } from './answers';
import type { Verb } from './api';
import type { ISlurm } from './model';
import { asProblem } from './problem';

const MOST_NAMED = 8;
const TOLD_MS = 5_000;

/**
 * Do something to those jobs that it applies to: ask first where it cannot be undone, and tell what
 * became of each.
 */
export async function act(
  slurm: ISlurm,
  verb: Verb,
  among: readonly ITarget[],
  trans: TranslationBundle
): Promise<void> {
  const targets = applicable(verb, among);
  if (targets.length > 0 && (await mayGoOn(verb, targets, trans))) {
    await actWithoutQuestion(slurm, verb, targets, trans);
  }
}

/** The same where the user has been asked already. */
export async function actWithoutQuestion(
  slurm: ISlurm,
  verb: Verb,
  targets: readonly ITarget[],
  trans: TranslationBundle
): Promise<void> {
  try {
    const results = await asked(slurm, verb, targets);
    slurm.refresh();
    await tell(verb, targets, results, trans);
  } catch (error) {
    slurm.refresh(); // what was asked for may have been done all the same
    await showDialog({
      title: trans.__('That was not done, or not all of it'),
      body: asProblem(error).sentence(trans),
      buttons: [Dialog.okButton({ label: trans.__('Close') })]
    });
  }
}

/** What is done to one job, as a button says it. */
export function nameOf(verb: Verb, trans: TranslationBundle): string {
  switch (verb) {
    case 'cancel':
      return trans.__('Cancel');
    case 'hold':
      return trans.__('Hold');
    case 'release':
      return trans.__('Release');
    case 'requeue':
      return trans.__('Requeue');
  }
}

/** What is done to so many jobs, as a button says it. */
export function labelOf(verb: Verb, number: number, trans: TranslationBundle): string {
  switch (verb) {
    case 'cancel':
      return trans.__('Cancel (%1)', number);
    case 'hold':
      return trans.__('Hold (%1)', number);
    case 'release':
      return trans.__('Release (%1)', number);
    case 'requeue':
      return trans.__('Requeue (%1)', number);
  }
}

function asked(slurm: ISlurm, verb: Verb, targets: readonly ITarget[]): Promise<ActionAnswer[]> {
  const [only] = targets;
  return verb === 'cancel' && targets.length === 1 && only?.runsThisServer
    ? slurm.api.cancelAlone(only.id).then(answer => [answer])
    : slurm.api.act(
        verb,
        targets.map(target => target.id)
      );
}

async function mayGoOn(
  verb: Verb,
  targets: readonly ITarget[],
  trans: TranslationBundle
): Promise<boolean> {
  if (verb === 'hold' || verb === 'release') {
    return true;
  }
  const [only] = targets;
  if (verb === 'cancel' && targets.length === 1 && only?.runsThisServer) {
    return isNamed(only, trans);
  }
  const cancels = verb === 'cancel';
  const answer = await showDialog({
    title: cancels
      ? trans._n('Cancel %1 job?', 'Cancel %1 jobs?', targets.length)
      : trans._n('Requeue %1 job?', 'Requeue %1 jobs?', targets.length),
    body: (
      <div>
        <p>
          {cancels
            ? trans.__('What runs is ended, and what waits does not start. This cannot be undone.')
            : trans.__('What runs is ended, and begins from the start when its turn comes again.')}
        </p>
        <Lines lines={targets.map(target => `${target.id}  ${target.name}`)} trans={trans} />
      </div>
    ),
    buttons: [
      Dialog.cancelButton({ label: cancels ? trans.__('Keep') : trans.__('Let run') }),
      Dialog.warnButton({ label: labelOf(verb, targets.length, trans) })
    ],
    defaultButton: 0
  });
  return answer.button.accept;
}

/** Whether the user has written the name of the job in which all this runs. */
async function isNamed(own: ITarget, trans: TranslationBundle): Promise<boolean> {
  const answer = await InputDialog.getText({
    title: trans.__('Cancel the job in which this Jupyter runs?'),
    label: trans.__(
      'Jupyter, its kernels and terminals end with it, and what is not saved is lost. To cancel it, write its name: %1',
      own.name
    ),
    okLabel: trans.__('Cancel this job'),
    cancelLabel: trans.__('Keep')
  });
  if (!answer.button.accept) {
    return false;
  }
  const isIt = answer.value === own.name;
  if (!isIt) {
    const text = trans.__('That is not the name of the job: nothing was cancelled.');
    Notification.warning(text, { autoClose: TOLD_MS });
  }
  return isIt;
}

async function tell(
  verb: Verb,
  targets: readonly ITarget[],
  results: readonly ActionAnswer[],
  trans: TranslationBundle
): Promise<void> {
  const failed = results.filter(result => !result.done);
  const done = doneText(verb, results.length - failed.length, trans);
  if (failed.length === 0) {
    Notification.success(done, { autoClose: TOLD_MS });
    return;
  }
  const names = new Map(targets.map(target => [target.id, target.name]));
  await showDialog({
    title: trans._n('%1 job stays as it was', '%1 jobs stay as they were', failed.length),
    body: (
      <div>
        {failed.length < results.length && <p>{done}</p>}
        <Lines
          lines={failed.map(one => `${one.id}  ${names.get(one.id) ?? ''}: ${one.message}`)}
          most={failed.length}
          trans={trans}
        />
      </div>
    ),
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

function doneText(verb: Verb, number: number, trans: TranslationBundle): string {
  switch (verb) {
    case 'cancel':
      return trans._n('%1 job is cancelled.', '%1 jobs are cancelled.', number);
    case 'hold':
      return trans._n('%1 job is held.', '%1 jobs are held.', number);
    case 'release':
      return trans._n('%1 job is released.', '%1 jobs are released.', number);
    case 'requeue':
      return trans._n('%1 job is back in the queue.', '%1 jobs are back in the queue.', number);
  }
}

function Lines(props: {
  lines: readonly string[];
  most?: number;
  trans: TranslationBundle;
}): ReactElement {
  const { lines, most = MOST_NAMED, trans } = props;
  const more = lines.length - most;
  return (
    <ul className="jsa-Lines">
      {lines.slice(0, most).map((line, index) => (
        <li key={index}>{line}</li>
      ))}
      {more > 0 && <li>{trans._n('and %1 more', 'and %1 more', more)}</li>}
    </ul>
  );
}
