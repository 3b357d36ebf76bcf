"""The adapter to Slurm: what to run, what it said, and the one place that runs it."""
