import type { TranslationBundle } from '@jupyterlab/translation';
import { type InputHTMLAttributes, type ReactElement, useId } from 'react';

import type { RunForm } from './form';
import { type IRow, nameField, type Option, valueField } from './request';

interface IProps {
  form: RunForm;
  trans: TranslationBundle;
}

/** What a notebook is run with. */
export function Fields(props: IProps): ReactElement {
  const { form, trans } = props;
  return (
    <div className="jsa-Run" aria-busy={form.isBusy}>
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
        <button type="button" className="jp-mod-styled jsa-Button" onClick={() => form.add()}>
          {trans.__('Add a parameter')}
        </button>
      </fieldset>
      <Resources {...props} />
    </div>
  );
}

/** A parameter of the notebook's own. */
function Declared({ form, row, trans }: IProps & { row: IRow }): ReactElement {
  const { key, name, text, declared } = row;
  const isChanged = declared !== null && text !== declared.text && text !== '';
  return (
    <Field
      label={name}
      help={[declared?.help, isChanged && trans.__('The notebook itself has %1', declared.text)]}
      fault={form.faultOf(valueField(key))}
      className="jsa-mod-code"
      value={text}
      placeholder={declared?.text}
      onChange={event => form.change(key, { text: event.target.value })}
    />
  );
}

/** One that the user has added. */
function Own({ form, row, trans }: IProps & { row: IRow }): ReactElement {
  const { key, name, text } = row;
  return (
    <div className="jsa-Run-own">
      <Field
        label={trans.__('Name')}
        fault={form.faultOf(nameField(key))}
        className="jsa-mod-code"
        value={name}
        autoFocus={name === '' && text === ''}
        onChange={event => form.change(key, { name: event.target.value })}
      />
      <Field
        label={trans.__('Value')}
        fault={form.faultOf(valueField(key))}
        className="jsa-mod-code"
        value={text}
        placeholder={trans.__('10, "a text", [1, 2]')}
        onChange={event => form.change(key, { text: event.target.value })}
      />
      <button
        type="button"
        className="jp-mod-styled jsa-Button"
        aria-label={trans.__('Remove the parameter %1', name)}
        onClick={() => form.remove(key)}
      >
        {trans.__('Remove')}
      </button>
    </div>
  );
}

/** What sbatch is asked for. */
function Resources({ form, trans }: IProps): ReactElement {
  const hasGpus = form.partitions.some(partition => partition.gpus.total > 0);
  const field = (option: Option, label: string, placeholder: string): ReactElement => (
    <Field
      label={label}
      fault={form.faultOf(`options.${option}`)}
      value={form.options[option] ?? ''}
      placeholder={placeholder}
      onChange={event => form.choose(option, event.target.value)}
    />
  );
  return (
    <fieldset className="jsa-Run-resources">
      <legend>{trans.__('Resources')}</legend>
      {field('time', trans.__('Time limit (minutes)'), trans.__('60, or 1-12:00:00'))}
      <PartitionChoice form={form} trans={trans} />
      {field('cpus-per-task', trans.__('CPUs'), '1')}
      {field('mem', trans.__('Memory'), trans.__('such as 4G'))}
      {(hasGpus || form.options.gres) && field('gres', trans.__('GPUs'), trans.__('none'))}
    </fieldset>
  );
}

function PartitionChoice({ form, trans }: IProps): ReactElement {
  const id = useId();
  const chosen = form.options.partition ?? '';
  const names = form.partitions.map(partition => partition.name);
  const usual = form.partitions.find(partition => partition.is_default)?.name;
  const fault = form.faultOf('options.partition');
  return (
    <div className="jsa-Field">
      <label htmlFor={id}>{trans.__('Partition')}</label>
      <select
        id={id}
        className="jp-mod-styled"
        value={chosen}
        onChange={event => form.choose('partition', event.target.value)}
      >
        <option value="">{usual ? trans.__('Default: %1', usual) : trans.__('Default')}</option>
        {/* What was chosen once stays to be seen where there is no such partition any more. */}
        {[...new Set([...names, chosen])].filter(Boolean).map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {fault && <p className="jsa-Field-fault">{fault}</p>}
    </div>
  );
}

interface IFieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  help?: readonly (string | false | undefined)[];
  fault: string | undefined;
}

/** An input with its name, what there is to know of it, and what is wrong with it. */
function Field({ label, help = [], fault, className = '', ...rest }: IFieldProps): ReactElement {
  const id = useId();
  const said = help.filter(Boolean).join('. ');
  return (
    <div className="jsa-Field">
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={`jp-mod-styled ${className}`}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={fault !== undefined}
        aria-describedby={`${id}-about`}
      />
      <div id={`${id}-about`}>
        {said && <p className="jsa-muted">{said}</p>}
        {fault && <p className="jsa-Field-fault">{fault}</p>}
      </div>
    </div>
  );
}
