import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReactElement } from 'react';

import { Link } from './button';
import { exactly, moment } from './format';
import type { Problem } from './problem';

interface IProps {
  problem: Problem | null;
  /** Where what is shown is not Slurm's present state: when it was. */
  staleSince: string | null;
  settings: ServerConnection.ISettings;
  onRetry: () => void;
  trans: TranslationBundle;
}

/** What keeps the list from being up to date, and what to do about it. */
export function Notice(props: IProps): ReactElement {
  const { problem, staleSince, settings, onRetry, trans } = props;
  return (
    <div role="status">
      {problem && (
        <div className="jsa-Notice jsa-mod-problem">
          <p>{problem.sentence(trans)}</p>
          {problem.kind === 'login' && <Login settings={settings} trans={trans} />}
          <Link onClick={onRetry}>{trans.__('Try again')}</Link>
        </div>
      )}
      {!problem && staleSince && (
        <div className="jsa-Notice jsa-mod-stale" title={exactly(staleSince)}>
          <p>
            {trans.__(
              'Slurm does not answer. Last known state of %1; Slurm is asked again by itself.',
              moment(staleSince, new Date())
            )}
          </p>
        </div>
      )}
    </div>
  );
}

/** Leads to where one logs in. */
export function Login(props: {
  settings: ServerConnection.ISettings;
  trans: TranslationBundle;
}): ReactElement {
  const { settings, trans } = props;
  const href = URLExt.join(settings.baseUrl, 'login');
  return (
    <a className="jsa-Link" href={href} target="_blank" rel="noreferrer">
      {trans.__('Log in')}
    </a>
  );
}
