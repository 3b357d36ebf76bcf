/** What the form asks for, each by the options of sbatch that say it. */

import { settings } from './directives';
import { withOption, withoutOption } from './editing';

/** Where there are several options, one of them is used at a time; the first is offered first. */
const OPTIONS = {
  name: ['job-name'],
  partition: ['partition'],
  time: ['time'],
  nodes: ['nodes'],
  tasks: ['ntasks'],
  cpus: ['cpus-per-task'],
  memory: ['mem', 'mem-per-cpu', 'mem-per-gpu'],
  gpus: ['gres', 'gpus-per-node', 'gpus', 'gpus-per-task'],
  account: ['account'],
  qos: ['qos'],
  dependency: ['dependency'],
  array: ['array'],
  directory: ['chdir']
} as const;

export type FieldId = keyof typeof OPTIONS;

/** What a field holds, and the option that says it. */
export interface ISaid {
  readonly option: string;
  readonly value: string;
}

/** A field, with the options that are free to say it. */
export interface IField extends ISaid {
  readonly options: readonly string[];
}

export type Fields = Readonly<Record<FieldId, IField>>;

export const FIELDS = Object.keys(OPTIONS) as FieldId[];

const HAS_GPU = /(?:^|,)gpu(?=[:=,]|$)/;

/** What a script says of all fields. */
export function fieldsOf(script: string): Fields {
  const said = new Map(settings(script).map(({ name, value }) => [name, value ?? '']));
  const read = (field: FieldId): IField => {
    const options = OPTIONS[field].filter(one => isOurs(one, said.get(one)));
    const option = options.find(one => said.has(one)) ?? options[0] ?? OPTIONS[field][0];
    return { option, value: shown(option, said.get(option) ?? ''), options };
  };
  return Object.fromEntries(FIELDS.map(field => [field, read(field)])) as Fields;
}

/** The script with a field changed, said by one option and by none of the others. */
export function withField(script: string, field: FieldId, { option, value }: ISaid): string {
  for (const other of fieldsOf(script)[field].options) {
    script = other === option ? script : withoutOption(script, other);
  }
  return withOption(script, option, written(option, value));
}

/** Generic resources may be others than GPUs, and are then none of the form's. */
function isOurs(option: string, value: string | undefined): boolean {
  return option !== 'gres' || !value || HAS_GPU.test(value);
}

function shown(option: string, value: string): string {
  return option === 'gres' ? value.replace(/^gpu:/, '') : value;
}

/** What an option is given that a field shows so: of GPUs the number is enough. */
export function written(option: string, value: string): string {
  return option !== 'gres' || value === '' || HAS_GPU.test(value) ? value : `gpu:${value}`;
}
