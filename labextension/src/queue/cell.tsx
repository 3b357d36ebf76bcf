import type { ReactElement } from 'react';

import type { QueueRow } from '../answers';
import { exactly, moment } from '../format';
import { State } from '../state';
import type { IColumn } from './columns';

/** What a column shows of a line, and what there is to say of it on hover. */
export function contentOf(column: IColumn, row: QueueRow): [ReactElement | string, string] {
  const value = row[column.id];
  if (value === null) {
    return ['', ''];
  }
  const text = String(value);
  if (column.isTime) {
    return [moment(text, new Date()), exactly(text)];
  }
  return [column.id === 'state' ? <State state={text} /> : text, text];
}
