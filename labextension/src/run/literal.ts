/** What is wrong with a value. */
export type LiteralFault = 'empty' | 'word' | 'number' | 'unfinished' | 'key' | 'more';

/** A text that is no value as Python and JSON write them. */
export class LiteralError extends Error {
  constructor(readonly fault: LiteralFault) {
    super(fault);
  }
}

/** The JSON of a value and where its text ends. */
interface ILiteral {
  json: string;
  end: number;
}

/**
 * Read a value as Python or JSON write it: to JSON's text and not to JavaScript's values, in which
 * 1.0 would be 1 and a long number another one.
 *
 * @throws LiteralError where it is none.
 */
export function jsonOf(text: string): string {
  const { json, end } = literalAt(text, skip(text, 0));
  if (skip(text, end) < text.length) {
    throw new LiteralError('more');
  }
  return json;
}

/** Read the value that begins at a place, whatever comes behind it. */
export function literalAt(text: string, at: number): ILiteral {
  const first = text[at];
  if (first === undefined) {
    throw new LiteralError('empty');
  }
  if (first === '"' || first === "'") {
    return stringAt(text, at);
  }
  if (first === '[' || first === '(') {
    return listAt(text, at);
  }
  return first === '{' ? objectAt(text, at) : wordAt(text, at);
}

const NAMED: Readonly<Record<string, string>> = {
  True: 'true',
  False: 'false',
  None: 'null',
  true: 'true',
  false: 'false',
  null: 'null'
};
const WORD = /[^\s,:#()[\]{}'"]+/y;
const NUMBER = /^([-+]?)(\d(?:_?\d)*)?(?:(\.)(\d(?:_?\d)*)?)?([eE][-+]?\d+)?$/;

function wordAt(text: string, at: number): ILiteral {
  const word = matchAt(WORD, text, at)?.[0];
  if (word === undefined) {
    throw new LiteralError('word');
  }
  const end = at + word.length;
  const named = Object.hasOwn(NAMED, word) ? NAMED[word] : undefined;
  return { json: named ?? numberOf(word), end };
}

function numberOf(word: string): string {
  const [, sign, whole, point, fraction, exponent = ''] = NUMBER.exec(word) ?? [];
  if (whole === undefined && fraction === undefined) {
    throw new LiteralError(/^[-+.]?\d/.test(word) ? 'number' : 'word');
  }
  const digits = (whole ?? '0').replaceAll('_', '');
  if (/^0\d/.test(digits)) {
    throw new LiteralError('number');
  }
  const behind = point ? `.${(fraction ?? '0').replaceAll('_', '')}` : '';
  return (sign === '-' ? '-' : '') + digits + behind + exponent;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\n': '',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"'
};
const CODE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;

function stringAt(text: string, start: number): ILiteral {
  const quote = /(?:'''|"""|'|")/y;
  const closing = matchAt(quote, text, start)?.[0] ?? '"';
  let value = '';
  let at = start + closing.length;
  while (!text.startsWith(closing, at)) {
    const next = text[at];
    if (next === undefined || (next === '\n' && closing.length === 1)) {
      throw new LiteralError('unfinished');
    }
    const [read, length] = next === '\\' ? escapeAt(text, at) : [next, 1];
    value += read;
    at += length;
  }
  return { json: JSON.stringify(value), end: at + closing.length };
}

function escapeAt(text: string, at: number): [string, number] {
  const code = matchAt(CODE, text, at);
  if (code) {
    const point = parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16);
    if (point > 0x10ffff) {
      throw new LiteralError('unfinished');
    }
    return [String.fromCodePoint(point), code[0].length];
  }
  const next = text[at + 1] ?? '';
  return [ESCAPED[next] ?? `\\${next}`, 2];
}

function listAt(text: string, start: number): ILiteral {
  const isTuple = text[start] === '(';
  const { items, end, hasComma } = itemsAt(text, start, isTuple ? ')' : ']', literalAt);
  const isWrapped = isTuple && items.length === 1 && !hasComma;
  return { json: isWrapped ? items.join() : `[${items.join(',')}]`, end };
}

function objectAt(text: string, start: number): ILiteral {
  const { items, end } = itemsAt(text, start, '}', pairAt);
  return { json: `{${items.join(',')}}`, end };
}

function pairAt(text: string, at: number): ILiteral {
  const key = literalAt(text, at);
  const colon = skip(text, key.end);
  if (!key.json.startsWith('"') || text[colon] !== ':') {
    throw new LiteralError('key');
  }
  const value = literalAt(text, skip(text, colon + 1));
  return { json: `${key.json}:${value.json}`, end: value.end };
}

type Reader = (text: string, at: number) => ILiteral;

/** What stands between brackets, set apart by commas, of which one may come last. */
function itemsAt(
  text: string,
  start: number,
  closing: string,
  read: Reader
): { items: string[]; end: number; hasComma: boolean } {
  const items: string[] = [];
  let at = skip(text, start + 1);
  let hasComma = false;
  while (text[at] !== closing) {
    if (at >= text.length) {
      throw new LiteralError('unfinished');
    }
    const { json, end } = read(text, at);
    items.push(json);
    at = skip(text, end);
    hasComma = text[at] === ',';
    if (!hasComma && text[at] !== closing) {
      throw new LiteralError(at < text.length ? 'more' : 'unfinished');
    }
    at = hasComma ? skip(text, at + 1) : at;
  }
  return { items, end: at + 1, hasComma };
}

const BLANK = /(?:\s|#[^\n]*)*/y;

/** Go past blanks and comments. */
function skip(text: string, at: number): number {
  return at + (matchAt(BLANK, text, at)?.[0].length ?? 0);
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
