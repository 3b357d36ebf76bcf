import { type KeyboardEvent, type ReactElement, type ReactNode, useId } from 'react';

/** A part of the view, of which one is shown at a time. */
export interface ITab {
  id: string;
  label: string;
  content: () => ReactNode;
}

interface IProps {
  label: string;
  tabs: readonly ITab[];
  selected: string;
  onSelect: (id: string) => void;
}

/** Tabs as the keyboard knows them: the arrow keys go from one to the next. */
export function Tabs(props: IProps): ReactElement {
  const { label, tabs, selected, onSelect } = props;
  const id = useId();
  const at = Math.max(
    0,
    tabs.findIndex(tab => tab.id === selected)
  );
  const shown = tabs[at];
  const goTo = (event: KeyboardEvent<HTMLElement>): void => {
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      Home: 0,
      End: tabs.length - 1
    };
    const to = moves[event.key];
    const next = to === undefined ? undefined : tabs.at(to % tabs.length);
    if (next) {
      event.preventDefault();
      onSelect(next.id);
      document.getElementById(`${id}${next.id}`)?.focus();
    }
  };
  return (
    <div className="jsa-Tabs">
      <div role="tablist" aria-label={label} onKeyDown={goTo}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            id={`${id}${tab.id}`}
            role="tab"
            aria-selected={tab === shown}
            aria-controls={tab === shown ? `${id}shown` : undefined}
            tabIndex={tab === shown ? 0 : -1}
            onClick={() => onSelect(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      {shown && (
        <div
          id={`${id}shown`}
          className="jsa-Tabs-panel"
          role="tabpanel"
          aria-labelledby={`${id}${shown.id}`}
        >
          {shown.content()}
        </div>
      )}
    </div>
  );
}
