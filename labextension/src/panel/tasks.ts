import { useEffect, useState } from 'react';

import type { TasksView } from '../answers';
import { useLive } from '../hooks';
import type { ISlurm } from '../model';

/** The tasks of arrays that are open, read anew whenever jobs have changed. */
export function useTasks(
  slurm: ISlurm,
  opened: ReadonlySet<string>
): ReadonlyMap<string, TasksView> {
  const jobs = useLive(slurm.jobs);
  const [tasks, setTasks] = useState<ReadonlyMap<string, TasksView>>(new Map());
  useEffect(() => {
    let isCurrent = true;
    for (const jobId of opened) {
      slurm.api.tasks(jobId).then(
        page => isCurrent && setTasks(known => new Map(known).set(jobId, page)),
        () => undefined // what stands in the way is shown above the list
      );
    }
    return () => {
      isCurrent = false;
    };
  }, [slurm, opened, jobs]);
  return tasks;
}
