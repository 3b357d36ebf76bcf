import type { TranslationBundle } from '@jupyterlab/translation';
import type { Header } from '@tanstack/react-table';
import type { KeyboardEvent, PointerEvent, ReactElement } from 'react';

import type { QueueRow } from '../answers';
import type { Layout } from './layout';

const RESIZED_BY = 20;
const DRAGGED = 'application/x-jupyter-slurm-api-column';
const ARIA_SORT = { asc: 'ascending', desc: 'descending' } as const;
const ARROWS = { asc: ' ▴', desc: ' ▾' } as const;
const STEPS: Readonly<Record<string, -1 | 1 | undefined>> = { ArrowLeft: -1, ArrowRight: 1 };

interface IProps {
  header: Header<QueueRow, unknown>;
  width: number;
  index: number;
  layout: Layout;
  trans: TranslationBundle;
}

/** The head of a column: a button that sorts; dragged it moves, and its edge resizes. */
export function HeaderCell(props: IProps): ReactElement {
  const { header, width, index, layout, trans } = props;
  const { id } = header.column;
  const sorted = header.column.getIsSorted();
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step && event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      if (event.shiftKey) {
        layout.resize(id, width + step * RESIZED_BY);
      } else {
        layout.moveBy(id, step);
      }
    }
  };
  return (
    <div
      className="jsa-Grid-head"
      role="columnheader"
      aria-colindex={index}
      aria-sort={sorted ? ARIA_SORT[sorted] : 'none'}
      style={{ width }}
      onDragOver={event => {
        if (event.dataTransfer.types.includes(DRAGGED)) {
          event.preventDefault();
        }
      }}
      onDrop={event => {
        event.preventDefault();
        layout.move(event.dataTransfer.getData(DRAGGED), id);
      }}
    >
      <button
        draggable
        title={trans.__(
          'Sort. To move it, drag or press Alt+Left or Alt+Right; with Shift they change its width.'
        )}
        onDragStart={event => event.dataTransfer.setData(DRAGGED, id)}
        onClick={header.column.getToggleSortingHandler()}
        onKeyDown={onKeyDown}
      >
        {String(header.column.columnDef.header)}
        <span aria-hidden>{sorted && ARROWS[sorted]}</span>
      </button>
      <span
        className="jsa-Grid-edge"
        aria-hidden
        onPointerDown={event => follow(event, moved => layout.resize(id, width + moved))}
      />
    </div>
  );
}

/** Tell how far the pointer has moved, until it is let go. */
function follow(event: PointerEvent<HTMLElement>, move: (by: number) => void): void {
  event.preventDefault();
  const edge = event.currentTarget;
  const from = event.clientX;
  const onMove = (at: globalThis.PointerEvent): void => move(at.clientX - from);
  const end = (): void => edge.removeEventListener('pointermove', onMove);
  edge.setPointerCapture(event.pointerId);
  edge.addEventListener('pointermove', onMove);
  edge.addEventListener('lostpointercapture', end, { once: true });
}
