import { parametersOf } from '../src/run/parameters';

function of(source: string | string[], tags: string[] = ['parameters']): unknown {
  const cell = { cell_type: 'code', metadata: { tags }, source };
  return { cells: [{ cell_type: 'markdown', source: 'x = 1' }, cell] };
}

test('the tagged cell names what can be set, with what it is set to and why', () => {
  const source = [
    'import os\n',
    'n = 10  # how many\n',
    'name: str = "a # b"\n',
    'sizes = [\n    1,  # small\n    2,\n]\n',
    'if n == 3:\n    n = 4\n',
    'größe=1.0'
  ];
  expect(parametersOf(of(source))).toEqual([
    { name: 'n', text: '10', help: 'how many' },
    { name: 'name', text: '"a # b"', help: '' },
    { name: 'sizes', text: '[1,2]', help: '' },
    { name: 'größe', text: '1.0', help: '' }
  ]);
});

test('what is no value stands as it is written', () => {
  const [path, again] = parametersOf(of('path = HOME / "x"\nn = 1\nn = n + 1 # more'));
  expect(path).toEqual({ name: 'path', text: 'HOME / "x"', help: '' });
  expect(again).toEqual({ name: 'n', text: 'n + 1 # more', help: '' });
});

test.each([[of('n = 1', ['other'])], [{ cells: [] }], [{}], [null], [{ cells: [{}] }]])(
  'without such a cell there are none',
  notebook => {
    expect(parametersOf(notebook)).toEqual([]);
  }
);
