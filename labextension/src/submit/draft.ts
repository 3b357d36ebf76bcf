import { type ISignal, Signal } from '@lumino/signaling';

import type { ISubmission } from '../api';
import { type FieldId, type Fields, fieldsOf, type ISaid, withField } from './fields';

const HIGH = /[\ud800-\udbff]/;
const LOW = /[\udc00-\udfff]/;

/** The text in the editor, as far as we need it. */
export interface IText {
  readonly changed: ISignal<unknown, unknown>;
  getSource(): string;
  updateSource(start: number, end: number, value?: string): void;
}

/** What is to be submitted: all but the tags stands in the script. */
export interface IDraftState {
  readonly script: string;
  readonly tags: string;
  readonly fields: Fields;
}

/** A job that is not submitted yet: the text in the editor, which the fields are read from. */
export class Draft {
  constructor(
    private readonly text: IText,
    tags: string,
    isEdited = false
  ) {
    this._state = this.read(tags);
    this.settled = isEdited ? null : this._state;
    text.changed.connect(this.onText, this);
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Another object whenever it has changed. */
  get state(): IDraftState {
    return this._state;
  }

  /** Whether there is anything in it that was neither submitted nor saved. */
  get isEdited(): boolean {
    const { script, tags } = this._state;
    return script !== this.settled?.script || tags !== this.settled.tags;
  }

  get submission(): ISubmission {
    const { script, tags, fields } = this._state;
    const words = tagsOf(tags);
    return {
      script,
      // Said beside the script, the server looks whether the directory is there.
      ...(fields.directory.value && { work_dir: fields.directory.value }),
      ...(words.length > 0 && { tags: words })
    };
  }

  setField(field: FieldId, said: ISaid): void {
    this.setScript(withField(this._state.script, field, said));
  }

  /** Change what differs, so that the cursor stays and each change can be undone. */
  setScript(script: string): void {
    const before = this.text.getSource();
    if (before !== script) {
      const [from, behind] = common(before, script);
      const by = script.slice(from, script.length - behind);
      this.text.updateSource(from, before.length - behind, by);
    }
  }

  setTags(tags: string): void {
    this.settle(tags);
  }

  /** What was in it then is safe elsewhere. */
  keep(state = this._state): void {
    this.settled = state;
    this._changed.emit();
  }

  dispose(): void {
    this.text.changed.disconnect(this.onText, this);
    Signal.clearData(this);
  }

  private onText(): void {
    if (this.text.getSource() !== this._state.script) {
      this.settle(this._state.tags);
    }
  }

  private settle(tags: string): void {
    this._state = this.read(tags);
    this._changed.emit();
  }

  private read(tags: string): IDraftState {
    const script = this.text.getSource();
    return { script, tags, fields: fieldsOf(script) };
  }

  private readonly _changed = new Signal<this, void>(this);
  private _state: IDraftState;
  private settled: IDraftState | null;
}

/** The words that a user has parted by commas. */
export function tagsOf(text: string): string[] {
  return text
    .split(',')
    .map(tag => tag.trim())
    .filter(Boolean);
}

/**
 * How many characters two texts have in common at their beginning, and then at their end; those
 * that two code units make are not cut in two.
 */
function common(one: string, other: string): [number, number] {
  const most = Math.min(one.length, other.length);
  let from = 0;
  while (from < most && one.charCodeAt(from) === other.charCodeAt(from)) {
    from++;
  }
  from -= HIGH.test(one.charAt(from - 1)) ? 1 : 0;
  let behind = 0;
  while (behind < most - from && one.at(-1 - behind) === other.at(-1 - behind)) {
    behind++;
  }
  return [from, behind - (LOW.test(one.charAt(one.length - behind)) ? 1 : 0)];
}
