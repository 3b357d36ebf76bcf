import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobView } from '../answers';
import { count, size } from '../format';

/** What there is to say of a job in words and numbers: what each is called, and what it is. */
export function factsOf(job: JobView, trans: TranslationBundle): [string, string][] {
  const all: [string, string | null][] = [
    [trans.__('Job'), job.slurm_id],
    [trans.__('Exit code'), job.exit_signal ? null : number(job.exit_code)],
    [trans.__('Signal'), number(job.exit_signal || null)],
    [trans.__('Cancelled by'), job.cancelled_by],
    [trans.__('User'), job.user],
    [trans.__('Account'), job.account],
    [trans.__('Partition'), job.partition],
    [trans.__('QOS'), job.qos],
    [trans.__('Nodes'), [number(job.nodes), job.node_list].filter(Boolean).join(': ')],
    [trans.__('CPUs'), number(job.cpus)],
    [trans.__('Memory'), job.memory === null ? null : size(job.memory)],
    [trans.__('Generic resources'), job.gres],
    [trans.__('Time limit'), job.time_limit],
    [trans.__('Array'), job.array?.tasks ?? null],
    [trans.__('Restarts'), number(job.restarts || null)],
    [trans.__('Directory'), job.work_dir],
    [trans.__('Output'), job.stdout_path],
    [trans.__('Errors'), hasErrors(job) ? job.stderr_path : null],
    [trans.__('Comment'), job.comment],
    [trans.__('Tags'), job.tags.join(', ')],
    [trans.__('UUID'), job.job_id]
  ];
  return all.filter((fact): fact is [string, string] => Boolean(fact[1]));
}

/** How a job's script came to its end, if that is worth a word. */
export function endingOf(
  job: Pick<JobView, 'exit_code' | 'exit_signal'>,
  trans: TranslationBundle
): string | null {
  const { exit_code, exit_signal } = job;
  if (exit_signal) {
    return trans.__('signal %1', exit_signal);
  }
  return exit_code ? trans.__('exit code %1', exit_code) : null;
}

/** Whether a job writes its errors elsewhere than its output. */
export function hasErrors(job: JobView): boolean {
  return job.stderr_path !== null && job.stderr_path !== job.stdout_path;
}

function number(value: number | null): string | null {
  return value === null ? null : count(value);
}
