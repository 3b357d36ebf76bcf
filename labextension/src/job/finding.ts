import type { IStyle } from './style';
import type { IRun, Line } from './terminal';

export const MOST_FOUND = 1_000;

/** Where something was found: in a line, by its number, from one character up to another. */
export interface IFound {
  line: number;
  from: number;
  to: number;
}

/** A part of a line that looks the same all over. */
export interface IPiece {
  text: string;
  style: IStyle;
  /** Which of what was found in the line it belongs to. */
  found: IFound | null;
}

/** Where a text stands in these lines, in whatever case; the first thousand places. */
export function find(lines: readonly Line[], text: string): IFound[] {
  if (text === '') {
    return [];
  }
  const pattern = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'giu');
  const found: IFound[] = [];
  for (const line of lines) {
    for (const { index, 0: match } of line.text.matchAll(pattern)) {
      found.push({ line: line.number, from: index, to: index + match.length });
      if (found.length === MOST_FOUND) {
        return found;
      }
    }
  }
  return found;
}

/** The parts of a line, divided where something that was found begins or ends. */
export function pieces(runs: readonly IRun[], found: readonly IFound[]): IPiece[] {
  const all: IPiece[] = [];
  let at = 0;
  for (const { text, style } of runs) {
    const end = at + text.length;
    while (at < end) {
      const one = found.find(place => place.to > at);
      const isIn = one !== undefined && one.from <= at;
      const next = Math.min(end, one ? (isIn ? one.to : one.from) : end);
      const piece = text.slice(text.length - (end - at), text.length - (end - next));
      all.push({ text: piece, style, found: isIn ? one : null });
      at = next;
    }
  }
  return all;
}
