import { nullTranslator } from '@jupyterlab/translation/lib/base';

import type { JobView } from '../src/answers';

export const trans = nullTranslator.load('');

/** A job of one's own that runs, but for what is said otherwise. */
export function job(said: Partial<JobView> = {}): JobView {
  return {
    job_id: `uuid-${said.slurm_id ?? 1}`,
    slurm_id: '1',
    name: 'train',
    status: 'RUNNING',
    user: 'alice',
    partition: 'debug',
    reason: null,
    explanation: null,
    submit_time: '2026-11-27T12:00:00Z',
    start_time: '2026-11-27T12:10:00Z',
    end_time: null,
    estimated_start: null,
    exit_code: null,
    array: null,
    task: null,
    stale: false,
    runs_this_server: false,
    ...said
  };
}
