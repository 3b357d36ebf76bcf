import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useState } from 'react';

import { TextField } from '../field';
import type { IField, ISaid } from './fields';

interface IProps {
  label: string;
  field: IField;
  onChange: (said: ISaid) => void;
  warning: string | undefined;
  placeholder: string;
  suggestions?: readonly string[];
  trans: TranslationBundle;
}

/** An amount of something, and of what it is: each way to say it is an option of its own. */
export function AmountField(props: IProps): ReactElement {
  const { label, field, onChange, trans, ...others } = props;
  // With no amount no line of the script says which it is to be.
  const [preferred, setPreferred] = useState<string | null>(null);
  const isPreferred = field.value === '' && preferred !== null && field.options.includes(preferred);
  const option = isPreferred ? preferred : field.option;
  return (
    <TextField
      {...others}
      label={label}
      value={field.value}
      onChange={value => onChange({ option, value })}
    >
      <select
        className="jp-mod-styled"
        aria-label={trans.__('%1: per what', label)}
        value={option}
        onChange={event => {
          setPreferred(event.target.value);
          if (field.value !== '') {
            onChange({ option: event.target.value, value: field.value });
          }
        }}
      >
        {field.options.map(one => (
          <option key={one} value={one}>
            {meaning(one, trans)}
          </option>
        ))}
      </select>
    </TextField>
  );
}

function meaning(option: string, trans: TranslationBundle): string {
  switch (option) {
    case 'mem':
    case 'gres':
      return trans.__('per node');
    case 'mem-per-cpu':
      return trans.__('per CPU');
    case 'mem-per-gpu':
      return trans.__('per GPU');
    case 'gpus':
      return trans.__('in all');
    case 'gpus-per-task':
      return trans.__('per task');
    default:
      return trans.__('per node (--%1)', option);
  }
}
