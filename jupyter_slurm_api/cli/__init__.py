"""`jupyter slurm`: the API from a terminal."""
