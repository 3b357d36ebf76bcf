import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { JobView } from './answers';
import { notifyOutside } from './desktop';
import {
  absenceNotice,
  type Happening,
  type IHappened,
  type INotice,
  noticesOf,
  show
} from './notices';

const ALL: readonly Happening[] = ['started', 'ended', 'failed'];

/** Tells what the settings want to be told, and where; `open` shows a job, or the list. */
export class Teller {
  constructor(
    private readonly settings: ISettingRegistry.ISettings,
    private readonly open: (id: string | null) => void,
    private readonly trans: TranslationBundle
  ) {}

  tell(all: readonly IHappened[]): void {
    noticesOf(all, this.wanted, this.trans).forEach(notice => this.show(notice));
  }

  tellOfAbsence(ended: readonly JobView[]): void {
    const notice = absenceNotice(ended, this.wanted, this.trans);
    if (notice) {
      this.show(notice);
    }
  }

  private get wanted(): ReadonlySet<Happening> {
    return new Set(ALL.filter(what => this.settings.composite[what] === true));
  }

  private show(notice: INotice): void {
    show(notice, this.open, this.trans);
    if (this.settings.composite['browser'] === true) {
      notifyOutside(notice.text, () => this.open(notice.id));
    }
  }
}
