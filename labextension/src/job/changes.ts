import type { JobReport, JobView, ParameterValue } from '../answers';

/** One of sbatch's parameters as a form asks for it: what it was, what is offered, and why. */
export interface IChange {
  parameter: string;
  was: string;
  offered: string;
  why: string;
}

const MEMORY = ['mem', 'mem-per-cpu', 'mem-per-gpu'];

/** What one may want to be different the next time: time and memory, and what the report suggests. */
export function changesOf(job: JobView, report: JobReport | null): IChange[] {
  const asked = job.parameters ?? {};
  const suggested = new Map(report?.suggestions.map(one => [one.parameter, one]));
  const memory = MEMORY.find(name => suggested.has(name) || name in asked) ?? 'mem';
  const names = new Set(['time', memory, ...suggested.keys()]);
  return [...names].map(parameter => {
    const was = text(asked[parameter]) || (parameter === 'time' ? (job.time_limit ?? '') : '');
    const suggestion = suggested.get(parameter);
    const offered = suggestion ? text(suggestion.value) : was;
    return { parameter, was, offered, why: suggestion?.reason ?? '' };
  });
}

/** What a submit is sent of what was written: only what differs from what was. */
export function changed(
  changes: readonly IChange[],
  written: Readonly<Record<string, string>>
): Record<string, string> {
  const values = changes.map(({ parameter, was, offered }): [string, string, string] => [
    parameter,
    (written[parameter] ?? offered).trim(),
    was
  ]);
  return Object.fromEntries(
    values.filter(([, value, was]) => value !== '' && value !== was).map(one => [one[0], one[1]])
  );
}

function text(value: ParameterValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
