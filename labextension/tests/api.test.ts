import { ServerConnection } from '@jupyterlab/services';

import { SlurmApi } from '../src/api';
import { type Problem } from '../src/problem';
import { trans } from './jobs';

let asked: Request[];

/** An API whose server gives these answers, one after the other; an error is no answer. */
function api(...answers: (Response | Error)[]): SlurmApi {
  asked = [];
  const fetch = (request: Request): Promise<Response> => {
    asked.push(request);
    const answer = answers.shift() ?? new Error('asked too often');
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const settings = { baseUrl: 'http://hub/user/alice/', fetch, Request, Headers };
  return new SlurmApi(ServerConnection.makeSettings(settings as never));
}

function json(body: unknown, status = 200, etag?: string): Response {
  return new Response(JSON.stringify(body), { status, headers: etag ? { ETag: etag } : {} });
}

async function problem(answer: Response | Error): Promise<string> {
  const error: unknown = await api(answer)
    .queue()
    .catch((reason: unknown) => reason);
  return (error as Problem).sentence(trans);
}

test('a question is sent below the base URL, with nothing that was not asked', async () => {
  await api(json({})).jobs({ state: ['PENDING', 'RUNNING'], limit: 5 });
  expect(asked[0]?.url).toBe('http://hub/user/alice/slurm/jobs?state=PENDING%2CRUNNING&limit=5');
});

test('what has not changed is the same object again', async () => {
  const slurm = api(
    json({ total: 1 }, 200, '"a"'),
    new Response(null, { status: 304 }),
    json({ total: 2 }, 200, '"b"')
  );
  const first = await slurm.queue();
  expect(await slurm.queue()).toBe(first);
  expect(await slurm.queue()).toEqual({ total: 2 });
  expect(asked.map(request => request.headers.get('If-None-Match'))).toEqual([null, '"a"', '"a"']);
});

test('other questions have ETags of their own', async () => {
  const slurm = api(json({}, 200, '"a"'), json({}));
  await slurm.queue();
  await slurm.queue({ limit: 1 });
  expect(asked[1]?.headers.get('If-None-Match')).toBeNull();
});

test('what is done to many jobs is asked for a thousand at a time', async () => {
  const ids = Array.from({ length: 1001 }, (_, index) => String(index));
  const slurm = api(json({ results: [1] }), json({ results: [2] }));
  expect(await slurm.act('hold', ids)).toEqual([1, 2]);
  expect(await asked[1]?.json()).toEqual({ action: 'hold', ids: ['1000'] });
});

test('a job is submitted under its key', async () => {
  const answer = { job_id: 'uuid', slurm_id: '7' };
  const submission = { script: '#!/bin/sh', tags: ['a'] };
  expect(await api(json(answer, 201)).submit(JSON.stringify(submission), 'a-key')).toEqual(answer);
  expect(asked[0]?.headers.get('Idempotency-Key')).toBe('a-key');
  expect(await asked[0]?.json()).toEqual(submission);
});

test('a template may have any name that the server lets it', async () => {
  await api(new Response(null, { status: 204 })).deleteTemplate('a b/?#%');
  expect(asked[0]?.url).toBe('http://hub/user/alice/slurm/templates/a%20b%2F%3F%23%25');
});

test('a problem tells which fields it is about, of which job, and when to ask again', async () => {
  const faults = [{ field: 'work_dir', message: 'Not there.' }];
  const body = { error: 'slurm_busy', message: 'Later.', errors: faults, job_id: 'uuid' };
  const answer = new Response(JSON.stringify(body), {
    status: 503,
    headers: { 'Retry-After': '15' }
  });
  await expect(api(answer).estimate({ script: '' })).rejects.toMatchObject({
    about: { status: 503, faults, jobId: 'uuid', retryAfter: 15 }
  });
});

test.each([
  [json({ error: 'slurm_denied', message: 'Not yours.' }, 403), 'Not yours.'],
  [
    json({ error: 'job_not_found', message: 'There is no such job.' }, 404),
    'There is no such job.'
  ],
  [
    json({ message: 'Forbidden' }, 403),
    /not logged in to Jupyter any more. Log in again in another tab/
  ],
  [
    json({ message: 'User is not authorized to execute on resource: slurm.' }, 403),
    /This Jupyter does not let you do that. Ask its administrators/
  ],
  [new Response('<html>', { status: 404 }), /jupyter server extension enable jupyter_slurm_api/],
  [new Response('<html>', { status: 502, statusText: 'Bad Gateway' }), '502 Bad Gateway'],
  [new TypeError('Failed to fetch'), /does not answer/]
])('a problem is a sentence', async (answer, sentence) => {
  expect(await problem(answer)).toMatch(sentence);
});

test('a part of an output comes with where it is, and of how much', async () => {
  const headers = { 'Output-Offset': '5', 'Output-Next': '8', 'Output-Size': '90' };
  const slurm = api(new Response('é!', { headers }));
  const part = await slurm.output('12+1', 'stderr', { offset: 5 });
  expect(part).toEqual({ text: 'é!', offset: 5, next: 8, size: 90 });
  const path = 'http://hub/user/alice/slurm/job/12%2B1/output?stream=stderr';
  expect(asked[0]?.url).toBe(`${path}&offset=5`);
  expect(slurm.outputUrl('12+1', 'stderr')).toBe(path);
});

test('a job is submitted again with what differs alone', async () => {
  const slurm = api(json({ job_id: 'b', slurm_id: '13' }, 201));
  expect(await slurm.resubmit('a', '{"parameters":{"time":"10"}}', 'a-key')).toMatchObject({
    slurm_id: '13'
  });
  expect(asked[0]?.url).toBe('http://hub/user/alice/slurm/job/a/resubmit');
  expect(asked[0]?.headers.get('Idempotency-Key')).toBe('a-key');
  expect(await asked[0]?.json()).toEqual({ parameters: { time: '10' } });
});
