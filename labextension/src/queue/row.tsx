import type { Row } from '@tanstack/react-table';
import { memo, type ReactElement } from 'react';

import type { QueueRow } from '../answers';
import { contentOf } from './cell';
import type { IColumn } from './columns';

export const CHECK_WIDTH = 32;
export const ROW_HEIGHT = 26;

interface IProps {
  id: string;
  index: number;
  row: Row<QueueRow>;
  line: QueueRow;
  columns: readonly IColumn[];
  start: number;
  isActive: boolean;
  isSelected: boolean;
  onActivate: (id: string) => void;
  onOpen: (line: QueueRow) => void;
  label: string;
}

/** One line of the queue, drawn again only if it has changed. */
export const GridRow = memo(function GridRow(props: IProps): ReactElement {
  const { id, index, row, line, columns, start, isActive, isSelected, label } = props;
  const { onActivate, onOpen } = props;
  return (
    <div
      id={id}
      className={`jsa-Grid-row jsa-Grid-line${isActive ? ' jsa-mod-active' : ''}`}
      role="row"
      aria-rowindex={index}
      aria-selected={isSelected}
      style={{ height: ROW_HEIGHT, transform: `translateY(${start}px)` }}
      onClick={() => onActivate(row.id)}
      onDoubleClick={() => onOpen(line)}
    >
      <div role="gridcell" aria-colindex={1} style={{ width: CHECK_WIDTH }}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={label}
          checked={isSelected}
          onChange={row.getToggleSelectedHandler()}
        />
      </div>
      {columns.map((column, at) => {
        const [content, hover] = contentOf(column, line);
        return (
          <div
            key={column.id}
            role="gridcell"
            aria-colindex={at + 2}
            style={{ width: column.width }}
            title={hover}
          >
            {content}
          </div>
        );
      })}
    </div>
  );
});
