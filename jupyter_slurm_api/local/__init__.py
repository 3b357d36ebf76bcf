"""Servers of one's own: a Slurm cluster and a MongoDB on this machine."""
