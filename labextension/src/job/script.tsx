import { CodeEditor, type IEditorServices } from '@jupyterlab/codeeditor';
import { type ReactElement, useEffect, useRef } from 'react';

interface IProps {
  script: string;
  editors: IEditorServices;
  label: string;
}

/** A script as JupyterLab's editor shows it, to be read. */
export function Script({ script, editors, label }: IProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) {
      return;
    }
    const model = new CodeEditor.Model({ mimeType: 'text/x-sh' });
    model.sharedModel.setSource(script);
    const editor = editors.factoryService.newDocumentEditor({
      host: host.current,
      model,
      config: { readOnly: true, lineNumbers: true }
    });
    host.current.querySelector('[role=textbox]')?.setAttribute('aria-label', label);
    return () => {
      editor.dispose();
      model.dispose();
    };
  }, [script, editors, label]);
  return <div ref={host} className="jsa-Script" />;
}
