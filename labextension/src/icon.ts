import { LabIcon } from '@jupyterlab/ui-components';

/** Jobs in a queue, one of them running. */
export const slurmIcon = new LabIcon({
  name: 'jupyter-slurm-api:slurm',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M3 4.5v5l4.2-2.5z"/>
    <rect x="9" y="5.5" width="12" height="3" rx="1"/>
    <rect x="3" y="12" width="18" height="3" rx="1" opacity=".75"/>
    <rect x="3" y="17.5" width="18" height="3" rx="1" opacity=".5"/>
  </g>
</svg>`
});
