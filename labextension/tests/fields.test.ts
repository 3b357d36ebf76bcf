import { offers, association, partition } from './cluster';
import { trans } from './jobs';
import { withDependency } from '../src/submit/dependency';
import { type FieldId, FIELDS, fieldsOf, withField } from '../src/submit/fields';
import { asFile, filled } from '../src/submit/filling';
import { findings, type IOffers } from '../src/submit/findings';
import { bytes, gpus, seconds, size } from '../src/submit/quantities';
import { fieldOf } from '../src/submit/refusals';

function script(...lines: string[]): string {
  return ['#!/bin/sh', ...lines.map(line => `#SBATCH ${line}`), 'echo', ''].join('\n');
}

function values(text: string): Partial<Record<FieldId, string>> {
  const fields = fieldsOf(text);
  return Object.fromEntries(
    FIELDS.filter(field => fields[field].value).map(field => [field, fields[field].value])
  );
}

describe('a field and its line', () => {
  test('are the same, whichever is changed', () => {
    const lines = ['-J train', '-p long', '--time=1-0', '-N2', '-n 8', '-c4', '-A physics'];
    const text = script(...lines, '--qos=high', '-d afterok:12', '-a 1-9%2', '-D /data');
    expect(values(text)).toEqual({
      name: 'train',
      partition: 'long',
      time: '1-0',
      nodes: '2',
      tasks: '8',
      cpus: '4',
      account: 'physics',
      qos: 'high',
      dependency: 'afterok:12',
      array: '1-9%2',
      directory: '/data'
    });
    for (const field of FIELDS) {
      const { option } = fieldsOf(text)[field];
      const changed = withField(text, field, { option, value: 'x y' });
      expect(values(changed)).toEqual({ ...values(text), [field]: 'x y' });
      expect(values(withField(changed, field, { option, value: '' }))[field]).toBeUndefined();
    }
  });

  test('lines that the form does not know stay as they are', () => {
    const others = ['--mail-type=END  # please', "--constraint='a|b'", '--begin now+1hour'];
    const text = script(...others);
    const there = withField(text, 'time', { option: 'time', value: '5' });
    expect(there).toBe(script(...others, '--time=5'));
    expect(withField(there, 'time', { option: 'time', value: '' })).toBe(text);
  });

  test.each([
    ['--mem=4G', 'mem', '4G'],
    ['--mem-per-cpu=2G', 'mem-per-cpu', '2G']
  ])('memory is said by %s', (line, option, value) => {
    expect(fieldsOf(script(line)).memory).toMatchObject({ option, value });
  });

  test('another way to say it takes the place of the first', () => {
    const changed = withField(script('--mem=4G', '-N2'), 'memory', {
      option: 'mem-per-cpu',
      value: '1G'
    });
    expect(changed).toBe(script('-N2', '--mem-per-cpu=1G'));
  });

  test.each([
    ['--gres=gpu:2', 'gres', '2'],
    ['--gres=gpu:a100:2', 'gres', 'a100:2'],
    ['--gres=gpu', 'gres', 'gpu'],
    ['--gres=nic:1,gpu:2', 'gres', 'nic:1,gpu:2'],
    ['-G 4', 'gpus', '4'],
    ['--gpus-per-task=1', 'gpus-per-task', '1']
  ])('GPUs are said by %s', (line, option, value) => {
    expect(fieldsOf(script(line)).gpus).toMatchObject({ option, value });
  });

  test('GPUs are written as generic resources, where those are no others', () => {
    expect(withField(script(), 'gpus', { option: 'gres', value: 'a100:2' })).toBe(
      script('--gres=gpu:a100:2')
    );
    const { gpus: field } = fieldsOf(script('--gres=nic:1'));
    expect(field).toEqual({
      option: 'gpus-per-node',
      value: '',
      options: ['gpus-per-node', 'gpus', 'gpus-per-task']
    });
    expect(withField(script('--gres=nic:1'), 'gpus', { option: 'gpus', value: '1' })).toBe(
      script('--gres=nic:1', '--gpus=1')
    );
  });
});

test.each([
  ['', 'afterok:12'],
  ['afterok:11', 'afterok:11:12'],
  ['afterok:12', 'afterok:12'],
  ['afterok:11,singleton', 'afterok:11,singleton,afterok:12'],
  ['afterany:1?after:2', 'afterany:1?after:2?afterok:12']
])('a job is waited for besides %j', (before, after) => {
  expect(withDependency(before, 'afterok', '12')).toBe(after);
});

describe('a form is filled', () => {
  test('with what a job was submitted with', () => {
    const parameters = {
      time: '9',
      nodes: 2,
      hold: true,
      requeue: false,
      exclude: ['n1', 'n2'],
      comment: null
    };
    const spec = { parameters, name: 'two words', work_dir: '/data' };
    expect(filled(script('--time=5'), spec)).toBe(
      script(
        '--time=9',
        '--nodes=2',
        '--hold',
        '--exclude=n1,n2',
        '--job-name="two words"',
        '--chdir=/data'
      )
    );
  });

  test('with nothing that gets out of its line', () => {
    const parameters = { 'time\nrm -rf ~': '5', comment: 'a\nrm -rf ~' };
    expect(filled(script(), { parameters })).toBe(script('--comment="a rm -rf ~"'));
  });

  test('with a file, as sbatch would name and place it', () => {
    expect(asFile(script(), 'sub dir/train.sh')).toBe(
      script('--job-name=train.sh', '--chdir="sub dir"')
    );
    expect(asFile(script('-J mine', '-D /data'), 'sub/train.sh')).toBe(
      script('-J mine', '-D /data')
    );
    expect(asFile(script(), 'train.sh')).toBe(script('--job-name=train.sh'));
  });

  test('with a file of Windows line ends, which sbatch refuses', () => {
    expect(asFile('#!/bin/sh\r\n#SBATCH -J a\r\necho\r\n', 'a.sh')).not.toContain('\r');
  });
});

