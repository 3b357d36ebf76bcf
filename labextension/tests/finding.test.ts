import { find, MOST_FOUND, pieces } from '../src/job/finding';
import { Terminal } from '../src/job/terminal';

function lines(text: string): Terminal['lines'] {
  const terminal = new Terminal();
  terminal.write(text);
  return terminal.lines;
}

test.each([
  ['', []],
  ['error', ['0:0-5', '1:3-8']],
  ['ERROR: [a', ['1:3-12']],
  ['É', ['2:0-1']],
  ['-/', ['2:2-4']],
  ['.', ['1:13-14']]
])('%j is found where it stands', (text, places) => {
  const all = find(lines('error\nan Error: [a].\né -/'), text);
  expect(all.map(({ line, from, to }) => `${line}:${from}-${to}`)).toEqual(places);
});

test('so many places are enough', () => {
  expect(find(lines('xx\n'.repeat(MOST_FOUND)), 'x')).toHaveLength(MOST_FOUND);
});

test('a line is divided by its colours, and by what was found', () => {
  const [line] = lines('ab\x1b[31mcd\x1b[0mef ab');
  const found = find(line ? [line] : [], 'bc').concat(find(line ? [line] : [], ' ab'));
  const parts = pieces(line?.runs ?? [], found);
  expect(parts.map(({ text, found: one }) => (one ? `[${text}]` : text))).toEqual([
    'a',
    '[b]',
    '[c]',
    'd',
    'ef',
    '[ ab]'
  ]);
});
