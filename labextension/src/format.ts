import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobView } from './answers';
import { goesOn, toneOf } from './states';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long it is between two moments in milliseconds, in the two largest units that matter. */
export function duration(from: number, to: number, trans: TranslationBundle): string {
  const seconds = Math.max(0, Math.round((to - from) / 1000));
  const part = (unit: number, whole: number): number => Math.floor((seconds % whole) / unit);
  if (seconds < MINUTE) {
    return trans.__('%1 s', seconds);
  }
  if (seconds < HOUR) {
    return trans.__('%1 min', part(MINUTE, HOUR));
  }
  if (seconds < DAY) {
    return trans.__('%1 h %2 min', part(HOUR, DAY), part(MINUTE, HOUR));
  }
  return trans.__('%1 d %2 h', Math.floor(seconds / DAY), part(HOUR, DAY));
}

/** A moment as people say it: the time of today, the date of another day beside it. */
export function moment(iso: string, now: Date): string {
  const at = new Date(iso);
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  const date: Intl.DateTimeFormatOptions =
    at.toDateString() === now.toDateString() ? {} : { month: 'short', day: 'numeric' };
  const year: Intl.DateTimeFormatOptions =
    at.getFullYear() === now.getFullYear()
      ? {}
      : { year: 'numeric', month: 'short', day: 'numeric' };
  return at.toLocaleString(undefined, { ...date, ...year, ...time });
}

/** A moment to the second, with the zone. */
export function exactly(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
}

/** What there is to say of a job's time in a few letters, and what it means. */
export function timing(job: JobView, now: Date, trans: TranslationBundle): [string, string] {
  const { start_time, end_time, submit_time, estimated_start } = job;
  if (!goesOn(job.status)) {
    return end_time ? [moment(end_time, now), trans.__('Ended %1', exactly(end_time))] : ['', ''];
  }
  if (toneOf(job.status) === 'running' && start_time) {
    const runs = duration(Date.parse(start_time), now.getTime(), trans);
    return [runs, trans.__('Started %1', exactly(start_time))];
  }
  if (estimated_start) {
    const start = trans.__('starts ~%1', moment(estimated_start, now));
    return [start, trans.__('Slurm thinks that it starts %1', exactly(estimated_start))];
  }
  return submit_time
    ? [
        duration(Date.parse(submit_time), now.getTime(), trans),
        trans.__('Submitted %1', exactly(submit_time))
      ]
    : ['', ''];
}

/** So many bytes, in the unit in which people say it. */
export function size(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const number = bytes / 1024 ** power;
  const maximumFractionDigits = number < 10 && power > 0 ? 1 : 0;
  return `${number.toLocaleString(undefined, { maximumFractionDigits })} ${UNITS[power]}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A number with the digits grouped as the user's language does. */
export function count(number: number): string {
  return number.toLocaleString();
}

/** How many of these are running and waiting; the tasks of an array one by one. */
export function runningAndWaiting(jobs: readonly JobView[]): [number, number] {
  let running = 0;
  let waiting = 0;
  for (const job of jobs) {
    const counts = job.array?.counts ?? { [job.status]: 1 };
    for (const [state, number] of Object.entries(counts)) {
      const tone = toneOf(state);
      running += tone === 'running' ? number : 0;
      waiting += tone === 'waiting' ? number : 0;
    }
  }
  return [running, waiting];
}
