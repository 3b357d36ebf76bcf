/** When a job may start that depends on another: Slurm's words. */
export const KINDS = ['afterok', 'afterany', 'afternotok', 'after', 'aftercorr'] as const;

export type Kind = (typeof KINDS)[number];

/** What a job depends on, and on one more; Slurm takes either `,` or `?` between all of them. */
export function withDependency(value: string, kind: Kind, jobId: string): string {
  const joint = value.includes('?') ? '?' : ',';
  const parts = value.split(joint).filter(Boolean);
  const last = parts.at(-1);
  if (last?.startsWith(`${kind}:`)) {
    const isThere = last.split(':').slice(1).includes(jobId);
    return isThere ? value : [...parts.slice(0, -1), `${last}:${jobId}`].join(joint);
  }
  return [...parts, `${kind}:${jobId}`].join(joint);
}
