import { memo, type ReactElement } from 'react';

import { type IFound, pieces } from './finding';
import { classesOf } from './style';
import type { Line } from './terminal';

/** So many lines are drawn again together when one of them has changed. */
const TOGETHER = 100;
const NOTHING: readonly IFound[] = [];

interface IProps {
  lines: readonly Line[];
  found: readonly IFound[];
  current: IFound | undefined;
}

/** The lines of an output. The browser lays out those alone that are seen. */
export function Lines({ lines, found, current }: IProps): ReactElement {
  return <>{blocksOf(lines).map(block => blockElement(block, found, current))}</>;
}

function blocksOf(lines: readonly Line[]): Line[][] {
  const blocks: Line[][] = [];
  let number = -1;
  for (const line of lines) {
    const its = Math.floor(line.number / TOGETHER);
    if (its !== number) {
      blocks.push([]);
      number = its;
    }
    blocks.at(-1)?.push(line);
  }
  return blocks;
}

function blockElement(
  block: Line[],
  found: readonly IFound[],
  current: IFound | undefined
): ReactElement {
  const [first, last] = [block[0]?.number ?? 0, block.at(-1)?.number ?? 0];
  const within = found.filter(one => one.line >= first && one.line <= last);
  return (
    <Block
      key={Math.floor(first / TOGETHER)}
      lines={block}
      stamp={`${first} ${block.map(line => line.version).join()}`}
      found={within.length > 0 ? within : NOTHING}
      current={within.includes(current as IFound) ? current : undefined}
    />
  );
}

const Block = memo(
  function Block(props: IProps & { stamp: string }): ReactElement {
    const { lines, found, current } = props;
    return (
      <div
        className="jsa-Log-block"
        style={{ containIntrinsicBlockSize: `auto ${lines.length}lh` }}
      >
        {lines.map(line => (
          <div key={line.number} className="jsa-Log-line">
            {pieces(
              line.runs,
              found.filter(one => one.line === line.number)
            ).map((piece, at) => (
              <span key={at} className={classesOf(piece.style) || undefined}>
                {piece.found ? (
                  <Mark text={piece.text} isCurrent={piece.found === current} />
                ) : (
                  piece.text
                )}
              </span>
            ))}
          </div>
        ))}
      </div>
    );
  },
  (before, now) =>
    before.stamp === now.stamp && before.found === now.found && before.current === now.current
);

function Mark({ text, isCurrent }: { text: string; isCurrent: boolean }): ReactElement {
  return <mark aria-current={isCurrent || undefined}>{text}</mark>;
}
