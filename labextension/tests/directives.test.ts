import { quoted, settings } from '../src/submit/directives';
import { valueOf, withFlag, withOption, withoutOption } from '../src/submit/editing';
import cases from './directives.json';

function script(...lines: string[]): string {
  return ['#!/bin/sh', ...lines, 'echo', ''].join('\n');
}

const HOSTILE = [
  "it's",
  'two words',
  '"',
  '\\',
  '\\"',
  '# no comment',
  "'; rm -rf ~ #",
  'hetjob',
  '--time=9',
  '<img src=x onerror=alert(1)>',
  'a\u2028b\u00a0c',
  '\u{1f600}',
  '$(id) `id`'
];

/** The server's own tests read the same cases. */
describe('a script is read as the server reads it', () => {
  test.each(cases)('$about', ({ script, option, value }) => {
    expect(valueOf(script, option)).toBe(value);
  });

  test('each word is known by its place', () => {
    const text = script('#SBATCH --job-name="two words" -t 5 # why');
    const places = settings(text).flatMap(({ word, valueWord }) =>
      [word, valueWord].map(one => one && text.slice(one.from, one.to))
    );
    expect(places).toEqual(['--job-name="two words"', null, '-t', '5']);
  });
});

describe('a value is written', () => {
  test.each([
    ['#SBATCH --time=5', '#SBATCH --time=9'],
    ['#SBATCH --time 5', '#SBATCH --time 9'],
    ['#SBATCH -t 5', '#SBATCH -t 9'],
    ['#SBATCH -t5', '#SBATCH -t9'],
    ['#SBATCH --time', '#SBATCH --time=9'],
    ['#SBATCH -t', '#SBATCH -t9'],
    ['#SBATCH --time=', '#SBATCH --time=9'],
    ['#SBATCH\t--time=5   # a day', '#SBATCH\t--time=9   # a day'],
    ['#SBATCH --time=5#a day', '#SBATCH --time=9#a day'],
    ['#SBATCH -N 2 --time=5 -n 8', '#SBATCH -N 2 --time=9 -n 8'],
    ['#SBATCH -Ht5', '#SBATCH -Ht9'],
    ["#SBATCH --time='5'", '#SBATCH --time=9'],
    ["#SBATCH '--time=5'", '#SBATCH --time=9'],
    ['#SLURM --time=5', '#SLURM --time=9'],
    ['#SBATCH --time=4\n#SBATCH --time=5', '#SBATCH --time=4\n#SBATCH --time=9'],
    ['#SBATCH --time\n#SBATCH 5', '#SBATCH --time\n#SBATCH 9'],
    ['#SBATCH --time\n#SBATCH --nodes=2', '#SBATCH --time=9\n#SBATCH --nodes=2']
  ])('where it stands: %j', (line, changed) => {
    expect(withOption(script(line), 'time', '9')).toBe(script(changed));
  });

  test.each([
    [script(), script('#SBATCH --time=9')],
    [
      script('#SBATCH --nodes=2', '# why'),
      script('#SBATCH --nodes=2', '#SBATCH --time=9', '# why')
    ],
    [script('# what it does', ''), script('#SBATCH --time=9', '# what it does', '')],
    [
      script('#SBATCH --nodes=2', '#SBATCH hetjob', '#SBATCH --time=1'),
      script('#SBATCH --nodes=2', '#SBATCH --time=9', '#SBATCH hetjob', '#SBATCH --time=1')
    ],
    [script('echo', '#SBATCH --time=5'), script('#SBATCH --time=9', 'echo', '#SBATCH --time=5')],
    // Nothing that is half typed swallows it.
    [script('#SBATCH --comment'), script('#SBATCH --time=9', '#SBATCH --comment')],
    ['#!/bin/sh', '#!/bin/sh\n#SBATCH --time=9'],
    ['', '#!/bin/bash\n#SBATCH --time=9\n']
  ])('in a line of its own: %j', (before, after) => {
    expect(withOption(before, 'time', '9')).toBe(after);
  });

  test.each(HOSTILE)('and is read again: %j', value => {
    for (const line of ['', '#SBATCH -J old', '#SBATCH --job-name=old -N2', '#SBATCH -HJold']) {
      const written = withOption(script(line, '#SBATCH -t 5'), 'job-name', value);
      expect(valueOf(written, 'job-name')).toBe(value);
      expect(valueOf(written, 'time')).toBe('5');
      expect(valueOf(written, 'nodes')).toBe(line.includes('-N2') ? '2' : null);
    }
  });

  test('no line break gets out of its line', () => {
    const written = withOption(script(), 'comment', 'a\nrm -rf ~\r\n#SBATCH --time=9');
    expect(written).toBe(script('#SBATCH --comment="a rm -rf ~ #SBATCH --time=9"'));
  });

  test('a flag has none', () => {
    expect(withFlag(script('#SBATCH --exclusive=user'), 'exclusive')).toBe(
      script('#SBATCH --exclusive')
    );
  });
});

describe('an option is taken away', () => {
  test.each([
    ['#SBATCH --time=5', []],
    ['#SBATCH -t 5 # a day', []],
    ['#SBATCH -N 2 --time=5', ['#SBATCH -N 2']],
    ['#SBATCH --time=5 -N 2 # both', ['#SBATCH -N 2 # both']],
    ['#SBATCH -Ht5', ['#SBATCH -H']],
    ['#SBATCH --time=4\n#SBATCH -t 5', []],
    ['#SBATCH --time\n#SBATCH 5', []],
    ['#SBATCH --time\n#SBATCH --nodes=2', ['#SBATCH --nodes=2']],
    ['#SBATCH --time=5 "open', ['#SBATCH "open']],
    ['# --time=5', ['# --time=5']]
  ])('%j', (line, left) => {
    expect(withoutOption(script(line), 'time')).toBe(script(...left));
  });

  test('from a script that ends with it', () => {
    expect(withoutOption('#!/bin/sh\n#SBATCH --time=5', 'time')).toBe('#!/bin/sh');
  });
});

/** Whatever stands there: a field that is changed reads so, and no other changes with it. */
test('hostile lines neither break the reader nor are broken', () => {
  const pieces = [
    '--time',
    '--time=5',
    '-t',
    '-Hn4',
    '-J',
    "'",
    '"',
    '\\',
    '#',
    ' ',
    '\t',
    'hetjob',
    "''",
    '--',
    '-',
    'x'
  ];
  let seed = 1;
  const random = (most: number): number => (seed = (seed * 48271) % 2147483647) % most;
  for (let round = 0; round < 3000; round++) {
    const line = Array.from({ length: random(8) }, () => pieces[random(pieces.length)]).join('');
    const before = script(`#SBATCH ${line}`, '#SBATCH --nodes=2');
    const changed = withOption(before, 'time', 'a b');
    expect([line, valueOf(changed, 'time')]).toEqual([line, 'a b']);
    expect([line, valueOf(withoutOption(before, 'time'), 'time')]).toEqual([line, null]);
  }
});

test.each(HOSTILE)('a quoted word is one word: %j', text => {
  expect(settings(script(`#SBATCH --comment ${quoted(text)} -t 5`)).map(one => one.value)).toEqual([
    text,
    '5'
  ]);
});
