/** What of a job is beyond what a partition gives. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { PartitionUse } from '../answers';
import type { FieldId, Fields } from './fields';
import { bytes, gpus, range, seconds, size } from './quantities';

/** What a job asks for, in numbers; null where it says nothing, or Slurm must tell what. */
interface IAsked {
  time: number | null;
  nodes: readonly [number, number] | null;
  tasks: number | null;
  cpus: number | null;
  nodeMemory: number | null;
  gpus: number | null;
  account: string;
  qos: string;
}

type Finding = readonly [FieldId, string];
type Rule = (asked: IAsked, of: PartitionUse, trans: TranslationBundle) => Finding | null;

/** What a partition does not give; of a field that several rules find, the first. */
export function beyond(
  fields: Fields,
  account: string,
  partition: PartitionUse,
  trans: TranslationBundle
): ReadonlyMap<FieldId, string> {
  const asked = askedBy(fields, account);
  const found = RULES.flatMap(rule => {
    const finding = rule(asked, partition, trans);
    return finding ? [finding] : [];
  });
  return new Map(found.reverse());
}

/** A time limit in seconds; none of Slurm's is written as zero too. */
export function timeLimit(word: string): number | null {
  return seconds(word) === 0 ? Infinity : seconds(word);
}

function askedBy(fields: Fields, account: string): IAsked {
  return {
    time: timeLimit(fields.time.value),
    nodes: range(fields.nodes.value),
    tasks: numberOf(fields.tasks.value),
    cpus: numberOf(fields.cpus.value),
    nodeMemory: fields.memory.option === 'mem' ? bytes(fields.memory.value) : null,
    gpus: gpus(fields.gpus.value),
    account,
    qos: fields.qos.value
  };
}

function numberOf(word: string): number | null {
  return /^\d+$/.test(word) ? Number(word) : null;
}

/** Where one of the two is not known, nothing is beyond the other. */
function exceeds(asked: number | null, limit: number | null): limit is number {
  return asked !== null && limit !== null && asked > limit;
}

function admits(name: string, allowed: string[] | null, denied: string[] | null): boolean {
  return name === '' || ((allowed?.includes(name) ?? true) && !denied?.includes(name));
}

const RULES: readonly Rule[] = [
  (_, { name, state }, trans) =>
    state === 'UP'
      ? null
      : [
          'partition',
          trans.__('Partition %1 is %2: it starts no jobs until it is UP.', name, state)
        ],
  ({ time }, { name, time_limit }, trans) =>
    time_limit !== null && exceeds(time, seconds(time_limit))
      ? ['time', trans.__('Partition %1 gives at most %2.', name, time_limit)]
      : null,
  ({ nodes }, { name, nodes: all }, trans) =>
    exceeds(nodes?.[0] ?? null, all)
      ? ['nodes', trans._n('Partition %2 has %1 node.', 'Partition %2 has %1 nodes.', all, name)]
      : null,
  ({ nodes }, { name, max_nodes }, trans) =>
    exceeds(nodes?.[0] ?? null, max_nodes)
      ? ['nodes', trans.__('Partition %1 gives a job at most %2 nodes.', name, max_nodes)]
      : null,
  ({ nodes }, { name, min_nodes }, trans) =>
    nodes && exceeds(min_nodes, nodes[1])
      ? ['nodes', trans.__('Partition %1 wants at least %2 nodes.', name, min_nodes ?? 0)]
      : null,
  ({ cpus }, { name, max_cpus_per_node }, trans) =>
    exceeds(cpus, max_cpus_per_node)
      ? ['cpus', trans.__('Partition %1 gives at most %2 CPUs of a node.', name, max_cpus_per_node)]
      : null,
  ({ tasks, cpus: each }, { name, cpus }, trans) =>
    exceeds((tasks ?? 1) * (each ?? 1), cpus.total)
      ? [tasks === null ? 'cpus' : 'tasks', trans.__('Partition %1 has %2 CPUs.', name, cpus.total)]
      : null,
  ({ nodeMemory }, { name, max_memory_per_node }, trans) =>
    exceeds(nodeMemory, max_memory_per_node)
      ? [
          'memory',
          trans.__('Partition %1 gives at most %2 of a node.', name, size(max_memory_per_node))
        ]
      : null,
  ({ nodeMemory }, { name, memory }, trans) =>
    exceeds(nodeMemory, memory.total)
      ? ['memory', trans.__('Partition %1 has %2.', name, size(memory.total))]
      : null,
  ({ gpus: wanted }, { name, gpus: all }, trans) =>
    exceeds(wanted, all.total)
      ? ['gpus', trans.__('Partition %1 has %2 GPUs.', name, all.total)]
      : null,
  ({ account }, { name, allow_accounts, deny_accounts }, trans) =>
    admits(account, allow_accounts, deny_accounts)
      ? null
      : ['account', trans.__('Partition %1 takes no jobs of account %2.', name, account)],
  ({ qos }, { name, allow_qos, deny_qos }, trans) =>
    admits(qos, allow_qos, deny_qos)
      ? null
      : ['qos', trans.__('Partition %1 takes no jobs with QOS %2.', name, qos)]
];
