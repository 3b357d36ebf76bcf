import type { ButtonHTMLAttributes, ReactElement } from 'react';

type IProps = ButtonHTMLAttributes<HTMLButtonElement>;

/** Does something. */
export function Button(props: IProps): ReactElement {
  return <button type="button" className="jp-mod-styled jsa-Button" {...props} />;
}

/** Leads elsewhere, and looks like it. */
export function Link(props: IProps): ReactElement {
  return <button type="button" className="jsa-Link" {...props} />;
}
