/** Under which our texts are translated. */
export const DOMAIN = 'jupyter-slurm-api';
