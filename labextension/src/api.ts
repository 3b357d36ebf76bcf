import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  ActionAnswer,
  BulkAnswer,
  EstimateAnswer,
  JobReport,
  JobsView,
  JobView,
  Limits,
  NotebookAnswer,
  PartitionList,
  QueueView,
  SubmitAnswer,
  TasksView,
  TemplateSpec,
  TemplatesView,
  TemplateView
} from './answers';
import type { Stream } from './messages';
import { Problem } from './problem';

/** What is done to jobs. */
export type Verb = 'cancel' | 'hold' | 'release' | 'requeue';

/** What is asked for beside the path; of a list any will do. */
export type Query = Readonly<Record<string, string | number | readonly string[]>>;

/** What is submitted: a submit's body, as far as we fill it. */
export interface ISubmission {
  readonly script: string;
  readonly work_dir?: string;
  readonly tags?: readonly string[];
}

/** As many ids as one request may name, and as many rows as one page may have. */
export const MOST_AT_ONCE = 1000;

const MOST_REMEMBERED = 20;

interface IRemembered {
  etag: string;
  value: unknown;
}

/** A part of an output: from which byte on, up to which, of how many. */
export interface IOutputPart {
  text: string;
  offset: number;
  next: number;
  size: number;
}

/** The server's REST API. What was read is remembered by its ETag, and sent again only if new. */
export class SlurmApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  jobs(query: Query): Promise<JobsView> {
    return this.get('jobs', query);
  }

  /** One job, by its UUID or its Slurm id; what it has written is read by `output`. */
  job(id: string): Promise<JobView> {
    return this.get(pathOf(id), { output: 'false' });
  }

  tasks(jobId: string, query: Query = {}): Promise<TasksView> {
    return this.get(pathOf(jobId, 'tasks'), { limit: MOST_AT_ONCE, ...query });
  }

  /** How a job went that is over. */
  report(id: string): Promise<JobReport> {
    return this.get(pathOf(id, 'report'));
  }

  /** Submit a job once more, with the changes that this JSON says. */
  resubmit(id: string, changes: string, key: string): Promise<SubmitAnswer> {
    return this.once(pathOf(id, 'resubmit'), changes, key);
  }

  /** A part of what a job has written. */
  async output(id: string, stream: Stream, query: Query): Promise<IOutputPart> {
    const path = pathOf(id, 'output') + search({ stream, ...query });
    const answer = await this.request(path, {});
    const [offset, next, size] = ['Offset', 'Next', 'Size'].map(name =>
      Number(answer.headers.get(`Output-${name}`))
    ) as [number, number, number];
    return { text: await answer.text(), offset, next, size };
  }

  /** Where a browser can load all that a job has written. */
  outputUrl(id: string, stream: Stream): string {
    const { baseUrl, token, appendToken } = this.settings;
    const query: Query = appendToken && token ? { stream, token } : { stream };
    return URLExt.join(baseUrl, 'slurm', pathOf(id, 'output')) + search(query);
  }

  queue(query: Query = {}): Promise<QueueView> {
    return this.get('queue', query);
  }

  partitions(): Promise<PartitionList> {
    return this.get('partitions');
  }

  limits(): Promise<Limits> {
    return this.get('limits');
  }

  /** Submit a job, as this JSON says; of all requests with the same key one is made. */
  submit(submission: string, key: string): Promise<SubmitAnswer> {
    return this.once('submit', submission, key);
  }

  /** What Slurm thinks of a job that is not submitted. */
  estimate(submission: ISubmission): Promise<EstimateAnswer> {
    return this.send('POST', 'estimate', submission);
  }

  templates(): Promise<TemplatesView> {
    return this.get('templates');
  }

  template(name: string): Promise<TemplateView> {
    return this.get(`templates/${encodeURIComponent(name)}`);
  }

  /** Write a template of one's own, new or in place of one. */
  saveTemplate(name: string, spec: Partial<TemplateSpec>): Promise<TemplateView> {
    return this.send('PUT', `templates/${encodeURIComponent(name)}`, spec);
  }

  async deleteTemplate(name: string): Promise<void> {
    await this.request(`templates/${encodeURIComponent(name)}`, { method: 'DELETE' });
  }

  /** Run a notebook, as this JSON says. */
  runNotebook(body: string, key: string): Promise<NotebookAnswer> {
    return this.once('notebooks/run', body, key);
  }

  /** The ids of all that was to be cancelled from this page: nobody need be told that it was. */
  readonly cancelled: Set<string> = new Set();

  /** Do something to many jobs, as few requests as it takes; what became of each, in their order. */
  async act(verb: Verb, ids: readonly string[]): Promise<ActionAnswer[]> {
    this.note(verb, ids);
    const results: ActionAnswer[] = [];
    for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
      const body = { action: verb, ids: ids.slice(at, at + MOST_AT_ONCE) };
      const answer = await this.send<BulkAnswer>('POST', 'jobs/actions', body);
      results.push(...answer.results);
    }
    return results;
  }

  /** Cancel one job by name, which the one that holds this Jupyter server needs. */
  async cancelAlone(id: string): Promise<ActionAnswer> {
    this.note('cancel', [id]);
    const answer = await this.request(pathOf(id), { method: 'DELETE' });
    return (await answer.json()) as ActionAnswer;
  }

  private note(verb: Verb, ids: readonly string[]): void {
    if (verb === 'cancel') {
      ids.forEach(id => this.cancelled.add(id));
    }
  }

  /** The same object again where nothing has changed since it was last read. */
  private async get<T>(path: string, query: Query = {}): Promise<T> {
    const whole = path + search(query);
    const known = this.remembered.get(whole);
    const headers: Record<string, string> = known ? { 'If-None-Match': known.etag } : {};
    const response = await this.request(whole, { headers });
    if (known && response.status === 304) {
      return known.value as T;
    }
    const value = (await response.json()) as T;
    this.remember(whole, response.headers.get('ETag'), value);
    return value;
  }

  private async send<T>(method: string, path: string, body: unknown): Promise<T> {
    const response = await this.request(path, { method, body: JSON.stringify(body) });
    return (await response.json()) as T;
  }

  private async once<T>(path: string, body: string, key: string): Promise<T> {
    const headers = { 'Idempotency-Key': key };
    const response = await this.request(path, { method: 'POST', body, headers });
    return (await response.json()) as T;
  }

  private remember(path: string, etag: string | null, value: unknown): void {
    this.remembered.delete(path);
    if (etag) {
      this.remembered.set(path, { etag, value });
    }
    const [oldest] = this.remembered.keys();
    if (this.remembered.size > MOST_REMEMBERED && oldest !== undefined) {
      this.remembered.delete(oldest);
    }
  }

  private async request(path: string, init: RequestInit): Promise<Response> {
    const url = URLExt.join(this.settings.baseUrl, 'slurm', path);
    // With JupyterLab's own `no-store` a time would be added to the query, which is strict.
    const asked: RequestInit = { cache: 'no-cache', ...init };
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, asked, this.settings);
    } catch {
      throw new Problem('unreachable');
    }
    if (!response.ok && response.status !== 304) {
      throw await Problem.of(response);
    }
    return response;
  }

  private readonly remembered = new Map<string, IRemembered>();
}

function pathOf(id: string, ...more: string[]): string {
  return ['job', encodeURIComponent(id), ...more].join('/');
}

function search(query: Query): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    asked.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = asked.toString();
  return text && `?${text}`;
}
