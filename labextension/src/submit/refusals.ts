import type { Problem } from '../problem';
import type { FieldId } from './fields';

/** Which field Slurm speaks of when it refuses a job. Source: `slurm_errno.c` and sbatch's own. */
const SPEAKS_OF: readonly [RegExp, FieldId][] = [
  [/time limit is invalid|invalid time|--time\b/i, 'time'],
  [/invalid account|--account\b/i, 'account'],
  [/invalid qos|qos permission|--qos\b/i, 'qos'],
  [/invalid partition|partition specified|--partition\b/i, 'partition'],
  [/dependency/i, 'dependency'],
  [/job array|--array\b/i, 'array'],
  [/memory specification|--mem\b|--mem-per/i, 'memory'],
  [/generic resource|\bgres\b|--gpus/i, 'gpus'],
  [/cpu count|--cpus-per-task\b/i, 'cpus'],
  [/task count|--ntasks\b/i, 'tasks'],
  [/node count|--nodes\b/i, 'nodes']
];

/** The parts of a request that stand in fields. */
const PARTS: Readonly<Record<string, FieldId>> = { name: 'name', work_dir: 'directory' };

/** The field that a sentence of Slurm's is about; null where that cannot be told. */
export function fieldOf(refusal: string): FieldId | null {
  return SPEAKS_OF.find(([words]) => words.test(refusal))?.[1] ?? null;
}

/** What the server finds wrong with single fields. */
export function faultsOf(problem: Problem): Map<FieldId | 'tags', string> {
  const found = new Map<FieldId | 'tags', string>();
  for (const { field, message } of problem.about.faults) {
    const part = field.split('.', 1)[0] ?? '';
    const known = part === 'tags' ? part : PARTS[part];
    if (known !== undefined) {
      found.set(known, message);
    }
  }
  return found;
}
