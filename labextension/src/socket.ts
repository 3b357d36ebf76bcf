import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

import type { OutputMessage, ServerMessage, Stream } from './messages';

export const FIRST_PAUSE_MS = 1_000;
export const LAST_PAUSE_MS = 30_000;

/** Who follows an output. */
export interface IFollower {
  readonly jobId: string;
  readonly stream: Stream;
  /** What comes first: where it has been, the follower moves it on. */
  readonly offset: number;
  take(message: OutputMessage): void;
  /** It cannot be followed, as the server says in a sentence. */
  refused(message: string): void;
  /** Whether messages can come now; each time that this changes. */
  connected(isConnected: boolean): void;
}

/**
 * The one WebSocket of the page, over which all outputs come that are looked at.
 *
 * It is open as long as anything is followed. After a lost connection each goes on at its offset, so
 * that nothing is missed and nothing comes twice.
 */
export class OutputSocket {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  /** Follow an output until this is disposed, or its job is over. */
  follow(follower: IFollower): IDisposable {
    this.followers.set(keyOf(follower.jobId, follower.stream), follower);
    if (this.socket === null) {
      this.connect();
    } else if (this.isOpen) {
      this.ask(follower);
      follower.connected(true);
    } else if (this.isLost) {
      follower.connected(false);
    }
    return new DisposableDelegate(() => this.unfollow(follower));
  }

  private unfollow(follower: IFollower): void {
    const { jobId, stream } = follower;
    const key = keyOf(jobId, stream);
    if (this.followers.get(key) !== follower) {
      return;
    }
    this.followers.delete(key);
    if (this.followers.size === 0) {
      this.close();
    } else {
      this.say({ type: 'unfollow', job_id: jobId, stream });
    }
  }

  private connect(): void {
    const { wsUrl, token, appendToken, WebSocket } = this.settings;
    const url = URLExt.join(wsUrl, 'slurm', 'ws');
    const query = appendToken && token ? `?token=${encodeURIComponent(token)}` : '';
    const socket = new WebSocket(url + query);
    this.socket = socket;
    socket.onopen = () => this.onOpen();
    socket.onmessage = event => this.onMessage(event.data as string);
    socket.onclose = () => socket === this.socket && this.onClose();
  }

  private close(): void {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    this.isOpen = false;
    this.isLost = false;
    socket?.close();
  }

  private onOpen(): void {
    this.isOpen = true;
    this.isLost = false;
    this.pause = FIRST_PAUSE_MS;
    for (const follower of this.followers.values()) {
      this.ask(follower);
      follower.connected(true);
    }
  }

  private onClose(): void {
    this.isOpen = false;
    this.isLost = true;
    this.timer = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(this.pause * 2, LAST_PAUSE_MS);
    this.followers.forEach(follower => follower.connected(false));
  }

  private onMessage(text: string): void {
    const message = JSON.parse(text) as ServerMessage;
    const key = keyOf(message.job_id ?? '', message.stream ?? 'stdout');
    const follower = this.followers.get(key);
    if (message.type === 'error' || message.type === 'end') {
      this.followers.delete(key); // the server has let go of it
    }
    if (message.type === 'error') {
      follower?.refused(message.message);
    } else {
      follower?.take(message);
    }
    if (this.followers.size === 0) {
      this.close();
    }
  }

  private ask({ jobId, stream, offset }: IFollower): void {
    this.say({ type: 'follow', job_id: jobId, stream, offset });
  }

  private say(message: object): void {
    if (this.isOpen) {
      this.socket?.send(JSON.stringify(message));
    }
  }

  private readonly followers = new Map<string, IFollower>();
  private socket: WebSocket | null = null;
  private isOpen = false;
  /** Whether it was closed, or could not be opened, and has not been opened since. */
  private isLost = false;
  private pause = FIRST_PAUSE_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
}

function keyOf(jobId: string, stream: Stream): string {
  return `${stream} ${jobId}`;
}
