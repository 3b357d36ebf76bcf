import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from '../commands';
import type { IWays } from './head';

/** JupyterLab's own commands, which show a place in the file browser, and in a notebook. */
const GO_TO_PATH = 'filebrowser:go-to-path';
const GO_TO_FRAGMENT = 'rendermime:handle-local-link';

/** The ways from a job to what JupyterLab has of it. */
export function waysOf(app: JupyterFrontEnd, trans: TranslationBundle): IWays {
  const { commands, serviceManager } = app;
  const go = async (path: string, command: string, args: Record<string, string>): Promise<void> => {
    try {
      await serviceManager.contents.get(path, { content: false });
    } catch {
      const text = trans.__(
        '“%1” is not there any more, or Jupyter does not show it.',
        path || '/'
      );
      Notification.warning(text, { autoClose: 8_000 });
      return;
    }
    await commands.execute(command, args);
  };
  return {
    openJob: id => void commands.execute(CommandIDs.openJob, { id }),
    openDirectory: path => void go(path, GO_TO_PATH, { path: `/${path}` }),
    openCell: (path, cell) =>
      void go(path, GO_TO_FRAGMENT, { path, ...(cell ? { id: `#cell-id=${cell}` } : {}) }),
    // Not its tags: they name the cell and the run that it came from.
    openForm: ({ script, parameters, name, work_dir }) =>
      void commands.execute(CommandIDs.submit, { script, parameters, name, work_dir })
  };
}
