import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from 'react';

import { useSignal } from '../hooks';
import { Bar } from './bar';
import { find, type IFound } from './finding';
import { Lines } from './lines';
import type { LiveOutput } from './output';

interface IProps {
  output: LiveOutput;
  label: string;
  /** Whether the job has begun. */
  hasBegun: boolean;
  url: string;
  trans: TranslationBundle;
}

/** An output as it is written. */
export function Log(props: IProps): ReactElement {
  const { output, label, hasBegun, url, trans } = props;
  const version = useSignal(output, () => output.version);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [wraps, setWraps] = useState(true);
  const view = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useFollowing(view, version);
  const found = useMemo(
    () => find(output.terminal.lines, text),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the lines change in place
    [output, version, text]
  );
  const current = found[Math.min(at, found.length - 1)];
  useShown(view, current, () => setFollows(false));

  return (
    <div className="jsa-Log">
      <Bar
        output={output}
        url={url}
        text={text}
        onText={searched => {
          setText(searched);
          setAt(0);
        }}
        at={at}
        found={found.length}
        onGoTo={to => setAt((to + found.length) % Math.max(1, found.length))}
        wraps={wraps}
        onWrap={setWraps}
        follows={follows}
        onFollow={setFollows}
        trans={trans}
      />
      {output.problem && (
        <p className="jsa-Log-note" role="status">
          {output.problem.sentence(trans)}
        </p>
      )}
      {output.size === 0 && !output.problem && (
        <p className="jsa-Log-note">{nothing(output, hasBegun, trans)}</p>
      )}
      <div
        ref={view}
        className={`jsa-Log-text${wraps ? ' jsa-mod-wraps' : ''}`}
        role="log"
        aria-live="off"
        aria-label={label}
        tabIndex={0}
        data-lm-suppress-shortcuts
      >
        <Lines lines={output.terminal.lines} found={found} current={current} />
      </div>
    </div>
  );
}

/** Keep the end in view, until somebody scrolls up. */
function useFollowing(
  view: { current: HTMLElement | null },
  version: number
): [boolean, (follows: boolean) => void] {
  const [follows, setFollows] = useState(true);
  useLayoutEffect(() => {
    const element = view.current;
    if (follows && element) {
      element.scrollTop = element.scrollHeight;
    }
  }, [view, follows, version]);
  useLayoutEffect(() => {
    const element = view.current;
    let before = element?.scrollTop ?? 0;
    const onScroll = (): void => {
      const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = element ?? {};
      const isAtEnd = scrollTop + clientHeight >= scrollHeight - 4;
      if (isAtEnd || scrollTop < before) {
        setFollows(isAtEnd);
      }
      before = scrollTop;
    };
    element?.addEventListener('scroll', onScroll);
    return () => element?.removeEventListener('scroll', onScroll);
  }, [view]);
  return [follows, setFollows];
}

/** Bring what was found into view. */
function useShown(
  view: { current: HTMLElement | null },
  current: IFound | undefined,
  before: () => void
): void {
  const place = current && `${current.line}:${current.from}`;
  useLayoutEffect(() => {
    if (place) {
      before();
      view.current?.querySelector('mark[aria-current]')?.scrollIntoView({ block: 'center' });
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only where it is another place
  }, [view, place]);
}

function nothing(output: LiveOutput, hasBegun: boolean, trans: TranslationBundle): string {
  if (!hasBegun) {
    return trans.__('The job has not begun. What it writes appears here.');
  }
  if (output.isOver) {
    return trans.__('It has written nothing.');
  }
  return output.isRead
    ? trans.__('It has written nothing yet. What it writes appears here.')
    : trans.__('Reading …');
}
