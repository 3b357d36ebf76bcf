/**
 * What a script's `#SBATCH` lines set, and where it stands: read as the server reads them, which is
 * as sbatch does. `tests/directives.json` has cases that both readers are held against.
 */

import { ofLetter, takes, wholeName } from './sbatch';

/** A word of a directive: what it says without its quotes, and where it stands in the script. */
export interface IWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** An option that is set. */
export interface ISetting {
  /** Its long name. */
  readonly name: string;
  readonly value: string | null;
  /** The word in which it stands, which several letters may share. */
  readonly word: IWord;
  /** Where in that word's text it begins, its value begins or would, and it ends. */
  readonly begins: number;
  readonly valueAt: number;
  readonly ends: number;
  /** The word that is its value, where that is another one. */
  readonly valueWord: IWord | null;
}

/** A directive, by the place of what stands behind its mark; `opens` the next component of a job. */
export interface IDirective {
  readonly line: number;
  readonly from: number;
  readonly words: readonly IWord[];
  readonly opens: boolean;
}

const MARKS = ['#SBATCH', '#SLURM'];
const BLANK = ' \\t\\n\\v\\f\\r'; // isspace() of C; JavaScript takes more for a blank
const PIECES = `\\\\.?|"(?:\\\\.|[^\\\\"])*"|'(?:\\\\.|[^\\\\'])*'|[^${BLANK}\\\\"'#]+`;
const WORD = new RegExp(`[${BLANK}]*((?:${PIECES})+)`, 'sy');
const PIECE = new RegExp(PIECES, 'gs');
const PLAIN = new RegExp(`^[^${BLANK}\\\\"'#]+$`);
const MAY_STAND_BEFORE = new RegExp(`^[${BLANK}]*(?:#|$)`);
const NEXT_COMPONENT = ['hetjob', 'packjob'];

/** The directives of a script: the lines with the mark, up to the first that is a command. */
export function directives(script: string): IDirective[] {
  const found: IDirective[] = [];
  let at = 0;
  for (const [line, text] of script.split('\n').entries()) {
    if (line > 0 && !MAY_STAND_BEFORE.test(text)) {
      break;
    }
    const mark = MARKS.find(one => text.startsWith(one));
    if (line > 0 && mark !== undefined) {
      found.push({ line, from: at + mark.length, ...read(text, mark.length, at) });
    }
    at += text.length + 1;
  }
  return found;
}

/** The options that a script sets, those that count later behind the others. */
export function settings(script: string): ISetting[] {
  const all = directives(script);
  const next = all.findIndex(directive => directive.opens);
  const first = next < 0 ? all : all.slice(0, next);
  return [...options(first.flatMap(directive => directive.words))];
}

/** A word as it must be written so that it reads as this text. */
export function quoted(text: string): string {
  if (PLAIN.test(text) && !NEXT_COMPONENT.includes(text)) {
    return text;
  }
  // A line break would end the directive, and have the rest run as a command.
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, '\\$&')}"`;
}

function read(text: string, begin: number, offset: number): Pick<IDirective, 'words' | 'opens'> {
  const words: IWord[] = [];
  let opens = false;
  for (const [raw, from] of split(text, begin)) {
    const isMark = NEXT_COMPONENT.includes(raw);
    const plain = unquoted(raw);
    opens ||= isMark && words.length === 0;
    if (isMark || plain === '') {
      break; // what stands behind it is not read
    }
    words.push({ text: plain, from: offset + from, to: offset + from + raw.length });
  }
  return { words, opens };
}

/** A line's words with their quotes; a comment or an open quote ends it. */
function* split(text: string, begin: number): Generator<[string, number]> {
  WORD.lastIndex = begin;
  for (let found = WORD.exec(text); found?.[1]; found = WORD.exec(text)) {
    const end = WORD.lastIndex;
    yield [found[1], end - found[1].length];
    WORD.lastIndex = end;
  }
}

function unquoted(word: string): string {
  const pieces = word.match(PIECE) ?? [];
  return pieces
    .map(piece => (/^["']/.test(piece) ? piece.slice(1, -1) : piece))
    .map(piece => piece.replace(/\\(.?)/gs, '$1'))
    .join('');
}

function* options(words: readonly IWord[]): Generator<ISetting> {
  const rest = words[Symbol.iterator]();
  for (const word of rest) {
    if (word.text.startsWith('--')) {
      yield long(word, rest);
    } else if (word.text.startsWith('-')) {
      yield* letters(word, rest);
    }
  }
}

function long(word: IWord, rest: Iterator<IWord, undefined>): ISetting {
  const { text } = word;
  const equals = text.indexOf('=');
  const ends = text.length;
  const name = wholeName(text.slice(2, equals < 0 ? ends : equals));
  if (equals >= 0) {
    const value = text.slice(equals + 1);
    return { name, value, word, begins: 0, valueAt: equals + 1, ends, valueWord: null };
  }
  const valueWord = takes(name) === 'value' ? (rest.next().value ?? null) : null;
  const value = valueWord?.text ?? null;
  return { name, value, word, begins: 0, valueAt: ends, ends, valueWord };
}

/** The options of letters behind one dash; the last of them may have a value. */
function* letters(word: IWord, rest: Iterator<IWord, undefined>): Generator<ISetting> {
  const { text } = word;
  for (let at = 1; at < text.length; at++) {
    const name = ofLetter(text.charAt(at));
    const valueAt = at + 1;
    const place = { name, word, begins: at, valueAt };
    if (takes(name) === 'nothing') {
      yield { ...place, value: null, ends: valueAt, valueWord: null };
      continue;
    }
    const attached = text.slice(valueAt) || null;
    const valueWord =
      attached === null && takes(name) === 'value' ? (rest.next().value ?? null) : null;
    const value = attached ?? valueWord?.text ?? null;
    yield { ...place, value, ends: text.length, valueWord };
    return;
  }
}
