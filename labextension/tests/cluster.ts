import type { Amount, Association, Limits, PartitionUse } from '../src/answers';
import type { IOffers } from '../src/submit/findings';

function amount(total: number): Amount {
  return { total, used: 0, free: total };
}

/** A partition that takes everything of four nodes, but for what is said otherwise. */
export function partition(said: Partial<PartitionUse> = {}): PartitionUse {
  return {
    name: 'debug',
    state: 'UP',
    is_default: said.name === undefined,
    time_limit: '01:00:00',
    default_time: '00:10:00',
    min_nodes: null,
    max_nodes: null,
    max_cpus_per_node: null,
    max_memory_per_cpu: null,
    max_memory_per_node: null,
    allow_accounts: null,
    deny_accounts: null,
    allow_qos: null,
    deny_qos: null,
    nodes: 4,
    cpus: amount(16),
    memory: amount(64 * 1024 ** 3),
    gpus: amount(0),
    gpus_by_type: {},
    ...said
  };
}

/** A cluster that keeps no accounting, but for what is said otherwise. */
export function offers(
  partitions: PartitionUse[] = [partition()],
  limits: Partial<Limits> | null = null
): IOffers {
  const none = { accounting: false, default_account: null, associations: [], qos: [] };
  return {
    partitions,
    limits: { ...none, ...limits },
    syncedAt: '2026-11-27T12:00:00Z',
    stale: false
  };
}

export function association(said: Partial<Association> = {}): Association {
  return { account: 'physics', partition: null, default_qos: null, qos: [], limits: {}, ...said };
}
