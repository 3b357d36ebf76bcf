import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useEffect, useMemo, useState } from 'react';

import { act } from '../acting';
import { isOwn, targetOfJob } from '../actions';
import type { Component, JobReport, JobView } from '../answers';
import { offsetOf } from '../component';
import { useLive, usePageVisible } from '../hooks';
import type { Live } from '../live';
import type { Stream } from '../messages';
import type { ISlurm } from '../model';
import { Notice } from '../notice';
import type { OutputSocket } from '../socket';
import { goesOn, type Tone, toneOf } from '../states';
import { Components } from './components';
import { Details } from './details';
import { hasErrors } from './facts';
import { Head, type IWays } from './head';
import { Log } from './log';
import { LiveOutput } from './output';
import { Report, useReport } from './report';
import { resubmit } from './resubmit';
import { Script } from './script';
import { type ITab, Tabs } from './tabs';
import { Tasks } from './tasks';

/** What the view of a job is made with. */
export interface IJobOptions {
  slurm: ISlurm;
  outputs: OutputSocket;
  editors: IEditorServices;
  settings: ServerConnection.ISettings;
  ways: IWays;
  trans: TranslationBundle;
}

interface IProps extends IJobOptions {
  live: Live<JobView>;
  isVisible: boolean;
}

/** One job: how it is and why, what it writes, how it went, and what can be done about it. */
export function Job(props: IProps): ReactElement {
  const { slurm, settings, ways, live, trans } = props;
  const { value: job, problem } = useLive(live);
  const report = useReport(slurm, job);
  return (
    <div className="jsa-Job">
      <Notice
        problem={problem}
        staleSince={job?.stale ? job.synced_at : null}
        settings={settings}
        onRetry={() => live.refresh()}
        trans={trans}
      />
      {job ? (
        <>
          <Head
            job={job}
            why={report?.failure?.explanation ?? null}
            ways={ways}
            onAct={verb => void act(slurm, verb, [targetOfJob(job)], trans)}
            onResubmit={() =>
              void resubmit(slurm, job, report, trans).then(id => id && ways.openJob(id))
            }
            trans={trans}
          />
          <Parts {...props} job={job} report={report} />
        </>
      ) : (
        !problem && <p className="jsa-Empty">{trans.__('Reading the job …')}</p>
      )}
    </div>
  );
}

type IPartsProps = IProps & { job: JobView; report: JobReport | null };

function Parts(props: IPartsProps): ReactElement {
  const { job, report, trans } = props;
  const [first] = useState(() => firstOf(job));
  const [chosen, setChosen] = useState<string | null>(null);
  const begins = first === 'details' && toneOf(job.status) !== 'waiting';
  const ofWhole = [
    ...(job.array ? [tasksTab(props)] : outputTabs(props)),
    ...(job.components ? [componentsTab(props, job.components)] : []),
    ...(report ? [reportTab(report, trans)] : []),
    ...(job.script === null ? [] : [scriptTab(props, job.script)])
  ];
  const tabs = [...(offsetOf(job) === null ? ofWhole : []), detailsTab(props)];
  return (
    <Tabs
      label={trans.__('Parts of the job')}
      tabs={tabs}
      selected={chosen ?? (begins ? 'stdout' : first)}
      onSelect={setChosen}
    />
  );
}

/** What one wants to see first. */
function firstOf(job: JobView): string {
  return job.array ? 'tasks' : (FIRST[toneOf(job.status)] ?? 'stdout');
}

const FIRST: Partial<Record<Tone, string>> = { waiting: 'details', bad: 'report' };

function tasksTab({ slurm, job, ways, trans }: IPartsProps): ITab {
  const content = (): ReactElement => (
    <Tasks slurm={slurm} job={job} onOpen={ways.openJob} trans={trans} />
  );
  return { id: 'tasks', label: trans.__('Tasks'), content };
}

function componentsTab({ job, ways, trans }: IPartsProps, components: Component[]): ITab {
  const content = (): ReactElement => (
    <Components job={job} components={components} onOpen={ways.openJob} trans={trans} />
  );
  return { id: 'components', label: trans.__('Components'), content };
}

function outputTabs(props: IPartsProps): ITab[] {
  const { job, trans } = props;
  if (!isOwn(job)) {
    return []; // another user's, whose files are not ours to show
  }
  const streams: [Stream, string][] = [['stdout', trans.__('Output')]];
  if (hasErrors(job)) {
    streams.push(['stderr', trans.__('Errors')]);
  }
  return streams.map(([id, label]) => ({
    id,
    label,
    content: () => <Output key={id} {...props} stream={id} label={label} />
  }));
}

function Output(props: IPartsProps & { stream: Stream; label: string }): ReactElement {
  const { slurm, outputs, job, isVisible, stream, label, trans } = props;
  const id = job.job_id ?? job.slurm_id ?? '';
  const runs = job.restarts ?? 0;
  const output = useMemo(
    () => new LiveOutput(slurm.api, outputs, id, stream),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- each run has an output of its own
    [slurm, outputs, id, stream, runs]
  );
  const isSeen = usePageVisible() && isVisible;
  const isOver = !goesOn(job.status);
  useEffect(() => () => output.dispose(), [output]);
  useEffect(() => {
    output.isJobOver = isOver;
    output.wanted = isSeen;
  }, [output, isOver, isSeen]);
  return (
    <Log
      output={output}
      label={label}
      hasBegun={job.start_time !== null || isOver}
      url={slurm.api.outputUrl(id, stream)}
      trans={trans}
    />
  );
}

function reportTab(report: JobReport, trans: TranslationBundle): ITab {
  const content = (): ReactElement => <Report report={report} trans={trans} />;
  return { id: 'report', label: trans.__('Report'), content };
}

function scriptTab({ editors, trans }: IPartsProps, script: string): ITab {
  const label = trans.__('Script');
  const content = (): ReactElement => <Script script={script} editors={editors} label={label} />;
  return { id: 'script', label, content };
}

function detailsTab({ job, trans }: IPartsProps): ITab {
  const content = (): ReactElement => <Details job={job} trans={trans} />;
  return { id: 'details', label: trans.__('Details'), content };
}
