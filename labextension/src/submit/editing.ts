/** A script's `#SBATCH` lines changed, option by option, with all else left as it is. */

import { directives, type ISetting, type IWord, quoted, settings } from './directives';

const NOTHING_IS_LEFT = /^#(?:SBATCH|SLURM)[ \t\n\v\f\r]*(?:#|$)/;
const BLANKS_BEFORE = /[ \t\v\f\r]*$/;
const FIRST_LINE = '#!/bin/bash';

/** What a script sets an option to; null where it sets it to nothing. */
export function valueOf(script: string, name: string): string | null {
  return lastOf(script, name)?.value ?? null;
}

/** The script with an option set to a value, where it stands already or in a line of its own. */
export function withOption(script: string, name: string, value: string): string {
  if (value === '') {
    return withoutOption(script, name);
  }
  const setting = lastOf(script, name);
  const inPlace = setting ? changed(script, setting, value) : script;
  // What stood there for its value may be an option now, and the same one.
  return valueOf(inPlace, name) === value
    ? inPlace
    : added(withoutOption(script, name), `--${name}=${quoted(value)}`, name);
}

/** The script with an option that needs no value. */
export function withFlag(script: string, name: string): string {
  return added(withoutOption(script, name), `--${name}`, name);
}

/** The script without an option, and without the lines that set nothing else. */
export function withoutOption(script: string, name: string): string {
  for (let setting = lastOf(script, name); setting; setting = lastOf(script, name)) {
    script = removed(script, setting);
  }
  return script;
}

function lastOf(script: string, name: string): ISetting | undefined {
  return settings(script).findLast(setting => setting.name === name);
}

function changed(script: string, setting: ISetting, value: string): string {
  const { word, valueAt } = setting;
  const valueWord = ownValue(setting);
  if (valueWord) {
    return replaced(script, valueWord, quoted(value));
  }
  const before = word.text.slice(0, valueAt);
  const equals = before.startsWith('--') && !before.endsWith('=') ? '=' : '';
  return replaced(script, word, quoted(before) + equals + quoted(value));
}

function removed(script: string, setting: ISetting): string {
  const { word, begins, ends } = setting;
  const valueWord = ownValue(setting);
  if (valueWord) {
    script = dropped(script, valueWord); // it stands behind: what is before it does not move
  }
  const left = word.text.slice(0, begins) + word.text.slice(ends);
  return left === '' || left === '-' ? dropped(script, word) : replaced(script, word, quoted(left));
}

/** The word that is an option's value, unless it was to be the next option: that one stays. */
function ownValue({ valueWord }: ISetting): IWord | null {
  return valueWord?.text.startsWith('-') ? null : valueWord;
}

/** Behind the directives that there are: with those of a job's next component nothing is mixed. */
function added(script: string, word: string, name: string): string {
  const lines = (script.trim() === '' ? `${FIRST_LINE}\n` : script).split('\n');
  const all = directives(script);
  const next = all.findIndex(directive => directive.opens);
  const last = (next < 0 ? all : all.slice(0, next)).at(-1);
  const directive = `#SBATCH ${word}`;
  const behind = lines.toSpliced((last?.line ?? 0) + 1, 0, directive).join('\n');
  // An option that still wants its value would take the line for it.
  return lastOf(behind, name) === undefined ? lines.toSpliced(1, 0, directive).join('\n') : behind;
}

function replaced(script: string, word: IWord, by: string): string {
  return script.slice(0, word.from) + by + script.slice(word.to);
}

/** Without a word and the blanks before it, and without its line if that says nothing else. */
function dropped(script: string, word: IWord): string {
  const before = script.slice(0, word.from).replace(BLANKS_BEFORE, '');
  const after = script.slice(word.to);
  const from = before.lastIndexOf('\n') + 1;
  const end = after.indexOf('\n');
  const line = before.slice(from) + (end < 0 ? after : after.slice(0, end));
  if (!NOTHING_IS_LEFT.test(line)) {
    return before + after;
  }
  return end < 0
    ? before.slice(0, Math.max(0, from - 1))
    : before.slice(0, from) + after.slice(end + 1);
}
