import { classesOf } from '../src/job/style';
import { MOST_COLUMNS, MOST_LINES, Terminal } from '../src/job/terminal';

function shown(...pieces: string[]): string[] {
  const terminal = new Terminal();
  pieces.forEach(piece => terminal.write(piece));
  return terminal.lines.map(line => line.text);
}

/** A line's parts as `text{classes}`. */
function coloured(...pieces: string[]): string {
  const terminal = new Terminal();
  pieces.forEach(piece => terminal.write(piece));
  const runs = terminal.lines[0]?.runs ?? [];
  return runs.map(({ text, style }) => `${text}{${classesOf(style)}}`).join('');
}

test.each([
  ['a\nb\n', ['a', 'b', '']],
  ['windows\r\nlines\r\n', ['windows', 'lines', '']],
  ['10 %\r20 %\r100 %', ['100 %']],
  ['a longer line\rshort', ['shortger line']],
  ['a longer line\r\x1b[Kshort', ['short']],
  ['left and right\x1b[9D\x1b[1K', ['      nd right']],
  ['gone\x1b[2K\rnew', ['new']],
  ['typo\b\bed', ['tyed']],
  ['a\tb', ['a       b']],
  ['one\ntwo\n\x1b[2AONE\n', ['ONE', 'two', '']],
  ['one\n\x1b[A\x1b[3Cs\x1b[Bx', ['ones', '    x']],
  ['é 🎉\r日', ['日 🎉']]
])('%j is shown as a terminal does', (written, lines) => {
  expect(shown(written)).toEqual(lines);
});

test.each([
  ['\x1b]0;title\x07text', 'text'],
  ['\x1b]8;;http://evil\x1b\\link\x1b]8;;\x1b\\', 'link'],
  ['\x1b[?25l\x1b[2Jtext', 'text'],
  ['a\u202eb\x07c\u009b', 'a\\u202eb\\u0007c\\u009b'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>']
])('%j obeys nothing and hides nothing', (written, text) => {
  expect(shown(written)).toEqual([text]);
});

test('it does not matter where the text was cut', () => {
  const whole = 'a \x1b[1;31mred\x1b[0m 20 %\r\x1b]0;t\x07\x1b[32mb\n';
  const single = Array.from(whole);
  expect(shown(...single)).toEqual(shown(whole));
  expect(coloured(...single)).toBe(coloured(whole));
});

test.each([
  ['\x1b[31mred\x1b[0m plain', 'red{jsa-fg1} plain{}'],
  ['\x1b[1;4;92mgood\x1b[22;24;39m.', 'good{jsa-fg2 jsa-bold jsa-underlined}.{}'],
  ['\x1b[31;44mon\x1b[32m\x1b[49mnot', 'on{jsa-fg1 jsa-bg4}not{jsa-fg2}'],
  ['\x1b[38;5;9mof 256\x1b[m.', 'of 256{jsa-fg1}.{}'],
  ['\x1b[31m\x1b[38;5;200mother', 'other{}'],
  ['\x1b[38;2;1;2;31mof all\x1b[999m.', 'of all{}.{}']
])('%j has its colours', (written, runs) => {
  expect(coloured(written)).toBe(runs);
});

test('the last lines are kept, each by its number', () => {
  const terminal = new Terminal();
  terminal.write('line\n'.repeat(MOST_LINES - 1));
  expect(terminal.isCut).toBe(false);
  terminal.write('line\n'.repeat(10));
  expect(terminal.isCut).toBe(true);
  expect(terminal.lines.length).toBe(MOST_LINES);
  expect(terminal.lines[0]?.number).toBe(10);
});

test('a line without an end is cut', () => {
  const terminal = new Terminal();
  terminal.write('x'.repeat(MOST_COLUMNS + 1));
  expect(terminal.isCut).toBe(true);
  expect(terminal.lines[0]?.text.length).toBe(MOST_COLUMNS);
});

test('a line is another when it has changed', () => {
  const terminal = new Terminal();
  terminal.write('a\nb');
  const [first, second] = terminal.lines.map(line => line.version);
  terminal.write('\rc');
  expect(terminal.lines[0]?.version).toBe(first);
  expect(terminal.lines[1]?.version).not.toBe(second);
});
