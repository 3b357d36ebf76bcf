import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';

import type { NotebookAnswer, PartitionUse } from '../answers';
import type { SlurmApi } from '../api';
import { asProblem, type Problem } from '../problem';
import { Sender } from '../sending';
import type { IParameter } from './parameters';
import { bodyOf, faultsOf, type IKept, type IRow, keptOf, type Option, rowsOf } from './request';

interface IFormOptions {
  /** The notebook's path below the server's root directory. */
  path: string;
  declared: readonly IParameter[];
  kept: IKept;
  partitions: readonly PartitionUse[];
  api: SlurmApi;
  trans: TranslationBundle;
}

/** What a notebook is to be run with, until the server has taken it. */
export class RunForm {
  constructor(private readonly given: IFormOptions) {
    this._rows = rowsOf(given.declared, given.kept);
    this._options = given.kept.options;
    this.next = this._rows.length;
    this.sender = new Sender((body, key) => given.api.runNotebook(body, key));
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get partitions(): readonly PartitionUse[] {
    return this.given.partitions;
  }

  get rows(): readonly IRow[] {
    return this._rows;
  }

  get options(): IKept['options'] {
    return this._options;
  }

  get kept(): IKept {
    return keptOf(this._rows, this._options);
  }

  /** What is wrong with a field, where somebody has tried to send it. */
  faultOf(field: string): string | undefined {
    return this.faults.get(field);
  }

  /** What stands in the way that is no field's. */
  get problem(): string | null {
    return this._problem;
  }

  /** How often it was tried to be sent, and was not. */
  get vainTries(): number {
    return this._vainTries;
  }

  get isBusy(): boolean {
    return this._isBusy;
  }

  /** What became of it; null as long as it is not submitted. */
  get answer(): NotebookAnswer | null {
    return this._answer;
  }

  add(): void {
    this._rows = [...this._rows, { key: this.next++, name: '', text: '', declared: null }];
    this._changed.emit();
  }

  remove(key: number): void {
    this._rows = this._rows.filter(row => row.key !== key);
    this.checkAgain();
  }

  change(key: number, change: Partial<Pick<IRow, 'name' | 'text'>>): void {
    this._rows = this._rows.map(row => (row.key === key ? { ...row, ...change } : row));
    this.checkAgain();
  }

  choose(option: Option, text: string): void {
    this._options = { ...this._options, [option]: text };
    this.faults.delete(`options.${option}`);
    this._changed.emit();
  }

  private checkAgain(): void {
    if (this.isChecked) {
      this.faults = faultsOf(this._rows, this.given.trans);
    }
    this._changed.emit();
  }

  /** Submit it, if there is no fault; whether it is submitted. */
  async send(): Promise<boolean> {
    if (this._isBusy) {
      return false;
    }
    this.isChecked = true;
    this._problem = null;
    this.faults = faultsOf(this._rows, this.given.trans);
    if (this.faults.size === 0) {
      await this.submit();
    }
    this._vainTries += this._answer === null ? 1 : 0;
    this._changed.emit();
    return this._answer !== null;
  }

  private async submit(): Promise<void> {
    this._isBusy = true;
    this._changed.emit();
    try {
      this._answer = await this.sender.send(bodyOf(this.given.path, this._rows, this._options));
    } catch (error) {
      this.refused(asProblem(error));
    } finally {
      this._isBusy = false;
    }
  }

  private refused(problem: Problem): void {
    const ours = problem.about.faults.filter(fault => fault.field.startsWith('options.'));
    this.faults = new Map(ours.map(fault => [fault.field, fault.message]));
    this._problem = problem.sentence(this.given.trans);
  }

  private readonly _changed = new Signal<this, void>(this);
  private _rows: readonly IRow[];
  private _options: IKept['options'];
  private _problem: string | null = null;
  private _isBusy = false;
  private _vainTries = 0;
  private _answer: NotebookAnswer | null = null;
  private faults = new Map<string, string>();
  private isChecked = false;
  private next: number;
  private readonly sender: Sender<NotebookAnswer>;
}
