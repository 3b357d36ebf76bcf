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
    account: null,
    qos: null,
    reason: null,
    explanation: null,
    submit_time: '2026-11-27T12:00:00Z',
    eligible_time: '2026-11-27T12:00:00Z',
    start_time: '2026-11-27T12:10:00Z',
    end_time: null,
    estimated_start: null,
    exit_code: null,
    exit_signal: null,
    cancelled_by: null,
    nodes: 1,
    node_list: 'n1',
    cpus: 1,
    memory: null,
    gres: null,
    time_limit: null,
    restarts: null,
    work_dir: null,
    stdout_path: null,
    stderr_path: null,
    comment: null,
    tags: [],
    resubmit_of: null,
    script: null,
    parameters: null,
    transitions: [],
    runs: [],
    waits_for: [],
    array: null,
    task: null,
    components: null,
    synced_at: null,
    stale: false,
    runs_this_server: false,
    work_path: null,
    notebook_path: null,
    notebook_cell: null,
    ...said
  };
}
