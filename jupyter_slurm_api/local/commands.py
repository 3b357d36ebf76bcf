"""Slurm's commands, run in the environment of one cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local import programs


@dataclass(frozen=True)
class Commands:
    """Runs programs by name; ``environment`` is all that they see."""

    environment: Mapping[str, str]

    def run(self, name: str, *arguments: str, patience: float = 30) -> str:
        """What the command prints; an error when it fails or takes longer."""
        return programs.run([name, *arguments], env=self.environment, seconds=patience)

    def ask(self, name: str, *arguments: str, patience: float = 3) -> str | None:
        """What the command prints; None when it fails or takes longer."""
        try:
            return self.run(name, *arguments, patience=patience)
        except DevClusterError:
            return None
