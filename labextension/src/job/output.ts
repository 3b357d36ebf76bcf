import type { IDisposable } from '@lumino/disposable';
import { type ISignal, Signal } from '@lumino/signaling';

import type { IOutputPart, SlurmApi } from '../api';
import type { OutputMessage, Stream } from '../messages';
import { asProblem, Problem } from '../problem';
import type { IFollower, OutputSocket } from '../socket';
import { MOST_LINES, Terminal } from './terminal';

/** As much is read of what was written before, and no more is drawn at once. */
export const MOST_BYTES = 1024 * 1024;
export const DRAWN_EVERY_MS = 100;
export const ASKED_EVERY_MS = 2_000;

/**
 * What a job has written last to one of its streams, and what it goes on to write.
 *
 * It follows while it is wanted: over the page's WebSocket, and while there is none by asking again
 * and again. `changed` is emitted some times a second at most.
 */
export class LiveOutput implements IFollower {
  constructor(
    private readonly api: SlurmApi,
    private readonly socket: OutputSocket,
    readonly jobId: string,
    readonly stream: Stream
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** How it is shown; another one where it has begun anew. */
  terminal = new Terminal();
  /** How many bytes have been written, as far as is known, and read. */
  size = 0;
  offset = 0;
  /** Whether the file is gone, and only the end of it was kept. */
  isKeptInPart = false;
  problem: Problem | null = null;
  /** Whether it was read at all, and whether nothing more comes. */
  isRead = false;
  isOver = false;
  /** Another number whenever anything here has changed. */
  version = 0;

  /** Whether only the end of it is shown. */
  get isCut(): boolean {
    return this.isSkipped || this.terminal.isCut;
  }

  /** Whether somebody looks at it. */
  set wanted(wanted: boolean) {
    if (wanted !== this._wanted) {
      this._wanted = wanted;
      this.stop();
      if (wanted && !this.isOver) {
        void this.begin();
      }
    }
  }

  /** Said by who knows, for where no WebSocket tells it. */
  isJobOver = false;

  dispose(): void {
    this.wanted = false;
    clearTimeout(this.drawing);
    Signal.clearData(this);
  }

  take(message: OutputMessage): void {
    switch (message.type) {
      case 'data':
        this.goTo(message.next_offset);
        this.add(message.text);
        break;
      case 'gap':
        this.beginAnew(message.next_offset > 0);
        this.isKeptInPart = message.reason === 'not_kept';
        this.size = this.isKeptInPart ? this.size : 0;
        this.goTo(message.next_offset);
        break;
      case 'kept':
        this.size = message.size;
        break;
      case 'end':
        this.isOver = true;
    }
    this.draw();
  }

  refused(message: string): void {
    this.problem = new Problem('other', message);
    this.connected(false);
    this.draw();
  }

  connected(isConnected: boolean): void {
    clearTimeout(this.asking);
    this.turn += 1; // an answer that is under way would come twice
    if (!isConnected) {
      this.askLater();
    }
  }

  /** Read what there is, then follow from there. */
  private async begin(): Promise<void> {
    const turn = ++this.turn;
    await this.ask(turn);
    if (turn === this.turn) {
      this.following = this.socket.follow(this);
    }
  }

  private stop(): void {
    this.turn += 1;
    clearTimeout(this.asking);
    this.following?.dispose();
    this.following = null;
  }

  private askLater(): void {
    const { turn } = this;
    this.asking = setTimeout(() => {
      void this.ask(turn).then(() => {
        if (turn === this.turn && !this.isOver) {
          this.askLater();
        }
      });
    }, ASKED_EVERY_MS);
  }

  private async ask(turn: number): Promise<void> {
    let part: IOutputPart | null = null;
    let problem: Problem | null = null;
    try {
      part = await this.read();
    } catch (error) {
      problem = asProblem(error);
    }
    if (turn !== this.turn) {
      return; // nobody waits for it any more
    }
    this.problem = problem;
    if (part) {
      this.takePart(part);
    }
    this.draw();
  }

  /** What has been written since, or the end of all where that is too much, or not there. */
  private async read(): Promise<IOutputPart> {
    const { api, jobId, stream, offset } = this;
    const limit = MOST_BYTES;
    if (offset > 0) {
      const part = await api.output(jobId, stream, { offset, limit }).catch(() => null);
      if (part && part.next === part.size) {
        return part;
      }
    }
    return api.output(jobId, stream, { tail: MOST_LINES, limit });
  }

  private takePart(part: IOutputPart): void {
    const isNew = part.next !== this.offset;
    if (part.offset !== this.offset) {
      this.beginAnew(part.offset > 0);
    }
    this.isRead = true;
    this.size = part.size;
    this.goTo(part.next);
    this.add(part.text);
    this.isOver = this.isJobOver && !isNew && this.following !== null;
  }

  private goTo(offset: number): void {
    this.offset = offset;
    this.size = Math.max(this.size, offset);
  }

  private beginAnew(isSkipped: boolean): void {
    this.pending = '';
    this.terminal = new Terminal();
    this.isSkipped = isSkipped;
  }

  private add(text: string): void {
    this.pending += text;
    if (this.pending.length > MOST_BYTES) {
      const end = this.pending.slice(-MOST_BYTES);
      this.beginAnew(true);
      this.pending = end;
    }
  }

  private draw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.terminal.write(this.pending);
      this.pending = '';
      this.version += 1;
      this._changed.emit();
    }, DRAWN_EVERY_MS);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _wanted = false;
  private following: IDisposable | null = null;
  private isSkipped = false;
  private pending = '';
  private turn = 0;
  private drawing: ReturnType<typeof setTimeout> | undefined;
  private asking: ReturnType<typeof setTimeout> | undefined;
}
