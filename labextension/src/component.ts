import type { Component, JobView } from './answers';

const COMPONENT = /^\d+\+(\d+)$/;

/** Whether an id is that of a heterogeneous job's component, such as `123+1`. */
export function isComponentId(id: string): boolean {
  return COMPONENT.test(id);
}

/** Which component of a heterogeneous job this is; null where it is a whole job. */
export function offsetOf(job: JobView): number | null {
  const offset = COMPONENT.exec(job.slurm_id ?? '')?.[1];
  return offset === undefined ? null : Number(offset);
}

/** By what a component of a job is opened. */
export function nameOfComponent(job: JobView, { offset }: Component): string {
  return `${job.slurm_id}+${offset}`;
}
