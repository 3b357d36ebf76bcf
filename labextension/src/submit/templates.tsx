import {
  Dialog,
  InputDialog,
  Notification,
  showDialog,
  showErrorMessage
} from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useCallback, useEffect, useState } from 'react';

import type { TemplateLine } from '../answers';
import type { SlurmApi } from '../api';
import { Button } from '../button';
import { asProblem } from '../problem';
import { type Draft, tagsOf } from './draft';
import { filled } from './filling';

const TOLD_MS = 5_000;

interface IProps {
  draft: Draft;
  api: SlurmApi;
  trans: TranslationBundle;
}

/** The templates of the site and one's own: used, saved, deleted. */
export function Templates(props: IProps): ReactElement {
  const { api, trans } = props;
  const [lines, setLines] = useState<readonly TemplateLine[]>([]);
  const [name, setName] = useState('');
  const chosen = lines.find(line => line.name === name);
  const reread = useCallback(async (): Promise<readonly TemplateLine[]> => {
    const { templates } = await api.templates();
    setLines(templates);
    return templates;
  }, [api]);
  // That the server does not answer is said by the form already.
  const look = useCallback(() => void reread().catch(() => undefined), [reread]);
  useEffect(look, [look]);
  const trying = (action: () => Promise<void>) => (): void =>
    void action().catch((error: unknown) => tell(error, trans));

  return (
    <div className="jsa-Templates" role="group" aria-label={trans.__('Templates')}>
      <div className="jsa-Row">
        <select
          className="jp-mod-styled"
          aria-label={trans.__('Template')}
          value={chosen ? name : ''}
          onFocus={look}
          onChange={event => setName(event.target.value)}
        >
          <option value="">{trans.__('Template …')}</option>
          <Group label={trans.__("The site's, for all")} lines={lines.filter(one => one.site)} />
          <Group label={trans.__('My own')} lines={lines.filter(one => !one.site)} />
        </select>
        <Button disabled={!chosen} onClick={trying(() => use(name, props))}>
          {trans.__('Use')}
        </Button>
        <Button
          onClick={trying(async () => {
            const saved = await save(chosen?.site ? '' : name, await reread(), props);
            await reread();
            setName(saved ?? name);
          })}
        >
          {trans.__('Save as …')}
        </Button>
        <Button
          disabled={!chosen || chosen.site}
          onClick={trying(async () => {
            await remove(name, props);
            await reread();
          })}
        >
          {trans.__('Delete')}
        </Button>
      </div>
      <div className="jsa-muted" role="status">
        {chosen && about(chosen, trans)}
      </div>
    </div>
  );
}

function about(template: TemplateLine, trans: TranslationBundle): string {
  return template.site
    ? trans.__('Read-only: the site offers it to everybody, and only its administrators change it.')
    : trans.__(
        'Only you see it. What everybody should have, your administrators can offer as a template of the site.'
      );
}

function Group(props: { label: string; lines: readonly TemplateLine[] }): ReactElement | null {
  const { label, lines } = props;
  return lines.length === 0 ? null : (
    <optgroup label={label}>
      {lines.map(line => (
        <option key={line.name} value={line.name}>
          {line.name}
        </option>
      ))}
    </optgroup>
  );
}

async function use(name: string, { draft, api, trans }: IProps): Promise<void> {
  const title = trans.__('Replace what is in the form?');
  const body = trans.__(
    'It was neither submitted nor saved. Undo brings the script back, but not the tags.'
  );
  if (draft.isEdited && !(await isWanted(title, body, trans.__('Replace'), trans))) {
    return;
  }
  const { spec } = await api.template(name);
  draft.setScript(filled(spec.script ?? draft.state.script, spec));
  draft.setTags(spec.tags.join(', '));
  draft.keep();
}

/** Save what is in the form, and return under which name; null where it was not. */
async function save(
  name: string,
  lines: readonly TemplateLine[],
  { draft, api, trans }: IProps
): Promise<string | null> {
  const answer = await InputDialog.getText({
    title: trans.__('Save as a template'),
    label: trans.__('Its name; only you see it'),
    text: name,
    okLabel: trans.__('Save')
  });
  const chosen = answer.button.accept ? (answer.value ?? '').trim() : '';
  if (chosen === '') {
    return null;
  }
  const title = trans.__('Replace your template %1?', chosen);
  const body = trans.__('What it holds now cannot be brought back.');
  const isThere = lines.some(line => line.name === chosen && !line.site);
  if (isThere && !(await isWanted(title, body, trans.__('Replace'), trans))) {
    return null;
  }
  const { state } = draft;
  await api.saveTemplate(chosen, { script: state.script, tags: tagsOf(state.tags) });
  draft.keep(state);
  Notification.success(trans.__('The template %1 is saved.', chosen), { autoClose: TOLD_MS });
  return chosen;
}

async function remove(name: string, { api, trans }: IProps): Promise<void> {
  const title = trans.__('Delete your template %1?', name);
  const body = trans.__('It cannot be brought back.');
  if (await isWanted(title, body, trans.__('Delete'), trans)) {
    await api.deleteTemplate(name);
  }
}

async function isWanted(
  title: string,
  body: string,
  label: string,
  trans: TranslationBundle
): Promise<boolean> {
  const buttons = [Dialog.cancelButton({ label: trans.__('Keep') }), Dialog.warnButton({ label })];
  return (await showDialog({ title, body, buttons, defaultButton: 0 })).button.accept;
}

function tell(error: unknown, trans: TranslationBundle): void {
  const text = asProblem(error).sentence(trans);
  void showErrorMessage(trans.__('That was not done'), text);
}
