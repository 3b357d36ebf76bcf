import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { ChoiceField, type IFieldProps, orDefault, TextField } from '../field';
import type { ISlurm } from '../model';
import { AmountField } from './amount';
import type { Draft, IDraftState } from './draft';
import type { FieldId } from './fields';
import { associations, chosen, type IOffers } from './findings';
import { DependencyField } from './waiting';

interface IProps {
  draft: Draft;
  state: IDraftState;
  /** Null as long as nothing is known of the cluster. */
  offers: IOffers | null;
  warnings: ReadonlyMap<FieldId | 'tags', string>;
  slurm: ISlurm;
  trans: TranslationBundle;
}

/** All fields, in groups. */
export function Inputs(props: IProps): ReactElement {
  const { trans } = props;
  return (
    <>
      <fieldset className="jsa-Fields">
        <legend>{trans.__('Job')}</legend>
        <JobInputs {...props} />
      </fieldset>
      <fieldset className="jsa-Fields">
        <legend>{trans.__('Resources')}</legend>
        <ResourceInputs {...props} />
      </fieldset>
      <fieldset className="jsa-Fields">
        <legend>{trans.__('More')}</legend>
        <MoreInputs {...props} />
      </fieldset>
    </>
  );
}

function JobInputs(props: IProps): ReactElement {
  const { state, offers, trans } = props;
  const partitions = offers?.partitions ?? [];
  const standard = partitions.find(one => one.is_default)?.name;
  const [partition] = offers ? chosen(state.fields, offers) : [];
  const limit = partition?.default_time ?? partition?.time_limit;
  return (
    <>
      <TextField {...about('name', trans.__('Name'), props)} placeholder="sbatch" isWide />
      <ChoiceField
        {...about('partition', trans.__('Partition'), props)}
        none={orDefault(standard, trans)}
        options={partitions.map(one => one.name)}
      />
      <TextField
        {...about('time', trans.__('Time limit'), props)}
        placeholder={limit ?? ''}
        hint={most(partition?.time_limit, trans)}
      />
    </>
  );
}

function ResourceInputs(props: IProps): ReactElement {
  const { draft, state, offers, warnings, trans } = props;
  const { memory, gpus } = state.fields;
  const types = new Set(offers?.partitions.flatMap(one => Object.keys(one.gpus_by_type)));
  types.delete('gpu'); // those of which no type is said
  return (
    <>
      <TextField {...about('nodes', trans.__('Nodes'), props)} placeholder="1" />
      <TextField {...about('tasks', trans.__('Tasks'), props)} placeholder="1" />
      <TextField {...about('cpus', trans.__('CPUs per task'), props)} placeholder="1" />
      <AmountField
        label={trans.__('Memory')}
        field={memory}
        onChange={said => draft.setField('memory', said)}
        warning={warnings.get('memory')}
        placeholder={trans.__('such as 4G')}
        trans={trans}
      />
      {(gpus.value !== '' || offers?.partitions.some(one => one.gpus.total > 0)) && (
        <AmountField
          label={trans.__('GPUs')}
          field={gpus}
          onChange={said => draft.setField('gpus', said)}
          warning={warnings.get('gpus')}
          placeholder={trans.__('such as 1')}
          suggestions={[...types].map(type => `${type}:1`)}
          trans={trans}
        />
      )}
    </>
  );
}

function MoreInputs(props: IProps): ReactElement {
  const { draft, state, offers, warnings, slurm, trans } = props;
  const { account, qos } = state.fields;
  const limits = offers?.limits;
  const own = offers ? associations(state.fields, offers) : [];
  const ofAccount = own.flatMap(one => one.qos);
  return (
    <>
      {(limits?.accounting !== false || account.value || qos.value) && (
        <>
          <ChoiceField
            {...about('account', trans.__('Account'), props)}
            none={orDefault(limits?.default_account, trans)}
            options={unique(limits?.associations.map(one => one.account) ?? [])}
          />
          <ChoiceField
            {...about('qos', trans.__('QOS'), props)}
            none={orDefault(own[0]?.default_qos, trans)}
            options={unique(ofAccount.length > 0 ? ofAccount : limits?.qos.map(one => one.name))}
          />
        </>
      )}
      <TextField
        {...about('array', trans.__('Array'), props)}
        placeholder={trans.__('such as 1-10%%2')}
      />
      <TextField
        {...about('directory', trans.__('Work directory'), props)}
        placeholder={trans.__("Jupyter's root directory")}
      />
      <TextField
        label={trans.__('Tags')}
        value={state.tags}
        onChange={tags => draft.setTags(tags)}
        warning={warnings.get('tags')}
        placeholder={trans.__('words to find it by, parted by commas')}
        isWide
      />
      <DependencyField
        {...about('dependency', trans.__('Waits for'), props)}
        slurm={slurm}
        trans={trans}
      />
    </>
  );
}

/** What a field of the script is given. */
function about(field: FieldId, label: string, { draft, state, warnings }: IProps): IFieldProps {
  const { option, value } = state.fields[field];
  return {
    label,
    value,
    onChange: changed => draft.setField(field, { option, value: changed }),
    warning: warnings.get(field)
  };
}

function most(limit: string | null | undefined, trans: TranslationBundle): string {
  return limit && limit !== 'UNLIMITED' ? trans.__('at most %1', limit) : '';
}

function unique(names: readonly string[] = []): string[] {
  return [...new Set(names)];
}
