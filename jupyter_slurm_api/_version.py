"""The package's version, as it was installed; it stands in labextension/package.json."""

from importlib.metadata import version

__version__ = version("jupyter-slurm-api")
