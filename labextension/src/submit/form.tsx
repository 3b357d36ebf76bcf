import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useEffect, useMemo, useState } from 'react';

import type { SubmitAnswer } from '../answers';
import { Button } from '../button';
import { useLive, useSignal } from '../hooks';
import type { Live } from '../live';
import type { ISlurm } from '../model';
import { Notice } from '../notice';
import { asProblem, type Problem } from '../problem';
import type { Sender } from '../sending';
import { tellSubmitted } from '../submitted';
import { directives } from './directives';
import type { Draft } from './draft';
import type { Estimator } from './estimating';
import type { FieldId } from './fields';
import { findings, type IOffers } from './findings';
import { Inputs } from './inputs';
import { EstimateText, Refusal } from './outcome';
import { faultsOf, fieldOf } from './refusals';
import { Templates } from './templates';

export interface IFormProps {
  draft: Draft;
  /** Which file the script was read from; empty where it was none. */
  origin: string;
  offers: Live<IOffers>;
  sender: Sender<SubmitAnswer>;
  estimator: Estimator;
  slurm: ISlurm;
  settings: ServerConnection.ISettings;
  openJob: (id: string) => void;
  trans: TranslationBundle;
}

/** The form beside the script, and below it what Slurm thinks of the job. */
export function Form(props: IFormProps): ReactElement {
  const { draft, origin, offers, slurm, trans } = props;
  const state = useSignal(draft, () => draft.state);
  const known = useLive(offers);
  const submitting = useSubmit(props);
  const warnings = useWarnings(props, submitting.problem);
  return (
    <div className="jsa-Form" role="form" aria-label={trans.__('Submit a job')}>
      <Known {...props} />
      {origin && (
        <p>
          {trans.__(
            'From the file %1, which stays as it is: what you change here is for this job.',
            origin
          )}
        </p>
      )}
      <Templates draft={draft} api={slurm.api} trans={trans} />
      {directives(state.script).some(one => one.opens) && (
        <p>
          {trans.__('This job has several components (hetjob): the fields are those of the first.')}
        </p>
      )}
      <Inputs
        draft={draft}
        state={state}
        offers={known.value}
        warnings={warnings}
        slurm={slurm}
        trans={trans}
      />
      <End {...props} {...submitting} />
    </div>
  );
}

/** What keeps partitions and limits from being known, and what to do about it. */
function Known({ offers, settings, trans }: IFormProps): ReactElement {
  const { value, problem } = useLive(offers);
  return (
    <>
      <Notice
        problem={problem}
        staleSince={value?.stale ? value.syncedAt : null}
        settings={settings}
        onRetry={() => offers.refresh()}
        trans={trans}
      />
      <p className="jsa-muted" role="status">
        {aboutCluster(value, problem, trans)}
      </p>
    </>
  );
}

/** What Slurm thinks of the job, and the buttons. */
function End(props: IFormProps & ISubmitting): ReactElement {
  const { draft, estimator, settings, openJob, trans, problem, isSending, submit } = props;
  const thought = useSignal(estimator, () => estimator.state);
  return (
    <div className="jsa-Form-end">
      <div role="status">
        <EstimateText state={thought} trans={trans} />
      </div>
      <div role="alert">
        {problem && (
          <Refusal problem={problem} settings={settings} onShow={openJob} trans={trans} />
        )}
      </div>
      <div className="jsa-Row">
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          aria-disabled={isSending}
          // The second click of two may come when the first was answered.
          onClick={event => event.detail < 2 && submit()}
        >
          {isSending ? trans.__('Submitting …') : trans.__('Submit')}
        </button>
        <Button onClick={() => estimator.askNow(draft.submission)}>
          {trans.__('Ask Slurm when it would start')}
        </Button>
      </div>
    </div>
  );
}

interface ISubmitting {
  problem: Problem | null;
  isSending: boolean;
  submit: () => void;
}

/** Submitting, and why that did not go well; forgotten with the next change. */
function useSubmit(props: IFormProps): ISubmitting {
  const { draft, sender, slurm, openJob, trans } = props;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSending, setIsSending] = useState(false);
  useEffect(() => {
    const forget = (): void => setProblem(null);
    draft.changed.connect(forget);
    return () => void draft.changed.disconnect(forget);
  }, [draft]);
  const send = async (): Promise<void> => {
    setProblem(null);
    setIsSending(true);
    const sent = draft.state;
    try {
      const answer = await sender.send(JSON.stringify(draft.submission));
      draft.keep(sent);
      const name = sent.fields.name.value || trans.__('The script');
      const show = { label: trans.__('Show'), callback: () => openJob(answer.job_id) };
      tellSubmitted(name, answer, [show], trans);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setIsSending(false);
    slurm.refresh();
  };
  return { problem, isSending, submit: () => void (isSending || send()) };
}

/** What is to be said of single fields: by what is known, by Slurm, and by the server. */
function useWarnings(
  { draft, offers, estimator, trans }: IFormProps,
  problem: Problem | null
): ReadonlyMap<FieldId | 'tags', string> {
  const { fields } = useSignal(draft, () => draft.state);
  const { value } = useLive(offers);
  const thought = useSignal(estimator, () => estimator.state);
  return useMemo(() => {
    const refusal = thought.estimate?.refusal ?? problem?.message ?? '';
    const refused = fieldOf(refusal);
    return new Map([
      ...(refused ? [[refused, trans.__('Slurm refuses this, as is said below.')] as const] : []),
      ...(value ? findings(fields, value, trans) : []),
      ...(thought.problem ? faultsOf(thought.problem) : []),
      ...(problem ? faultsOf(problem) : [])
    ]);
  }, [fields, value, thought, problem, trans]);
}

function aboutCluster(
  offers: IOffers | null,
  problem: Problem | null,
  trans: TranslationBundle
): string {
  if (offers === null) {
    return problem
      ? trans.__('Until then partitions and limits are not known here. You can write the script.')
      : trans.__('Asking for partitions and limits …');
  }
  if (offers.partitions.length === 0) {
    return trans.__('This cluster shows you no partition: ask its administrators for access.');
  }
  return offers.limits === null
    ? trans.__('Accounts and QOS are not known, since the accounting does not answer.')
    : '';
}
