/** The commands of this extension, as the palette, shortcuts and other extensions know them. */
export const CommandIDs = {
  showPanel: 'jupyter-slurm-api:show-panel',
  openQueue: 'jupyter-slurm-api:open-queue',
  refresh: 'jupyter-slurm-api:refresh'
} as const;
