import type { TranslationBundle } from '@jupyterlab/translation';

/**
 * What stands in the way: nobody is logged in, one may not, the server's half is not there, no
 * server is, or anything else.
 */
export type ProblemKind = 'login' | 'denied' | 'missing' | 'unreachable' | 'other';

/** What we read of an answer that describes a problem (RFC 9457). */
interface IDescribed {
  error?: unknown;
  message?: unknown;
  errors?: unknown;
  job_id?: unknown;
}

/** What is wrong with one part of a request: a field's name, or a path of names and dots. */
export interface IFault {
  field: string;
  message: string;
}

/** What else an answer may say of a problem. */
interface IAbout {
  status: number;
  faults: readonly IFault[];
  /** The job that it is about. */
  jobId: string | null;
  /** In how many seconds the server wants to be asked again. */
  retryAfter: number | null;
}

/** So Jupyter's authorizers refuse who is logged in, with the status of who is not. */
const DENIED = /^User is not authorized/;
const NO_ANSWER_IN_TIME = 504;
const NO_ANSWER: IAbout = { status: 0, faults: [], jobId: null, retryAfter: null };

/** Why a request was not answered as it should be; the message is the server's own sentence. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message = '',
    readonly about = NO_ANSWER
  ) {
    super(message);
  }

  /** Read it from an answer that is no success. */
  static async of(response: Response): Promise<Problem> {
    const described = await read(response);
    const message =
      typeof described.message === 'string'
        ? described.message
        : `${response.status} ${response.statusText}`;
    const kind = kindOf(response.status, described, message);
    const retryAfter = Number(response.headers.get('Retry-After') ?? NaN);
    return new Problem(kind, message, {
      status: response.status,
      faults: Array.isArray(described.errors) ? (described.errors as IFault[]) : [],
      jobId: typeof described.job_id === 'string' ? described.job_id : null,
      retryAfter: Number.isNaN(retryAfter) ? null : retryAfter
    });
  }

  /** Whether it is about the way to the server, whatever was asked for. */
  get isOfConnection(): boolean {
    return this.kind === 'login' || this.kind === 'unreachable';
  }

  /** Whether what was asked for may have been done all the same: its answer was lost. */
  get mayBeDone(): boolean {
    return this.kind === 'unreachable' || this.about.status === NO_ANSWER_IN_TIME;
  }

  /** A sentence that says what is the matter and what to do. */
  sentence(trans: TranslationBundle): string {
    switch (this.kind) {
      case 'login':
        return trans.__(
          'You are not logged in to Jupyter any more. Log in again in another tab and come back: what is open here stays as it is.'
        );
      case 'denied':
        return trans.__(
          'This Jupyter does not let you do that. Ask its administrators, who decide what users may do with Slurm.'
        );
      case 'missing':
        return trans.__(
          'This Jupyter server runs without its part of this extension. Run “jupyter server extension enable jupyter_slurm_api” and restart it.'
        );
      case 'unreachable':
        return trans.__(
          'The Jupyter server does not answer. If it has ended, start it again: this page then goes on by itself.'
        );
      case 'other':
        return this.message;
    }
  }
}

/** What went wrong, as a problem. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('other', String(error));
}

/** Errors that our own services raise are named; the others are Jupyter's. */
function kindOf(status: number, { error }: IDescribed, message: string): ProblemKind {
  if (error) {
    return 'other';
  }
  return DENIED.test(message) ? 'denied' : (OF_JUPYTER[status] ?? 'other');
}

const OF_JUPYTER: Readonly<Record<number, ProblemKind>> = {
  401: 'login',
  403: 'login',
  404: 'missing'
};

async function read(response: Response): Promise<IDescribed> {
  try {
    return (await response.json()) as IDescribed;
  } catch {
    return {}; // a proxy's page, or one of Jupyter's own
  }
}
