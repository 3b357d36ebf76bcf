import type { TranslationBundle } from '@jupyterlab/translation';
import type { KeyboardEvent, ReactElement } from 'react';

import { count, size } from '../format';
import { MOST_FOUND } from './finding';
import type { LiveOutput } from './output';

interface IProps {
  output: LiveOutput;
  url: string;
  /** What is searched for, at which of how many places one is. */
  text: string;
  onText: (text: string) => void;
  at: number;
  found: number;
  onGoTo: (at: number) => void;
  wraps: boolean;
  onWrap: (wraps: boolean) => void;
  follows: boolean;
  onFollow: (follows: boolean) => void;
  trans: TranslationBundle;
}

/** What one can do with an output, and how much of it there is. */
export function Bar(props: IProps): ReactElement {
  const { output, url, text, onText, at, found, onGoTo, trans } = props;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      onGoTo(at + (event.shiftKey ? -1 : 1));
    } else if (event.key === 'Escape') {
      onText('');
    }
  };
  return (
    <div className="jsa-Row">
      <input
        className="jp-mod-styled"
        type="search"
        placeholder={trans.__('Search')}
        aria-label={trans.__('Search in what is shown; Enter goes to the next place')}
        value={text}
        onChange={event => onText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status">{text && places(at, found, trans)}</span>
      <Check label={trans.__('Wrap')} checked={props.wraps} onChange={props.onWrap} />
      <Check label={trans.__('Follow')} checked={props.follows} onChange={props.onFollow} />
      <span className="jsa-Log-about">{about(output, trans)}</span>
      <a className="jsa-Link" href={url} download={`${output.jobId}.${output.stream}.txt`}>
        {trans.__('Download all')}
      </a>
    </div>
  );
}

function Check(props: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}): ReactElement {
  return (
    <label>
      <input
        type="checkbox"
        checked={props.checked}
        onChange={event => props.onChange(event.target.checked)}
      />
      {props.label}
    </label>
  );
}

function places(at: number, number: number, trans: TranslationBundle): string {
  if (number === 0) {
    return trans.__('Not found');
  }
  const all = number === MOST_FOUND ? trans.__('%1 or more', count(number)) : count(number);
  return trans.__('%1 of %2', count(Math.min(at, number - 1) + 1), all);
}

function about(output: LiveOutput, trans: TranslationBundle): string {
  const bytes = size(output.size);
  if (output.isKeptInPart) {
    return trans.__('The file is gone: of %1 the end was kept', bytes);
  }
  return output.isCut ? trans.__('The end of %1', bytes) : bytes;
}
