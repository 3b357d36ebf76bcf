import { jsonOf, type LiteralError, type LiteralFault } from '../src/run/literal';

test.each([
  ['1', '1'],
  [' -1_000 ', '-1000'],
  ['+2', '2'],
  ['1.0', '1.0'],
  ['1.', '1.0'],
  ['-.5e-3', '-0.5e-3'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
  ['True', 'true'],
  ['null', 'null'],
  ['None', 'null'],
  ["'it\\'s'", '"it\'s"'],
  ['"a\\tb\\x41\\u00e9\\U0001F600\\q"', '"a\\tbAé😀\\\\q"'],
  ["'''two\nlines'''", '"two\\nlines"'],
  ['"# not a comment"', '"# not a comment"'],
  ['[1, [2.5, "x"], ]', '[1,[2.5,"x"]]'],
  ['(1, 2)', '[1,2]'],
  ['(1,)', '[1]'],
  ['(1)', '1'],
  ['()', '[]'],
  ['{\'a\': 1, "b": {}}', '{"a":1,"b":{}}'],
  ['[1, # one\n 2]', '[1,2]']
])('%s is sent as %s', (text, json) => {
  expect(jsonOf(text)).toBe(json);
  JSON.parse(json);
});

test.each<[string, LiteralFault]>([
  ['', 'empty'],
  ['  ', 'empty'],
  ['fast', 'word'],
  ['__proto__', 'word'],
  ['inf', 'word'],
  ['range(3)', 'word'],
  ['/data/x.csv', 'word'],
  [',', 'word'],
  ['007', 'number'],
  ['1j', 'number'],
  ['1.2.3', 'number'],
  ['"open', 'unfinished'],
  ['"two\nlines"', 'unfinished'],
  ['"\\U00110000"', 'unfinished'],
  ['[1, 2', 'unfinished'],
  ['[', 'unfinished'],
  ['{1: 2}', 'key'],
  ['{"a"}', 'key'],
  ['1 2', 'more'],
  ['[1 2]', 'more'],
  ['"a" + "b"', 'more']
])('%s is none: %s', (text, fault) => {
  expect(() => jsonOf(text)).toThrow(
    expect.objectContaining({ fault } satisfies Partial<LiteralError>) as Error
  );
});
