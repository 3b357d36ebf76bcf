import type { TranslationBundle } from '@jupyterlab/translation';
import { closeIcon, type LabIcon, launchIcon } from '@jupyterlab/ui-components';
import type { ReactElement } from 'react';

import type { JobView } from '../answers';
import { count, timing } from '../format';
import { goesOn, SIGNS, toneOf } from '../states';
import { progress, type Row } from './rows';

interface IProps {
  row: Row;
  now: Date;
  onOpen: (job: JobView) => void;
  onCancel: (job: JobView) => void;
  trans: TranslationBundle;
}

/** What is shown in one line of the list. */
export function Line(props: IProps): ReactElement {
  const { row } = props;
  switch (row.kind) {
    case 'section':
      return (
        <>
          <Fold open={row.open} />
          <span className="jsa-Line-section">{row.label}</span>
          <span className="jsa-Line-count">{count(row.count)}</span>
        </>
      );
    case 'note':
      return <span className="jsa-muted">{row.text}</span>;
    default:
      return <JobLine {...props} row={row} />;
  }
}

function JobLine(props: IProps & { row: Extract<Row, { job: JobView }> }): ReactElement {
  const { row, now, onOpen, onCancel, trans } = props;
  const { job } = row;
  const [time, meaning] = timing(job, now, trans);
  const name = row.kind === 'task' ? trans.__('Task %1', job.task?.task_id) : job.name;
  const isCancellable = goesOn(job.status) && job.slurm_id !== null;
  return (
    <>
      {row.kind === 'job' && row.open !== undefined ? (
        <Fold open={row.open} />
      ) : (
        <span className="jsa-Fold" />
      )}
      <span className={`jsa-Sign jsa-mod-${toneOf(job.status)}`} aria-hidden>
        {SIGNS[toneOf(job.status)]}
      </span>
      <span className="jsa-Line-name" title={name ?? undefined}>
        {name}
      </span>
      <span className="jsa-Line-time" title={meaning}>
        {time}
      </span>
      <span className="jsa-Line-about" title={job.explanation ?? undefined}>
        {about(job, trans)}
      </span>
      {row.kind === 'job' && job.array && <ArrayBar job={job} />}
      <span className="jsa-Line-buttons">
        {row.kind === 'job' && job.array && (
          <LineButton
            icon={launchIcon}
            label={trans.__('Open %1 (Shift Enter)', job.slurm_id)}
            onClick={() => onOpen(job)}
          />
        )}
        {isCancellable && (
          <LineButton
            icon={closeIcon}
            label={trans.__('Cancel %1', job.slurm_id)}
            onClick={() => onCancel(job)}
          />
        )}
      </span>
    </>
  );
}

/** What the keys do as well, so that it is no stop on their way. */
function LineButton(props: { icon: LabIcon; label: string; onClick: () => void }): ReactElement {
  const { icon, label, onClick } = props;
  return (
    <button
      tabIndex={-1}
      title={label}
      aria-label={label}
      onClick={event => {
        event.stopPropagation();
        onClick();
      }}
    >
      <icon.react tag="span" width="12px" />
    </button>
  );
}

function about(job: JobView, trans: TranslationBundle): string {
  const parts = [job.slurm_id, job.status];
  if (job.array) {
    const { ended, failed, total } = progress(job);
    parts.push(trans.__('%1 of %2 ended', count(ended), count(total)));
    if (failed > 0) {
      parts.push(trans.__('%1 failed', count(failed)));
    }
  }
  parts.push(toneOf(job.status) === 'waiting' ? job.reason : job.partition);
  if (job.runs_this_server) {
    parts.push(trans.__('runs this Jupyter'));
  }
  return parts.filter(Boolean).join(' · ');
}

function ArrayBar(props: { job: JobView }): ReactElement {
  const { ended, failed, total } = progress(props.job);
  const part = (number: number): string => `${total ? (100 * number) / total : 0}%`;
  return (
    <span className="jsa-Bar jsa-Line-bar" aria-hidden>
      <span style={{ width: part(ended - failed) }} />
      <span className="jsa-mod-bad" style={{ width: part(failed) }} />
    </span>
  );
}

function Fold(props: { open: boolean }): ReactElement {
  return (
    <span className="jsa-Fold" aria-hidden>
      {props.open ? '▾' : '▸'}
    </span>
  );
}
