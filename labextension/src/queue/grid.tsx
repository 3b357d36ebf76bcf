import type { TranslationBundle } from '@jupyterlab/translation';
import type { Table } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useId, useRef, useState } from 'react';

import type { QueueRow } from '../answers';
import type { IColumn } from './columns';
import { HeaderCell } from './header';
import type { Layout } from './layout';
import { CHECK_WIDTH, GridRow, ROW_HEIGHT } from './row';

const HEAD_HEIGHT = 28;
const BEYOND_VIEW = 15;
const FIRST_VIEW = { width: 0, height: 800 };

interface IProps {
  table: Table<QueueRow>;
  columns: readonly IColumn[];
  layout: Layout;
  onDelete: () => void;
  onOpen: (row: QueueRow) => void;
  trans: TranslationBundle;
}

/** The queue's lines, of which those that are seen are drawn; the arrow keys go through them. */
export function Grid(props: IProps): ReactElement {
  const { table, columns, layout, onDelete, onOpen, trans } = props;
  const { rows } = table.getRowModel();
  const id = useId();
  const view = useRef<HTMLDivElement>(null);
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = Math.max(
    0,
    rows.findIndex(row => row.id === activeId)
  );
  const width = columns.reduce((sum, column) => sum + column.width, CHECK_WIDTH);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: index => rows[index]?.id ?? index,
    overscan: BEYOND_VIEW,
    scrollMargin: HEAD_HEIGHT,
    scrollPaddingStart: HEAD_HEIGHT,
    initialRect: FIRST_VIEW
  });
  const onKeyDown = useKeys(table, active, view, onDelete, onOpen, (index: number) => {
    setActiveId(rows[index]?.id ?? null);
    virtual.scrollToIndex(index);
  });

  return (
    <div
      ref={view}
      className="jsa-Grid"
      role="grid"
      tabIndex={0}
      aria-label={trans.__('Slurm queue')}
      aria-multiselectable
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={rows.length > 0 ? `${id}${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="jsa-Grid-heads" style={{ width, height: HEAD_HEIGHT }}>
        <div role="row" aria-rowindex={1} className="jsa-Grid-row">
          <div role="columnheader" aria-colindex={1} style={{ width: CHECK_WIDTH }}>
            <input
              type="checkbox"
              aria-label={trans.__('Select all that are shown')}
              checked={table.getIsAllRowsSelected()}
              onChange={table.getToggleAllRowsSelectedHandler()}
            />
          </div>
          {table.getFlatHeaders().map((header, index) => (
            <HeaderCell
              key={header.id}
              header={header}
              width={columns[index]?.width ?? 0}
              index={index + 2}
              layout={layout}
              trans={trans}
            />
          ))}
        </div>
      </div>
      <div role="rowgroup" style={{ width, height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          return (
            row && (
              <GridRow
                key={row.id}
                id={`${id}${index}`}
                index={index + 2}
                row={row}
                line={row.original}
                columns={columns}
                start={start - HEAD_HEIGHT}
                isActive={index === active}
                isSelected={row.getIsSelected()}
                onActivate={setActiveId}
                onOpen={onOpen}
                label={trans.__('Select %1', row.id)}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** What the keys do: go through the lines, select and open them, cancel what is selected. */
function useKeys(
  table: Table<QueueRow>,
  active: number,
  view: { current: HTMLElement | null },
  onDelete: () => void,
  onOpen: (row: QueueRow) => void,
  goTo: (index: number) => void
): (event: KeyboardEvent) => void {
  const { rows } = table.getRowModel();
  const last = rows.length - 1;
  const page = Math.max(1, Math.floor((view.current?.clientHeight ?? 0) / ROW_HEIGHT) - 2);
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: last
  };
  const does: Readonly<Record<string, () => void>> = {
    ' ': () => rows[active]?.toggleSelected(),
    a: () => table.toggleAllRowsSelected(true),
    Escape: () => table.resetRowSelection(),
    Enter: () => rows[active] && onOpen(rows[active].original),
    Delete: onDelete
  };
  return event => {
    if (event.target !== event.currentTarget || event.altKey) {
      return; // a button in the head has it, or a shortcut
    }
    const withControl = event.ctrlKey || event.metaKey;
    const to = moves[event.key];
    const action = withControl === (event.key === 'a') ? does[event.key] : undefined;
    if (to !== undefined) {
      const there = Math.max(0, Math.min(last, to));
      if (event.shiftKey) {
        rows.slice(Math.min(active, there), Math.max(active, there) + 1).forEach(select);
      }
      goTo(there);
    } else if (action) {
      action();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function select(row: { toggleSelected: (isSelected: boolean) => void }): void {
  row.toggleSelected(true);
}
