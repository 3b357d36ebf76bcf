import { literalAt, LiteralError } from './literal';

/** A variable that a notebook's cell tagged `parameters` sets. */
export interface IParameter {
  name: string;
  /** What it is set to, as Python writes it: a value, or anything else that cannot be sent. */
  text: string;
  /** What the comment behind it says. */
  help: string;
}

const TAG = 'parameters';
const SET = /^([\p{L}_][\p{L}\p{N}_]*)[ \t]*(?::[^=\n]*)?=(?!=)[ \t]*/gmu;
const REST = /[ \t]*(?:#[ \t]*([^\n]*))?(?:\n|$)/y;

/** What papermill can set in a notebook, by the first cell that has its tag. */
export function parametersOf(notebook: unknown): IParameter[] {
  const { cells } = (notebook ?? {}) as { cells?: readonly Partial<ICell>[] };
  const tagged = cells?.find(
    cell => cell.cell_type === 'code' && cell.metadata?.tags?.includes(TAG)
  );
  const source = tagged?.source ?? '';
  return assignments(typeof source === 'string' ? source : source.join(''));
}

interface ICell {
  cell_type: string;
  metadata: { tags?: readonly string[] };
  source: string | readonly string[];
}

function assignments(source: string): IParameter[] {
  const found = new Map<string, IParameter>();
  for (const set of source.matchAll(SET)) {
    const [whole, name = ''] = set;
    found.set(name, { name, ...valueAt(source, set.index + whole.length) });
  }
  return [...found.values()];
}

function valueAt(source: string, at: number): Omit<IParameter, 'name'> {
  try {
    const { json, end } = literalAt(source, at);
    REST.lastIndex = end;
    const rest = REST.exec(source);
    if (rest) {
      const text = source.slice(at, end);
      return { text: text.includes('\n') ? json : text, help: rest[1]?.trim() ?? '' };
    }
  } catch (error) {
    if (!(error instanceof LiteralError)) {
      throw error;
    }
  }
  return { text: source.slice(at).split('\n', 1).join('').trim(), help: '' };
}
