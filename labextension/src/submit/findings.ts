/** What there is to say of a job by what is known of the cluster: said at once, never forbidden. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { Association, Limits, PartitionUse } from '../answers';
import type { FieldId, Fields } from './fields';
import { beyond, timeLimit } from './partition';
import { seconds } from './quantities';

/** What is known of the cluster; no limits where the accounting could not be asked. */
export interface IOffers {
  readonly partitions: readonly PartitionUse[];
  readonly limits: Limits | null;
  readonly syncedAt: string;
  readonly stale: boolean;
}

export type Findings = ReadonlyMap<FieldId, string>;

/** The partitions that a job asks for, of those that are seen; without a word the default one. */
export function chosen(fields: Fields, offers: IOffers): PartitionUse[] {
  const names = named(fields);
  return offers.partitions.filter(one =>
    names.length > 0 ? names.includes(one.name) : one.is_default
  );
}

/** The associations that a job comes under. */
export function associations(fields: Fields, offers: IOffers): Association[] {
  const names = chosen(fields, offers).map(one => one.name);
  const account = accountOf(fields, offers);
  return (offers.limits?.associations ?? []).filter(
    one => one.account === account && (one.partition === null || names.includes(one.partition))
  );
}

/** What there is to say of each field; what is no word of sbatch's goes first. */
export function findings(fields: Fields, offers: IOffers, trans: TranslationBundle): Findings {
  return new Map([
    ...ofPartitions(fields, offers, trans),
    ...ofAccounting(fields, offers, trans),
    ...ofWords(fields, trans)
  ]);
}

function named(fields: Fields): string[] {
  return fields.partition.value.split(',').filter(Boolean);
}

function accountOf(fields: Fields, offers: IOffers): string {
  return fields.account.value || (offers.limits?.default_account ?? '');
}

/** Of several partitions one that takes the job is enough. */
function ofPartitions(fields: Fields, offers: IOffers, trans: TranslationBundle): Findings {
  const known = offers.partitions.map(one => one.name);
  const missing = named(fields).find(name => !known.includes(name));
  if (missing !== undefined && known.length > 0) {
    const text = trans.__('There is no partition %1, or you may not see it.', missing);
    return new Map([['partition', text]]);
  }
  const account = accountOf(fields, offers);
  const [first, ...others] = chosen(fields, offers).map(one => beyond(fields, account, one, trans));
  return new Map([...(first ?? [])].filter(([field]) => others.every(other => other.has(field))));
}

function ofAccounting(
  fields: Fields,
  offers: IOffers,
  trans: TranslationBundle
): [FieldId, string][] {
  const { limits } = offers;
  if (!limits?.accounting) {
    return [];
  }
  const found: [FieldId, string][] = [];
  const [account, qos] = [accountOf(fields, offers), fields.qos.value];
  const own = associations(fields, offers);
  if (account && !limits.associations.some(one => one.account === account)) {
    found.push(['account', trans.__('You have no account %1.', account)]);
  } else if (qos && own.length > 0 && !own.some(one => one.qos.includes(qos))) {
    found.push(['qos', trans.__('Account %1 has no QOS %2 for you.', account, qos)]);
  }
  const ofQos = limits.qos.find(one => one.name === qos)?.limits['max_wall'];
  const ofAccount = own.find(one => isLonger(fields, one.limits['max_wall']))?.limits['max_wall'];
  if (ofQos !== undefined && isLonger(fields, ofQos)) {
    found.push(['time', trans.__('QOS %1 gives at most %2.', qos, ofQos)]);
  } else if (ofAccount !== undefined) {
    found.push(['time', trans.__('Account %1 gives at most %2.', account, ofAccount)]);
  }
  return found;
}

function isLonger(fields: Fields, limit: string | undefined): boolean {
  const [asked, most] = [timeLimit(fields.time.value), limit ? seconds(limit) : null];
  return asked !== null && most !== null && asked > most;
}

function ofWords(fields: Fields, trans: TranslationBundle): [FieldId, string][] {
  const found: [FieldId, string][] = [];
  if (fields.time.value && timeLimit(fields.time.value) === null) {
    found.push(['time', trans.__('Write minutes, H:M:S or D-H:M:S, such as 90 or 1-12:00:00.')]);
  }
  for (const field of ['tasks', 'cpus'] as const) {
    if (fields[field].value && !/^[1-9]\d*$/.test(fields[field].value)) {
      found.push([field, trans.__('Write a whole number.')]);
    }
  }
  return found;
}
