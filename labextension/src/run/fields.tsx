import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useEffect, useRef } from 'react';

import { Button } from '../button';
import { ChoiceField, type IFieldProps, orDefault, TextField } from '../field';
import type { RunForm } from './form';
import { type IRow, nameField, type Option, valueField } from './request';

interface IProps {
  form: RunForm;
  trans: TranslationBundle;
}

/** What a notebook is run with. */
export function Fields(props: IProps): ReactElement {
  const { form, trans } = props;
  const { vainTries } = form;
  const view = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (vainTries > 0) {
      view.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    }
  }, [vainTries]);
  return (
    <div ref={view} className="jsa-Run" aria-busy={form.isBusy}>
      <div role="alert">
        {form.problem && <p className="jsa-Notice jsa-mod-problem">{form.problem}</p>}
      </div>
      <fieldset>
        <legend>{trans.__('Parameters')}</legend>
        {form.rows.length === 0 && (
          <p className="jsa-muted">
            {trans.__(
              'No cell of this notebook is tagged “parameters”. What you add is set before its first cell.'
            )}
          </p>
        )}
        {form.rows.map(row =>
          row.declared ? (
            <Declared key={row.key} row={row} {...props} />
          ) : (
            <Own key={row.key} row={row} {...props} />
          )
        )}
        <Button onClick={() => form.add()}>{trans.__('Add a parameter')}</Button>
      </fieldset>
      <Resources {...props} />
    </div>
  );
}

/** A parameter of the notebook's own. */
function Declared({ form, row, trans }: IProps & { row: IRow }): ReactElement {
  const { key, name, text, declared } = row;
  const isChanged = declared !== null && text !== declared.text && text !== '';
  const about = [
    declared?.help,
    isChanged && trans.__('The notebook itself has %1', declared.text)
  ];
  return (
    <TextField
      label={name}
      value={text}
      onChange={changed => form.change(key, { text: changed })}
      warning={form.faultOf(valueField(key))}
      placeholder={declared?.text ?? ''}
      hint={about.filter(Boolean).join('. ')}
      isCode
    />
  );
}

/** One that the user has added. */
function Own({ form, row, trans }: IProps & { row: IRow }): ReactElement {
  const { key, name, text } = row;
  return (
    <div className="jsa-Run-own">
      <TextField
        label={trans.__('Name')}
        value={name}
        onChange={changed => form.change(key, { name: changed })}
        warning={form.faultOf(nameField(key))}
        autoFocus={name === '' && text === ''}
        isCode
      />
      <TextField
        label={trans.__('Value')}
        value={text}
        onChange={changed => form.change(key, { text: changed })}
        warning={form.faultOf(valueField(key))}
        placeholder={trans.__('10, "a text", [1, 2]')}
        isCode
      />
      <Button
        aria-label={trans.__('Remove the parameter %1', name)}
        onClick={() => form.remove(key)}
      >
        {trans.__('Remove')}
      </Button>
    </div>
  );
}

/** What sbatch is asked for. */
function Resources({ form, trans }: IProps): ReactElement {
  const { partitions, options } = form;
  const hasGpus = partitions.some(partition => partition.gpus.total > 0);
  const about = (option: Option, label: string): IFieldProps => ({
    label,
    value: options[option] ?? '',
    onChange: value => form.choose(option, value),
    warning: form.faultOf(`options.${option}`)
  });
  return (
    <fieldset className="jsa-Run-resources">
      <legend>{trans.__('Resources')}</legend>
      <TextField
        {...about('time', trans.__('Time limit (minutes)'))}
        placeholder={trans.__('60, or 1-12:00:00')}
      />
      <ChoiceField
        {...about('partition', trans.__('Partition'))}
        none={orDefault(partitions.find(one => one.is_default)?.name, trans)}
        options={partitions.map(one => one.name)}
      />
      <TextField {...about('cpus-per-task', trans.__('CPUs'))} placeholder="1" />
      <TextField {...about('mem', trans.__('Memory'))} placeholder={trans.__('such as 4G')} />
      {(hasGpus || options.gres) && (
        <TextField {...about('gres', trans.__('GPUs'))} placeholder={trans.__('none')} />
      )}
    </fieldset>
  );
}
