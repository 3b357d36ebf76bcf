import type { Event } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import { Throttler } from '@lumino/polling';
import { type ISignal, Signal } from '@lumino/signaling';

import type { JobView, PartitionUse, QueueSummary, QueueView } from './answers';
import { MOST_AT_ONCE, type SlurmApi } from './api';
import { type JobChange, slurmEvent } from './events';
import { Live } from './live';
import { GOING_ON, goesOn } from './states';

/** While events come, it is looked now and then all the same: a connection can die unnoticed. */
export const INTERVAL_WITH_EVENTS_MS = 60_000;
export const INTERVAL_WITHOUT_EVENTS_MS = 5_000;
/** No event tells of others' jobs or of nodes. */
const QUEUE_INTERVAL_MS = 15_000;
const CLUSTER_INTERVAL_MS = 60_000;
/** With Slurm away the server asks it less and less often, but where somebody looks. */
const CLUSTER_INTERVAL_AWAY_MS = 15_000;
const EVENT_PAUSE_MS = 500;
const CLUSTER_PAUSE_MS = 10_000;
const MOST_ENDED = 200;

/** One's jobs: those that go on, newest first, and those that have ended today, the last first. */
export interface IMyJobs {
  goingOn: readonly JobView[];
  endedToday: readonly JobView[];
  /** How many go on, of which the list has the newest. */
  total: number;
  syncedAt: string | null;
  stale: boolean;
}

/** What the cluster has, and how many jobs are in it. */
export interface ICluster {
  partitions: readonly PartitionUse[];
  states: QueueSummary['states'];
}

/** What all that this extension shows of Slurm is taken from. */
export interface ISlurm {
  readonly api: SlurmApi;
  readonly jobs: Live<IMyJobs>;
  readonly cluster: Live<ICluster>;
  readonly queue: Live<QueueView>;
  /** Emitted when the server tells that jobs of one's own have changed. */
  readonly told: ISignal<ISlurm, readonly JobChange[]>;
  /** Read anew whatever is looked at. */
  refresh(): void;
}

export const ISlurm = new Token<ISlurm>(
  'jupyter-slurm-api:ISlurm',
  "Slurm as this Jupyter server sees it: the user's jobs, the queue, the cluster."
);

/** Follows the server's events, and reads what they tell of. */
export class SlurmModel implements ISlurm {
  constructor(
    readonly api: SlurmApi,
    events: Pick<Event.IManager, 'stream'>
  ) {
    this.jobs = new Live('jobs', () => this.readJobs(), INTERVAL_WITH_EVENTS_MS);
    this.cluster = new Live('cluster', () => this.readCluster(), CLUSTER_INTERVAL_MS, false);
    this.queue = new Live('queue', () => api.queue(), QUEUE_INTERVAL_MS, false);
    this.jobs.changed.connect(this.onJobs, this);
    events.stream.connect(this.onEvent, this);
    [this.jobs, this.cluster, this.queue].forEach(live => live.start());
  }

  get told(): ISignal<this, readonly JobChange[]> {
    return this._told;
  }

  refresh(): void {
    [this.jobs, this.cluster, this.queue].forEach(live => live.refresh());
  }

  private onEvent(_: Event.IManager, emission: Event.Emission): void {
    const event = slurmEvent(emission);
    if (event === null) {
      return;
    }
    this.eventCame = true;
    this.jobs.interval = INTERVAL_WITH_EVENTS_MS;
    void this.soon.invoke();
    void this.later.invoke();
    if (event.kind === 'jobs') {
      this._told.emit(event.jobs);
    }
  }

  /** A look that finds what no event told of says that none come. */
  private onJobs(): void {
    const { value: jobs, problem } = this.jobs.state;
    if (jobs === null) {
      return;
    }
    if (problem === null) {
      // The way to the server is free again, and need not be found so by each of them.
      [this.cluster, this.queue]
        .filter(live => live.state.problem?.isOfConnection)
        .forEach(live => live.refresh());
    }
    this.cluster.interval = jobs.stale ? CLUSTER_INTERVAL_AWAY_MS : CLUSTER_INTERVAL_MS;
    const now = jobs.goingOn.map(job => `${job.job_id} ${job.status}`).join();
    if (this.before !== null && now !== this.before && !this.eventCame) {
      this.jobs.interval = INTERVAL_WITHOUT_EVENTS_MS;
    }
    this.before = now;
    this.eventCame = false;
  }

  private async readJobs(): Promise<IMyJobs> {
    const [active, last] = await Promise.all([
      this.api.jobs({ state: GOING_ON, limit: MOST_AT_ONCE }),
      this.api.jobs({ sort: '-end_time', limit: MOST_ENDED })
    ]);
    const midnight = new Date().setHours(0, 0, 0, 0);
    return {
      goingOn: active.jobs,
      endedToday: last.jobs.filter(
        job => !goesOn(job.status) && job.end_time && Date.parse(job.end_time) >= midnight
      ),
      total: active.total,
      syncedAt: active.synced_at,
      stale: active.stale
    };
  }

  private async readCluster(): Promise<ICluster> {
    const [has, queue] = await Promise.all([this.api.partitions(), this.api.queue({ limit: 1 })]);
    return { partitions: has.partitions, states: queue.summary.states };
  }

  readonly jobs: Live<IMyJobs>;
  readonly cluster: Live<ICluster>;
  readonly queue: Live<QueueView>;
  private readonly soon = new Throttler(
    () => {
      this.jobs.refresh();
      this.queue.refresh();
    },
    { limit: EVENT_PAUSE_MS, edge: 'trailing' }
  );
  private readonly later = new Throttler(() => this.cluster.refresh(), {
    limit: CLUSTER_PAUSE_MS,
    edge: 'leading'
  });
  private readonly _told = new Signal<this, readonly JobChange[]>(this);
  private eventCame = true;
  private before: string | null = null;
}
