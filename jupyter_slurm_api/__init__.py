"""Slurm inside Jupyter: submit, watch and understand batch jobs from the notebook."""

from __future__ import annotations

from typing import Any

from ._version import __version__

__all__ = ["__version__"]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server where our extension is."""
    from .extension import SlurmApi

    return [{"module": "jupyter_slurm_api.extension", "app": SlurmApi}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab where our extension was built."""
    return [{"src": "labextension", "dest": "jupyter-slurm-api"}]


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook its magics: ``%load_ext jupyter_slurm_api``."""
    from .notebook.loading import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take them away."""
    from .notebook.loading import unload

    unload(shell)
