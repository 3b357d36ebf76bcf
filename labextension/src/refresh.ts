import type { TranslationBundle } from '@jupyterlab/translation';
import { refreshIcon, ToolbarButton } from '@jupyterlab/ui-components';

import type { ISlurm } from './model';

/** The button of a toolbar that reads anew whatever is looked at. */
export function refreshButton(slurm: ISlurm, trans: TranslationBundle): ToolbarButton {
  return new ToolbarButton({
    icon: refreshIcon,
    tooltip: trans.__('Ask Slurm again'),
    onClick: () => slurm.refresh()
  });
}
