import type { ReactElement } from 'react';

import { SIGNS, toneOf } from './states';

/** A state: Slurm's word, with a sign so that colour is never the only one. */
export function State({ state }: { state: string }): ReactElement {
  const tone = toneOf(state);
  return (
    <>
      <span className={`jsa-Sign jsa-mod-${tone}`} aria-hidden>
        {SIGNS[tone]}
      </span>
      {state}
    </>
  );
}
