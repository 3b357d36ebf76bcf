import type { TranslationBundle } from '@jupyterlab/translation';
import { type ReactElement, useEffect, useId, useState } from 'react';

import type { Efficiency, JobReport, JobView } from '../answers';
import { offsetOf } from '../component';
import { count, duration, size } from '../format';
import type { ISlurm } from '../model';
import { goesOn } from '../states';

/** The report of a job that is over, read anew when more is known of it; null before. */
export function useReport(slurm: ISlurm, job: JobView | null): JobReport | null {
  const [report, setReport] = useState<JobReport | null>(null);
  const isWhole = job !== null && !job.array && offsetOf(job) === null;
  const id = isWhole && !goesOn(job.status) ? job.job_id : null;
  useEffect(() => {
    let isCurrent = true;
    if (id) {
      slurm.api.report(id).then(
        read => isCurrent && setReport(read),
        () => undefined // it goes on again, or the notice above says what is in the way
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [slurm, id, job]);
  return id ? report : null;
}

interface IProps {
  report: JobReport;
  trans: TranslationBundle;
}

/** How a job went: its last words, what it used, what to ask for the next time. */
export function Report({ report, trans }: IProps): ReactElement {
  const { cpu, memory, failure, suggestions, note } = report;
  const lines = failure?.last_lines ?? [];
  const id = useId();
  return (
    <div className="jsa-Report" tabIndex={0}>
      {lines.length > 0 && (
        <section>
          <h3 id={id}>{trans.__('The last lines that it wrote')}</h3>
          <pre tabIndex={0} aria-labelledby={id}>
            {lines.join('\n')}
          </pre>
        </section>
      )}
      {(cpu.percent !== null || memory.percent !== null) && (
        <section>
          <h3>{trans.__('What it used')}</h3>
          <Used
            what={trans.__('CPU time')}
            of={cpu}
            unit={seconds => duration(0, seconds * 1000, trans)}
            trans={trans}
          />
          <Used what={trans.__('Memory')} of={memory} unit={size} trans={trans} />
        </section>
      )}
      {suggestions.length > 0 && (
        <section>
          <h3>{trans.__('What to ask for the next time')}</h3>
          <ul>
            {suggestions.map(({ parameter, value, reason }) => (
              <li key={parameter}>
                <code>{`--${parameter}=${String(value)}`}</code> {reason}
              </li>
            ))}
          </ul>
        </section>
      )}
      {note && <p className="jsa-muted">{note}</p>}
    </div>
  );
}

function Used(props: {
  what: string;
  of: Efficiency;
  unit: (amount: number) => string;
  trans: TranslationBundle;
}): ReactElement | null {
  const { what, of, unit, trans } = props;
  const { used, available, percent } = of;
  if (used === null || available === null || percent === null) {
    return null;
  }
  const text = trans.__('%1 % of %2: %3 of %4', count(percent), what, unit(used), unit(available));
  return (
    <p>
      <span className="jsa-Bar" aria-hidden>
        <span style={{ width: `${Math.min(100, percent)}%` }} />
      </span>
      {text}
    </p>
  );
}
