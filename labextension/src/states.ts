/** What a state means to people: the words themselves are Slurm's. */
export type Tone = 'running' | 'waiting' | 'good' | 'bad' | 'cancelled' | 'unknown';

const TONES: Readonly<Record<string, Tone>> = {
  PENDING: 'waiting',
  REQUEUED: 'waiting',
  REQUEUE_FED: 'waiting',
  REQUEUE_HOLD: 'waiting',
  SPECIAL_EXIT: 'waiting',
  RESV_DEL_HOLD: 'waiting',
  SUBMITTING: 'waiting',
  RUNNING: 'running',
  SUSPENDED: 'running',
  COMPLETING: 'running',
  STAGE_OUT: 'running',
  CONFIGURING: 'running',
  EXPEDITING: 'running',
  RESIZING: 'running',
  REVOKED: 'running',
  STOPPED: 'running',
  SIGNALING: 'running',
  LAUNCH_FAILED: 'running',
  POWER_UP_NODE: 'running',
  RECONFIG_FAIL: 'running',
  COMPLETED: 'good',
  CANCELLED: 'cancelled',
  PREEMPTED: 'cancelled',
  FAILED: 'bad',
  TIMEOUT: 'bad',
  NODE_FAIL: 'bad',
  BOOT_FAIL: 'bad',
  DEADLINE: 'bad',
  OUT_OF_MEMORY: 'bad',
  NOT_SUBMITTED: 'bad',
  UNKNOWN: 'unknown'
};

/** A sign for each, so that colour is never the only one. */
export const SIGNS: Readonly<Record<Tone, string>> = {
  running: '▶',
  waiting: '◷',
  good: '✓',
  bad: '✗',
  cancelled: '⊘',
  unknown: '?'
};

const HELD = new Set(['JobHeldUser', 'JobHeldAdmin']);

/** The tone of a state; of a word that is not known, `unknown`. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'unknown';
}

/** Whether a job in this state still waits, runs, or may do so again. */
export function goesOn(state: string): boolean {
  const tone = TONES[state];
  return tone === undefined || tone === 'running' || tone === 'waiting';
}

/** Every state of a job that goes on. */
export const GOING_ON: readonly string[] = Object.keys(TONES).filter(goesOn);

/** Whether a job waits because somebody holds it: its reason may be another, its priority is 0. */
export function isHeld(state: string, reason: string | null, priority: number | null): boolean {
  const waits = toneOf(state) === 'waiting';
  return state === 'REQUEUE_HOLD' || (waits && (priority === 0 || HELD.has(reason ?? '')));
}
