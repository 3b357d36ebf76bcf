import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobView } from './answers';
import type { JobChange } from './events';
import { goesOn, type Tone, toneOf } from './states';

/** What of a job is worth a notice. */
export type Happening = 'started' | 'ended' | 'failed';

/** A job, and what has become of it. */
export interface IHappened {
  what: Happening;
  id: string;
  name: string;
  status: string;
}

/** A sentence to be shown; `id` is the job that it is about, if it is one. */
export interface INotice {
  tone: Tone;
  id: string | null;
  text: string;
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
  return changes.flatMap(change => {
    const { job_id, slurm_id, status, previous_status } = change;
    if (status === null || status === previous_status || TASK.test(slurm_id ?? '')) {
      return [];
    }
    if (status === 'CANCELLED' && cancelled.has(slurm_id ?? '')) {
      return [];
    }
    const what = happening(status, previous_status);
    return what ? [{ what, status, id: job_id, name: called(change) }] : [];
  });
}

function called({ slurm_id, name }: Pick<JobView, 'slurm_id' | 'name'>): string {
  return [slurm_id, name?.replace(TURNS_TEXT_AROUND, '')].filter(Boolean).join(' ');
}

function happening(status: string, before: string | null): Happening | null {
  if (!goesOn(status)) {
    return toneOf(status) === 'bad' ? 'failed' : 'ended';
  }
  const hasWaited = before === null || toneOf(before) === 'waiting';
  return status === 'RUNNING' && hasWaited ? 'started' : null;
}

/** What of this is told, of many at once no more than their number. */
export function noticesOf(
  all: readonly IHappened[],
  wanted: ReadonlySet<Happening>,
  trans: TranslationBundle
): INotice[] {
  return [...wanted].flatMap((what): INotice[] => {
    const those = all.filter(one => one.what === what);
    return those.length > MOST_SINGLY
      ? [{ tone: toneOfAll(those), id: null, text: ofMany(what, those.length, trans) }]
      : those.map(one => ({ tone: toneOf(one.status), id: one.id, text: ofOne(one, trans) }));
  });
}

/** What is told of jobs that ended while nobody was told: all of them at once. */
export function absenceNotice(
  ended: readonly JobView[],
  wanted: ReadonlySet<Happening>,
  trans: TranslationBundle
): INotice | null {
  const told = ended.filter(job => wanted.has(hasFailed(job) ? 'failed' : 'ended'));
  const [only] = told;
  if (!only) {
    return null;
  }
  const failed = told.filter(hasFailed).length;
  const tone = failed > 0 ? 'bad' : toneOfAll(told);
  if (told.length === 1) {
    const name = called(only);
    const text = trans.__('While you were away Slurm job %1 has ended: %2.', name, only.status);
    return { tone, id: only.job_id, text };
  }
  const text = trans.__(
    'While you were away %1 Slurm jobs have ended, %2 of them failed.',
    told.length,
    failed
  );
  return { tone, id: null, text };
}

/** The tone that all jobs have; jobs that have several are like one of which it is not known. */
function toneOfAll(jobs: readonly { status: string }[]): Tone {
  const [tone, ...others] = new Set(jobs.map(job => toneOf(job.status)));
  return tone && others.length === 0 ? tone : 'unknown';
}

function hasFailed(job: JobView): boolean {
  return toneOf(job.status) === 'bad';
}

/** Show a notice; `open` shows the job that it is about, or the list if there are many. */
export function show(
  { tone, text, id }: INotice,
  open: (id: string | null) => void,
  trans: TranslationBundle
): void {
  const type = TYPES[tone] ?? 'info';
  const autoClose = tone === 'bad' ? false : SHOWN_MS; // what failed stays until it is seen
  const label = id === null ? trans.__('Show jobs') : trans.__('Show');
  Notification.emit(text, type, { autoClose, actions: [{ label, callback: () => open(id) }] });
}

const TYPES: Readonly<Partial<Record<Tone, 'success' | 'error'>>> = {
  good: 'success',
  bad: 'error'
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
