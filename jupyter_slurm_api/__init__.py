"""Slurm inside Jupyter: submit, watch and understand batch jobs from the notebook."""
