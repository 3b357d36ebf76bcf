/** The commands of this extension, as the palette, shortcuts and other extensions know them. */
export const CommandIDs = {
  showPanel: 'jupyter-slurm-api:show-panel',
  openQueue: 'jupyter-slurm-api:open-queue',
  submit: 'jupyter-slurm-api:submit',
  submitFile: 'jupyter-slurm-api:submit-file',
  runNotebook: 'jupyter-slurm-api:run-notebook',
  /** Of one job: `{ id }`, its UUID or its Slurm id. */
  openJob: 'jupyter-slurm-api:open-job',
  cancelJob: 'jupyter-slurm-api:cancel-job',
  holdJob: 'jupyter-slurm-api:hold-job',
  releaseJob: 'jupyter-slurm-api:release-job',
  requeueJob: 'jupyter-slurm-api:requeue-job',
  refresh: 'jupyter-slurm-api:refresh'
} as const;
