/**
 * sbatch's options: which there are, and what stands behind them.
 *
 * `tests/unit/test_labextension.py` holds these words against the server's own.
 */

const FLAGS = `
  contiguous hold ignore-pbs no-requeue overcommit oversubscribe reboot requeue spread-job
  stepmgr use-min-nodes
  parsable quiet verbose test-only help usage version wait
`;
const MAYBE = `consolidate-segments exclusive get-user-env nice no-kill propagate resv-ports`;
const VALUES = `
  account acctg-freq array batch bb bbf begin chdir cluster-constraint comment constraint
  container container-id context core-spec cores-per-socket cpu-freq cpus-per-gpu
  cpus-per-task deadline delay-boot dependency distribution error exclude export export-file
  extra extra-node-info gpu-bind gpu-freq gpus gpus-per-node gpus-per-socket gpus-per-task
  gres gres-flags hint input job-name kill-on-invalid-dep licenses mail-type mail-user
  mcs-label mem mem-bind mem-per-cpu mem-per-gpu mincpus network nodefile nodelist nodes
  ntasks ntasks-per-core ntasks-per-gpu ntasks-per-node ntasks-per-socket ntasks-per-tres
  oom-kill-step open-mode output partition power prefer priority profile qos reservation
  segment signal sockets-per-node switches tasks-per-node thread-spec threads-per-core time
  time-min tmp tres-bind tres-per-task wait-all-nodes wckey
  clusters gid uid wrap
`;
const SHORT = `
  a:array A:account b:begin B:extra-node-info c:cpus-per-task C:constraint d:dependency D:chdir
  e:error F:nodefile G:gpus h:help H:hold i:input J:job-name k:no-kill L:licenses m:distribution
  M:clusters n:ntasks N:nodes o:output O:overcommit p:partition q:qos Q:quiet s:oversubscribe
  S:core-spec t:time v:verbose V:version w:nodelist W:wait x:exclude
`;
const ALIASES: Readonly<Record<string, string>> = {
  cluster: 'clusters',
  'tasks-per-node': 'ntasks-per-node'
};

type Takes = 'nothing' | 'maybe' | 'value';

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}

const OPTIONS: ReadonlyMap<string, Takes> = new Map<string, Takes>([
  ...words(FLAGS).map(name => [name, 'nothing'] as const),
  ...words(MAYBE).map(name => [name, 'maybe'] as const),
  ...words(VALUES).map(name => [name, 'value'] as const)
]);

const LETTERS: ReadonlyMap<string, string> = new Map(
  words(SHORT).map(pair => [pair.charAt(0), pair.slice(2)])
);

/** Whether sbatch has this long option. */
export function isOption(name: string): boolean {
  return OPTIONS.has(name);
}

/** What stands behind a long option; behind one that is not known, nothing. */
export function takes(name: string): Takes {
  return OPTIONS.get(name) ?? 'nothing';
}

/** The long option of a letter; of one that is none, the letter. */
export function ofLetter(letter: string): string {
  return LETTERS.get(letter) ?? letter;
}

/** The option that begins so: sbatch takes any start that fits no other of its own. */
export function wholeName(start: string): string {
  const alias = ALIASES[start];
  if (alias !== undefined || OPTIONS.has(start)) {
    return alias ?? start;
  }
  const names = [...OPTIONS.keys()].filter(name => name.startsWith(start));
  return names.length === 1 ? (names[0] ?? start) : start;
}
