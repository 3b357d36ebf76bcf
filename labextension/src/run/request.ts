import type { TranslationBundle } from '@jupyterlab/translation';

import { written } from '../submit/fields';
import { jsonOf, LiteralError, type LiteralFault } from './literal';
import type { IParameter } from './parameters';

/** What sbatch is asked for, by its own names of options; of GPUs the number, or type and number. */
const OPTIONS = ['time', 'partition', 'cpus-per-task', 'mem', 'gres'] as const;
export type Option = (typeof OPTIONS)[number];

/** A parameter as it stands in the form; `declared` is what the notebook itself has. */
export interface IRow {
  key: number;
  name: string;
  text: string;
  declared: IParameter | null;
}

/** What a notebook was last run with. */
export interface IKept {
  parameters: Record<string, string>;
  options: Partial<Record<Option, string>>;
}

/** The parameters of a notebook, set as they were the last time; those of the user's own behind. */
export function rowsOf(declared: readonly IParameter[], kept: IKept): IRow[] {
  const own = new Map(Object.entries(kept.parameters));
  const rows = declared.map((one, key): IRow => {
    const text = own.get(one.name) ?? one.text;
    own.delete(one.name);
    return { key, name: one.name, text, declared: one };
  });
  const others = [...own].map(([name, text], index): IRow => {
    return { key: rows.length + index, name, text, declared: null };
  });
  return [...rows, ...others];
}

/** Those that say something else than the notebook itself. */
function changed(rows: readonly IRow[]): IRow[] {
  return rows.filter(({ name, text, declared }) =>
    declared ? text.trim() !== '' && text !== declared.text : name !== '' || text !== ''
  );
}

/** What will be remembered of it. */
export function keptOf(rows: readonly IRow[], options: IKept['options']): IKept {
  const parameters = changed(rows).map(({ name, text }) => [name, text] as const);
  return { parameters: Object.fromEntries(parameters), options };
}

/** What is sent; all faults must have been mended. */
export function bodyOf(path: string, rows: readonly IRow[], options: IKept['options']): string {
  const parameters = changed(rows).map(
    ({ name, text }) => `${JSON.stringify(name)}:${jsonOf(text)}`
  );
  const asked = OPTIONS.flatMap(name => {
    const text = options[name]?.trim();
    return text ? [[name, written(name, text)]] : [];
  });
  const chosen = Object.fromEntries(asked) as Record<string, string>;
  const rest = JSON.stringify({ path, options: chosen });
  return `${rest.slice(0, -1)},"parameters":{${parameters.join(',')}}}`;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** What is wrong with the parameters, by the field that it is in. */
export function faultsOf(rows: readonly IRow[], trans: TranslationBundle): Map<string, string> {
  const faults = new Map<string, string>();
  const names = new Set(rows.filter(row => row.declared).map(row => row.name));
  for (const { key, name, text, declared } of changed(rows)) {
    const fault = declared ? null : nameFault(name, names, trans);
    if (fault) {
      faults.set(nameField(key), fault);
    }
    names.add(name);
    const wrong = literalFault(text);
    if (wrong) {
      faults.set(valueField(key), sentenceOf(wrong, trans));
    }
  }
  return faults;
}

/** How the fields of a parameter are called. */
export function nameField(key: number): string {
  return `name-${key}`;
}

export function valueField(key: number): string {
  return `value-${key}`;
}

function nameFault(
  name: string,
  taken: ReadonlySet<string>,
  trans: TranslationBundle
): string | null {
  if (!NAME.test(name)) {
    return trans.__('Write the name of a variable: letters, digits and _.');
  }
  return taken.has(name) ? trans.__('There is a parameter of this name already.') : null;
}

function literalFault(text: string): LiteralFault | null {
  try {
    jsonOf(text);
    return null;
  } catch (error) {
    if (error instanceof LiteralError) {
      return error.fault;
    }
    throw error;
  }
}

function sentenceOf(fault: LiteralFault, trans: TranslationBundle): string {
  switch (fault) {
    case 'empty':
      return trans.__('Write a value, such as 10, "a text" or [1, 2].');
    case 'word':
      return trans.__('Write a value: a text stands in quotes, as in "a text".');
    case 'number':
      return trans.__('This is no number. A text stands in quotes, as in "007".');
    case 'unfinished':
      return trans.__('A quote or a bracket is not closed.');
    case 'key':
      return trans.__('Write keys as texts in quotes, with a colon behind, as in {"a": 1}.');
    case 'more':
      return trans.__('Write one value: several are a list, as in [1, 2].');
  }
}
