import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, type ReactNode, useId } from 'react';

/** What every field has. */
export interface IFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is to be said of what is in it. */
  warning?: string | undefined;
}

interface ITextProps extends IFieldProps {
  placeholder?: string;
  hint?: string;
  suggestions?: readonly string[];
  isWide?: boolean;
  /** Whether what is in it is code. */
  isCode?: boolean;
  autoFocus?: boolean;
  /** What stands beside the input. */
  children?: ReactNode;
}

interface IChoiceProps extends IFieldProps {
  /** What there is where nothing is chosen. */
  none: string;
  options: readonly string[];
}

/** One line of text. */
export function TextField(props: ITextProps): ReactElement {
  const { label, value, onChange, warning, placeholder, hint, suggestions, children } = props;
  const { isWide = false, isCode = false, autoFocus = false } = props;
  const id = useId();
  return (
    <div className={isWide ? 'jsa-Field jsa-mod-wide' : 'jsa-Field'}>
      <label htmlFor={id}>{label}</label>
      <div className="jsa-Row">
        <input
          id={id}
          className={isCode ? 'jp-mod-styled jsa-mod-code' : 'jp-mod-styled'}
          type="text"
          spellCheck={false}
          autoComplete="off"
          autoFocus={autoFocus}
          list={suggestions && `${id}-list`}
          placeholder={placeholder}
          aria-invalid={warning !== undefined}
          aria-describedby={`${id}-about`}
          value={value}
          onChange={event => onChange(event.target.value)}
        />
        {children}
      </div>
      {suggestions && (
        <datalist id={`${id}-list`}>
          {suggestions.map(one => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
      <About id={`${id}-about`} warning={warning} hint={hint} />
    </div>
  );
}

/** One of a few; what the script says stays to be seen, though it is none of them. */
export function ChoiceField(props: IChoiceProps): ReactElement {
  const { label, value, onChange, warning, none, options } = props;
  const id = useId();
  const offered = value === '' || options.includes(value) ? options : [value, ...options];
  return (
    <div className="jsa-Field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="jp-mod-styled"
        aria-invalid={warning !== undefined}
        aria-describedby={`${id}-about`}
        value={value}
        onChange={event => onChange(event.target.value)}
      >
        <option value="">{none}</option>
        {offered.map(one => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      <About id={`${id}-about`} warning={warning} />
    </div>
  );
}

/** What is said of a choice where nothing is chosen. */
export function orDefault(name: string | null | undefined, trans: TranslationBundle): string {
  return name ? trans.__('Default (%1)', name) : trans.__('Default');
}

function About(props: {
  id: string;
  warning: string | undefined;
  hint?: string | undefined;
}): ReactElement {
  const { id, warning, hint } = props;
  return (
    <div id={id} className={warning ? 'jsa-Field-warning' : 'jsa-muted'}>
      {warning ? `⚠ ${warning}` : hint}
    </div>
  );
}
