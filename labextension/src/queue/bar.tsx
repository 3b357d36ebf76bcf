import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { labelOf } from '../acting';
import { applicable, type ITarget, VERBS } from '../actions';
import type { QueueRow } from '../answers';
import type { Verb } from '../api';
import { Button } from '../button';
import { count } from '../format';
import type { IColumn, IShownColumn } from './columns';
import { choices, type IFilter } from './filter';
import type { Layout } from './layout';

interface IFiltersProps {
  rows: readonly QueueRow[];
  filter: IFilter;
  onFilter: (filter: IFilter) => void;
  trans: TranslationBundle;
}

/** What narrows the queue. */
export function Filters(props: IFiltersProps): ReactElement {
  const { rows, filter, onFilter, trans } = props;
  const { states, partitions } = choices(rows);
  return (
    <div className="jsa-Row" role="search" aria-label={trans.__('Filter the queue')}>
      <input
        className="jp-mod-styled"
        type="search"
        placeholder={trans.__('Filter')}
        aria-label={trans.__('Filter by any word of a line')}
        value={filter.text}
        onChange={event => onFilter({ ...filter, text: event.target.value })}
      />
      <Choice
        label={trans.__('State')}
        all={trans.__('All states')}
        chosen={filter.state}
        options={states}
        onChoose={state => onFilter({ ...filter, state })}
      />
      <Choice
        label={trans.__('Partition')}
        all={trans.__('All partitions')}
        chosen={filter.partition}
        options={partitions}
        onChoose={partition => onFilter({ ...filter, partition })}
      />
      <label>
        <input
          type="checkbox"
          checked={filter.mine}
          onChange={event => onFilter({ ...filter, mine: event.target.checked })}
        />
        {trans.__('Mine only')}
      </label>
    </div>
  );
}

function Choice(props: {
  label: string;
  all: string;
  chosen: string;
  options: readonly [string, number][];
  onChoose: (value: string) => void;
}): ReactElement {
  const { label, all, chosen, options, onChoose } = props;
  // What was chosen stays to be seen when no line has it any more.
  const isGone = chosen !== '' && !options.some(([value]) => value === chosen);
  const offered: readonly [string, number][] = isGone ? [[chosen, 0], ...options] : options;
  return (
    <select
      className="jp-mod-styled"
      aria-label={label}
      value={chosen}
      onChange={event => onChoose(event.target.value)}
    >
      <option value="">{all}</option>
      {offered.map(([value, number]) => (
        <option key={value} value={value}>
          {`${value} (${count(number)})`}
        </option>
      ))}
    </select>
  );
}

interface IActionsProps {
  targets: readonly ITarget[];
  onAct: (verb: Verb) => void;
  trans: TranslationBundle;
}

/** What can be done to the jobs that are selected, each with how many it applies to. */
export function Actions(props: IActionsProps): ReactElement {
  const { targets, onAct, trans } = props;
  return (
    <div className="jsa-Row" role="toolbar" aria-label={trans.__('Selected jobs')}>
      {VERBS.map(verb => {
        const number = applicable(verb, targets).length;
        return (
          <Button key={verb} disabled={number === 0} onClick={() => onAct(verb)}>
            {labelOf(verb, number, trans)}
          </Button>
        );
      })}
    </div>
  );
}

interface IChooserProps {
  columns: readonly IColumn[];
  shown: readonly IShownColumn[];
  layout: Layout;
  trans: TranslationBundle;
}

/** Which columns are shown. */
export function ColumnChooser(props: IChooserProps): ReactElement {
  const { columns, shown, layout, trans } = props;
  return (
    <details className="jsa-Chooser">
      <summary>{trans.__('Columns')}</summary>
      <div className="jsa-Chooser-list">
        {columns.map(({ id, label }) => (
          <label key={id}>
            <input
              type="checkbox"
              checked={shown.some(one => one.id === id)}
              onChange={() => layout.toggle(id)}
            />
            {label}
          </label>
        ))}
      </div>
    </details>
  );
}
