/** The commands of this extension, as the palette, shortcuts and other extensions know them. */
export const CommandIDs = {
  showPanel: 'jupyter-slurm-api:show-panel',
  openQueue: 'jupyter-slurm-api:open-queue',
  openJob: 'jupyter-slurm-api:open-job',
  submit: 'jupyter-slurm-api:submit',
  submitFile: 'jupyter-slurm-api:submit-file',
  runNotebook: 'jupyter-slurm-api:run-notebook',
  refresh: 'jupyter-slurm-api:refresh'
} as const;
