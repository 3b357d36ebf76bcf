import type { TranslationBundle } from '@jupyterlab/translation';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactElement, useId, useRef, useState } from 'react';

import type { JobView } from '../answers';
import { Line } from './line';
import type { Row } from './rows';

const HEIGHTS: Readonly<Record<Row['kind'], number>> = { section: 28, job: 42, task: 42, note: 24 };
const BEYOND_VIEW = 10;
const HEIGHT_BEFORE_MEASURED = 600;

interface IProps {
  rows: readonly Row[];
  now: Date;
  onFold: (row: Row, open: boolean) => void;
  onOpen: (job: JobView) => void;
  onCancel: (job: JobView) => void;
  trans: TranslationBundle;
}

/** The list as a tree of which only what is seen is drawn; the arrow keys go through it. */
export function JobTree(props: IProps): ReactElement {
  const { rows, now, onFold, onOpen, onCancel, trans } = props;
  const id = useId();
  const view = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const found = rows.findIndex(row => row.key === activeKey);
  const active = found < 0 ? 0 : found;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => view.current,
    estimateSize: index => HEIGHTS[rows[index]?.kind ?? 'note'],
    getItemKey: index => rows[index]?.key ?? index,
    overscan: BEYOND_VIEW,
    initialRect: { width: 0, height: HEIGHT_BEFORE_MEASURED }
  });

  const goTo = (index: number): void => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    setActiveKey(rows[to]?.key ?? null);
    virtual.scrollToIndex(to);
  };
  const fold = (row: Row | undefined, open: boolean): boolean => {
    const changes = row !== undefined && 'open' in row && row.open === !open;
    if (changes) {
      onFold(row, open);
    }
    return changes;
  };
  const toggle = (row: Row | undefined): void => {
    fold(row, !(row && 'open' in row && row.open));
  };
  const open = (row: Row | undefined): void => {
    if (row && 'job' in row) {
      onOpen(row.job);
    }
  };
  const foldOrOpen = (row: Row | undefined): void => {
    const does = row && 'open' in row && row.open !== undefined ? toggle : open;
    does(row);
  };
  const parentOf = (index: number): number => {
    const level = rows[index]?.level ?? 1;
    return rows.findLastIndex((row, at) => at < index && row.level < level);
  };
  const KEYS: Readonly<Record<string, (row: Row | undefined) => void>> = {
    ArrowDown: () => goTo(active + 1),
    ArrowUp: () => goTo(active - 1),
    Home: () => goTo(0),
    End: () => goTo(rows.length - 1),
    ArrowRight: row => {
      if (!fold(row, true) && (rows[active + 1]?.level ?? 0) > (row?.level ?? 0)) {
        goTo(active + 1);
      }
    },
    ArrowLeft: row => fold(row, false) || goTo(parentOf(active)),
    ' ': toggle,
    Enter: foldOrOpen,
    'Shift Enter': open,
    Delete: row => row && 'job' in row && onCancel(row.job)
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const key = event.shiftKey ? `Shift ${event.key}` : event.key;
    const does = event.ctrlKey || event.altKey || event.metaKey ? undefined : KEYS[key];
    if (does) {
      event.preventDefault();
      event.stopPropagation();
      does(rows[active]);
    }
  };

  return (
    <div
      ref={view}
      className="jsa-Tree"
      role="tree"
      tabIndex={0}
      aria-label={trans.__('My Slurm jobs')}
      aria-activedescendant={rows.length > 0 ? `${id}${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, key, start, size }) => {
          const row = rows[index];
          return (
            row && (
              <div
                key={key}
                id={`${id}${index}`}
                className={`jsa-Line jsa-mod-${row.kind}`}
                role="treeitem"
                aria-level={row.level}
                aria-selected={index === active}
                aria-expanded={'open' in row ? row.open : undefined}
                style={{ height: size, transform: `translateY(${start}px)` }}
                onClick={() => {
                  setActiveKey(row.key);
                  foldOrOpen(row);
                }}
              >
                <Line row={row} now={now} onOpen={onOpen} onCancel={onCancel} trans={trans} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