test.each([
  ['90', 5400],
  ['1:30', 90],
  ['1:00:00', 3600],
  ['1-12', 129_600],
  ['1-12:30', 131_400],
  ['7-00:00:00', 604_800],
  ['UNLIMITED', Infinity],
  ['soon', null],
  ['1:2:3:4', null],
  ['-5', null]
])('the time %s', (word, expected) => {
  expect(seconds(word)).toBe(expected);
});

test.each([
  ['4000', 4000 * 1024 ** 2],
  ['2g', 2 * 1024 ** 3],
  ['much', null]
])('the memory %s', (word, expected) => {
  expect(bytes(word)).toBe(expected);
});

test('sizes are written as sbatch takes them', () => {
  expect([2 * 1024 ** 3, 1536 * 1024 ** 2, 1024 ** 4].map(size)).toEqual(['2G', '1536M', '1T']);
});

test.each([
  ['2', 2],
  ['a100:2,v100:1', 3],
  ['a100', null]
])('the GPUs %s', (word, expected) => {
  expect(gpus(word)).toBe(expected);
});

describe('what is beyond a limit', () => {
  function found(lines: string[], of: IOffers = offers()): [FieldId, string][] {
    return [...findings(fieldsOf(script(...lines)), of, trans)];
  }

  const small = partition({
    min_nodes: 2,
    max_nodes: 3,
    max_cpus_per_node: 4,
    max_memory_per_node: 1024 ** 3,
    allow_accounts: ['physics'],
    deny_qos: ['high'],
    state: 'DOWN'
  });

  test.each([
    [['-t 61'], 'time', 'Partition debug gives at most 01:00:00.'],
    [['-t 0'], 'time', 'Partition debug gives at most 01:00:00.'],
    [['-N 5'], 'nodes', 'Partition debug has 4 nodes.'],
    [['-n 17'], 'tasks', 'Partition debug has 16 CPUs.'],
    [['-n 5', '-c 4'], 'tasks', 'Partition debug has 16 CPUs.'],
    [['-c 17'], 'cpus', 'Partition debug has 16 CPUs.'],
    [['--mem=65G'], 'memory', 'Partition debug has 64G.'],
    [['-G 1'], 'gpus', 'Partition debug has 0 GPUs.'],
    [['-p nowhere'], 'partition', 'There is no partition nowhere, or you may not see it.'],
    [['-t soon'], 'time', 'Write minutes, H:M:S or D-H:M:S, such as 90 or 1-12:00:00.'],
    [['-n two'], 'tasks', 'Write a whole number.']
  ])('%j', (lines, field, text) => {
    expect(found(lines)).toEqual([[field, text]]);
  });

  test('each limit of a partition', () => {
    expect(found(['-N1', '-c5', '--mem=2G', '-A arts', '-q high'], offers([small]))).toEqual(
      expect.arrayContaining([
        ['partition', 'Partition debug is DOWN: it starts no jobs until it is UP.'],
        ['nodes', 'Partition debug wants at least 2 nodes.'],
        ['cpus', 'Partition debug gives at most 4 CPUs of a node.'],
        ['memory', 'Partition debug gives at most 1G of a node.'],
        ['account', 'Partition debug takes no jobs of account arts.'],
        ['qos', 'Partition debug takes no jobs with QOS high.']
      ])
    );
    expect(new Map(found(['-N4'], offers([small]))).get('nodes')).toBe(
      'Partition debug gives a job at most 3 nodes.'
    );
  });

  test.each([[['-t 60', '-N 4', '-n 16', '--mem=64G']], [['-N 2-9']], [['-t 5', '--mem=0']], [[]]])(
    'nothing is, with %j',
    lines => {
      expect(found(lines)).toEqual([]);
    }
  );

  test('of several partitions one that takes the job is enough', () => {
    const both = offers([partition(), partition({ name: 'long', time_limit: '7-00:00:00' })]);
    expect(found(['-p debug,long', '-t 1-0'], both)).toEqual([]);
    expect(found(['-p debug,long', '-t 8-0'], both)).toEqual([
      ['time', 'Partition debug gives at most 01:00:00.']
    ]);
  });

  test('nothing, as long as no partition is known', () => {
    expect(found(['-p debug', '-t 8-0'], offers([]))).toEqual([]);
  });

  test('of accounts and QOS', () => {
    const limits = {
      accounting: true,
      default_account: 'physics',
      associations: [association({ qos: ['normal', 'short'], limits: { max_wall: '00:30:00' } })],
      qos: [{ name: 'short', limits: { max_wall: '00:05:00' } }]
    };
    const site = offers([partition()], limits);
    expect(found(['-A arts'], site)).toEqual([['account', 'You have no account arts.']]);
    expect(found(['-q high'], site)).toEqual([['qos', 'Account physics has no QOS high for you.']]);
    expect(found(['-t 40'], site)).toEqual([['time', 'Account physics gives at most 00:30:00.']]);
    expect(found(['-t 10', '-q short'], site)).toEqual([
      ['time', 'QOS short gives at most 00:05:00.']
    ]);
  });
});

test.each([
  ['Batch job submission failed: Requested time limit is invalid (missing or ...)', 'time'],
  ['Invalid account or account/partition combination specified', 'account'],
  ['invalid partition specified: nowhere', 'partition'],
  ['Job dependency problem', 'dependency'],
  ['Invalid --time specification', 'time'],
  ["Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)", null]
])('what Slurm speaks of: %s', (refusal, field) => {
  expect(fieldOf(refusal)).toBe(field);
});
