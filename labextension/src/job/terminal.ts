import { type IStyle, PLAIN, styled } from './style';

/** So many lines are kept, and so many characters of a line. */
export const MOST_LINES = 10_000;
export const MOST_COLUMNS = 4_000;
const FARTHEST_JUMP = 1_000;
const TAB = 8;

/* eslint-disable no-control-regex -- they are what this is about */
const ESCAPE = /\x1b(?:\[([0-9;:?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/y;
const UNFINISHED = /\x1b(?:\[[0-9;:?]*|\][^\x07\x1b]*)?$/;
const LONGEST_ESCAPE = 200;
/** Text, without what a terminal would obey or hide, and what turns text around. */
const TEXT = /[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/y;
/* eslint-enable no-control-regex */

/** A part of a line in one style. */
export interface IRun {
  text: string;
  readonly style: IStyle;
}

/** A line of the output, by its number from the first one that was written. */
export class Line {
  constructor(readonly number: number) {}

  get text(): string {
    return this.cells.join('');
  }

  /** Its parts, each in its style. */
  get runs(): IRun[] {
    const runs: IRun[] = [];
    this.cells.forEach((text, at) => {
      const style = this.styles[at] ?? PLAIN;
      const last = runs.at(-1);
      if (last?.style === style) {
        last.text += text;
      } else {
        runs.push({ text, style });
      }
    });
    return runs;
  }

  put(column: number, cell: string, style: IStyle): void {
    while (this.cells.length < column) {
      this.cells.push(' ');
      this.styles.push(PLAIN);
    }
    this.cells[column] = cell;
    this.styles[column] = style;
    this.version += 1;
  }

  /** Take away what stands from one column on and before another. */
  clear(from: number, before: number): void {
    if (before >= this.cells.length) {
      this.cells.length = Math.min(this.cells.length, from);
      this.styles.length = this.cells.length;
    } else {
      this.cells.fill(' ', from, before);
    }
    this.version += 1;
  }

  /** Another number whenever it has changed. */
  version = 0;
  private readonly cells: string[] = [];
  private readonly styles: IStyle[] = [];
}

/**
 * An output as a terminal shows it: lines, colours, what is written over what; the last of it only.
 *
 * Of what a terminal obeys it knows what progress bars and colours are made of. What else is no
 * text is left out, or shown as the number that it is.
 */
export class Terminal {
  /** The lines that are kept; the last one is empty where the output ends with a line. */
  readonly lines: Line[] = [new Line(0)];

  /** Whether there was more than is kept. */
  isCut = false;

  /** Take text as it comes, wherever it was cut. */
  write(text: string): void {
    const all = this.rest + text;
    const begun = UNFINISHED.exec(all.slice(-LONGEST_ESCAPE));
    const end = begun ? all.length - begun[0].length : all.length;
    this.rest = all.slice(end);
    for (let at = 0; at < end;) {
      at += this.step(all, at);
    }
  }

  /** Take what comes next; how long that is. */
  private step(all: string, at: number): number {
    TEXT.lastIndex = at;
    const text = TEXT.exec(all)?.[0];
    if (text) {
      for (const character of text) {
        this.put(character);
      }
      return text.length;
    }
    const one = all.charAt(at);
    switch (one) {
      case '\n':
        this.down();
        break;
      case '\r':
        this.column = 0;
        break;
      case '\b':
        this.move(-1);
        break;
      case '\t':
        this.move(TAB - (this.column % TAB));
        break;
      case '\x1b':
        return this.escape(all, at);
      default:
        this.put(`\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
    return 1;
  }

  private escape(all: string, at: number): number {
    ESCAPE.lastIndex = at;
    const [whole, numbers = '', letter] = ESCAPE.exec(all) ?? ['\x1b'];
    if (letter) {
      this.obey(numbers, letter);
    }
    return whole.length;
  }

  private obey(numbers: string, letter: string): void {
    const number = Math.min(Number.parseInt(numbers, 10) || 1, FARTHEST_JUMP);
    switch (letter) {
      case 'm':
        this.style = styled(this.style, numbers);
        break;
      case 'A':
        this.row = Math.max(0, this.row - number);
        break;
      case 'B':
        this.row = Math.min(this.lines.length - 1, this.row + number);
        break;
      case 'C':
        this.move(number);
        break;
      case 'D':
        this.move(-number);
        break;
      case 'G':
        this.column = number - 1;
        break;
      case 'K':
        this.clear(numbers);
        break;
    }
  }

  /** Of a line: what is right of here, left of here, or all. */
  private clear(which: string): void {
    const from = which === '1' || which === '2' ? 0 : this.column;
    const before = which === '1' ? this.column + 1 : Infinity;
    this.lines[this.row]?.clear(from, before);
  }

  private put(cell: string): void {
    if (this.column < MOST_COLUMNS) {
      this.lines[this.row]?.put(this.column, cell, this.style);
      this.column += 1;
    } else {
      this.isCut = true;
    }
  }

  private move(columns: number): void {
    this.column = Math.max(0, Math.min(MOST_COLUMNS, this.column + columns));
  }

  private down(): void {
    this.column = 0;
    this.row += 1;
    if (this.row < this.lines.length) {
      return;
    }
    this.lines.push(new Line((this.lines.at(-1)?.number ?? 0) + 1));
    if (this.lines.length > MOST_LINES) {
      this.lines.shift();
      this.row -= 1;
      this.isCut = true;
    }
  }

  private row = 0;
  private column = 0;
  private style = PLAIN;
  private rest = '';
}
