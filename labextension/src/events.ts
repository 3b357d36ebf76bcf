import type { Event } from '@jupyterlab/services';

/** One job as it is now, and the state that it had before. */
export interface JobChange {
  job_id: string;
  slurm_id: string | null;
  name: string | null;
  status: string | null;
  previous_status: string | null;
}

/** What the server tells on Jupyter's event bus, as far as we read it. */
export type SlurmEvent =
  { kind: 'jobs'; jobs: JobChange[] } | { kind: 'queue' | 'health' | 'reset' };

const SCHEMA = /^https:\/\/events\.jupyter\.org\/jupyter_slurm_api\/(jobs|queue|health|reset)\/v1$/;

/** Read an event; null where it is none of ours. */
export function slurmEvent(emission: Event.Emission): SlurmEvent | null {
  const kind = SCHEMA.exec(emission.schema_id)?.[1] as SlurmEvent['kind'] | undefined;
  if (kind === undefined) {
    return null;
  }
  // The bus has held it against its schema.
  return kind === 'jobs' ? { kind, jobs: emission['jobs'] as unknown as JobChange[] } : { kind };
}
