import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobChange } from './events';
import { goesOn, toneOf } from './states';

/** What of a job is worth a notice. */
export type Happening = 'started' | 'ended' | 'failed';

/** A job, and what has become of it. */
export interface IHappened {
  what: Happening;
  name: string;
  status: string;
}

const MOST_SINGLY = 3;
const SHOWN_MS = 8_000;
const TURNS_TEXT_AROUND = /[\u202a-\u202e\u2066-\u2069]/g;
const TASK = /_\d+$/;

/**
 * What has happened to whole jobs: the tasks of an array are told of with it. Whoever has
 * `cancelled` a job need not be told that it was.
 */
export function happened(
  changes: readonly JobChange[],
  cancelled: ReadonlySet<string>
): IHappened[] {
  return changes.flatMap(({ status, previous_status, slurm_id, name }) => {
    if (status === null || status === previous_status || TASK.test(slurm_id ?? '')) {
      return [];
    }
    if (status === 'CANCELLED' && cancelled.has(slurm_id ?? '')) {
      return [];
    }
    const what = happening(status, previous_status);
    const called = name?.replace(TURNS_TEXT_AROUND, '');
    return what ? [{ what, status, name: [slurm_id, called].filter(Boolean).join(' ') }] : [];
  });
}

function happening(status: string, before: string | null): Happening | null {
  if (!goesOn(status)) {
    return toneOf(status) === 'bad' ? 'failed' : 'ended';
  }
  const hasWaited = before === null || toneOf(before) === 'waiting';
  return status === 'RUNNING' && hasWaited ? 'started' : null;
}

/** Show what has happened, of many at once no more than their number; `show` opens the list. */
export function notify(
  all: readonly IHappened[],
  wanted: ReadonlySet<Happening>,
  show: () => void,
  trans: TranslationBundle
): void {
  const actions = [{ label: trans.__('Show jobs'), callback: show }];
  for (const what of wanted) {
    const those = all.filter(one => one.what === what);
    const [type, autoClose] = LOOKS[what];
    const texts =
      those.length > MOST_SINGLY
        ? [ofMany(what, those.length, trans)]
        : those.map(one => ofOne(one, trans));
    texts.forEach(text => Notification.emit(text, type, { autoClose, actions }));
  }
}

/** What failed stays until it is seen. */
const LOOKS: Readonly<Record<Happening, ['info' | 'success' | 'error', number | false]>> = {
  started: ['info', SHOWN_MS],
  ended: ['success', SHOWN_MS],
  failed: ['error', false]
};

function ofOne({ what, name, status }: IHappened, trans: TranslationBundle): string {
  return what === 'started'
    ? trans.__('Slurm job %1 has started.', name)
    : trans.__('Slurm job %1 has ended: %2.', name, status);
}

function ofMany(what: Happening, number: number, trans: TranslationBundle): string {
  switch (what) {
    case 'started':
      return trans._n('%1 Slurm job has started.', '%1 Slurm jobs have started.', number);
    case 'ended':
      return trans._n('%1 Slurm job has ended.', '%1 Slurm jobs have ended.', number);
    case 'failed':
      return trans._n('%1 Slurm job has failed.', '%1 Slurm jobs have failed.', number);
  }
}
