/**
 * What the server answers, as far as we read it: the names and shapes of its OpenAPI document.
 *
 * `tests/unit/test_labextension.py` holds them against that document. Times are ISO 8601 in UTC.
 */

/** The value of one of sbatch's options. */
export type ParameterValue = boolean | number | string | (number | string)[] | null;

export interface Amount {
  total: number;
  used: number;
  free: number;
}

export interface Array {
  tasks: string;
  counts: Record<string, number>;
}

export interface ArrayTask {
  array_job_id: string;
  array_slurm_id: string;
  task_id: number;
}

/** A component of a heterogeneous job; `slurm_id` is its own, such as 124 for 123+1. */
export interface Component {
  offset: number;
  slurm_id: string;
  status: string;
  partition: string | null;
  nodes: number | null;
  node_list: string | null;
  cpus: number | null;
  memory: number | null;
  gres: string | null;
}

export interface Transition {
  state: string;
  at: string;
}

/** A run that a requeue ended. */
export interface Run {
  status: string;
  start_time: string | null;
  end_time: string | null;
  exit_code: number | null;
  exit_signal: number | null;
  node_list: string | null;
}

/** What a job waits for; `status` is that of the job, where it is one's own. */
export interface Dependency {
  kind: string;
  slurm_id: string | null;
  state: string | null;
  job_id: string | null;
  status: string | null;
}

/** A job; what is long of it stands with a single one alone, and is empty in lists. */
export interface JobView {
  job_id: string | null;
  slurm_id: string | null;
  name: string | null;
  status: string;
  user: string;
  partition: string | null;
  account: string | null;
  qos: string | null;
  reason: string | null;
  explanation: string | null;
  submit_time: string | null;
  eligible_time: string | null;
  start_time: string | null;
  end_time: string | null;
  estimated_start: string | null;
  exit_code: number | null;
  exit_signal: number | null;
  cancelled_by: string | null;
  nodes: number | null;
  node_list: string | null;
  cpus: number | null;
  memory: number | null;
  gres: string | null;
  time_limit: string | null;
  restarts: number | null;
  work_dir: string | null;
  stdout_path: string | null;
  stderr_path: string | null;
  comment: string | null;
  tags: string[];
  resubmit_of: string | null;
  script: string | null;
  parameters: Record<string, ParameterValue> | null;
  transitions: Transition[];
  runs: Run[];
  waits_for: Dependency[];
  array: Array | null;
  task: ArrayTask | null;
  components: Component[] | null;
  synced_at: string | null;
  stale: boolean;
  runs_this_server: boolean;
  work_path: string | null;
  notebook_path: string | null;
  notebook_cell: string | null;
}

export interface JobsView {
  jobs: JobView[];
  total: number;
  next_cursor: string | null;
  synced_at: string | null;
  stale: boolean;
}

export interface TasksView {
  counts: Record<string, number>;
  total: number;
  tasks: JobView[];
  next_after: number | null;
}

export interface Efficiency {
  used: number | null;
  available: number | null;
  percent: number | null;
}

export interface Failure {
  explanation: string;
  reason: string | null;
  last_lines: string[];
}

export interface Suggestion {
  parameter: string;
  value: ParameterValue;
  reason: string;
}

export interface JobReport {
  status: string;
  cpu: Efficiency;
  memory: Efficiency;
  failure: Failure | null;
  suggestions: Suggestion[];
  note: string | null;
}

export interface SubmitAnswer {
  message: string;
  job_id: string;
  slurm_id: string | null;
}

export interface QueueRow {
  job_id: string;
  name: string;
  user: string;
  state: string;
  time: string;
  nodes: string;
  nodelist: string;
  partition: string;
  account: string | null;
  reason: string | null;
  priority: number | null;
  cpus: number | null;
  submit_time: string | null;
  start_time: string | null;
  time_limit: string | null;
  estimated_start: string | null;
  api_job_id: string | null;
}

export interface QueueSummary {
  states: Record<string, number>;
  partitions: Record<string, number>;
}

export interface QueueView {
  jobs: QueueRow[];
  total: number;
  summary: QueueSummary;
  synced_at: string;
  stale: boolean;
  bad_rows: number;
}

export interface PartitionUse {
  name: string;
  state: string;
  is_default: boolean;
  time_limit: string | null;
  default_time: string | null;
  min_nodes: number | null;
  max_nodes: number | null;
  max_cpus_per_node: number | null;
  max_memory_per_cpu: number | null;
  max_memory_per_node: number | null;
  allow_accounts: string[] | null;
  deny_accounts: string[] | null;
  allow_qos: string[] | null;
  deny_qos: string[] | null;
  nodes: number;
  cpus: Amount;
  memory: Amount;
  gpus: Amount;
  gpus_by_type: Record<string, Amount>;
}

export interface PartitionList {
  partitions: PartitionUse[];
  synced_at: string;
  stale: boolean;
}

export interface ActionAnswer {
  id: string;
  job_id: string | null;
  slurm_id: string | null;
  done: boolean;
  message: string;
}

export interface BulkAnswer {
  done: number;
  failed: number;
  results: ActionAnswer[];
}

export interface Association {
  account: string;
  partition: string | null;
  default_qos: string | null;
  qos: string[];
  limits: Record<string, string>;
}

export interface Qos {
  name: string;
  limits: Record<string, string>;
}

export interface Limits {
  accounting: boolean;
  default_account: string | null;
  associations: Association[];
  qos: Qos[];
}

export interface Estimate {
  partition: string | null;
  start_time: string | null;
  cpus: number | null;
  node_list: string | null;
  refusal: string | null;
}

export interface EstimateAnswer {
  estimates: Estimate[];
  asked_at: string;
}

export interface TemplateLine {
  name: string;
  site: boolean;
}

export interface TemplatesView {
  templates: TemplateLine[];
}

export interface TemplateSpec {
  script: string | null;
  name: string | null;
  parameters: Record<string, ParameterValue>;
  work_dir: string | null;
  tags: string[];
}

export interface TemplateView {
  name: string;
  site: boolean;
  spec: TemplateSpec;
}

export interface NotebookAnswer {
  message: string;
  job_id: string;
  slurm_id: string | null;
  output: string | null;
}
