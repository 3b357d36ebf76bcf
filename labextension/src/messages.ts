/** What the server says over its WebSocket of an output, by the schema at `slurm/ws/schema.json`. */

/** Which of a job's two outputs. */
export type Stream = 'stdout' | 'stderr';

interface IOfOutput {
  job_id: string;
  stream: Stream;
  offset: number;
}

export interface Data extends IOfOutput {
  type: 'data';
  next_offset: number;
  text: string;
}

export interface Gap extends IOfOutput {
  type: 'gap';
  next_offset: number;
  reason: 'truncated' | 'not_kept';
}

export interface Kept extends IOfOutput {
  type: 'kept';
  size: number;
}

export interface End extends IOfOutput {
  type: 'end';
  status: string;
}

export type OutputMessage = Data | Gap | Kept | End;

/** Something that was asked for cannot be done; with no job, it was no message of ours. */
export interface Failed {
  type: 'error';
  job_id: string | null;
  stream: Stream | null;
  message: string;
}

export type ServerMessage = OutputMessage | Failed;
