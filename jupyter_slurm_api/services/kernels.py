"""The Python that a kernel of this server is."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Final, Protocol

from jupyter_client.kernelspec import KernelSpec, NoSuchKernel
from traitlets import TraitError

from ..errors import InvalidRequest
from .submission import problem

_MODULES: Final = ("ipykernel_launcher", "ipykernel")
_THIS: Final = ("python", "python3", f"python3.{sys.version_info.minor}")
"""What Jupyter takes for the Python that it runs in itself."""


class KernelSpecs(Protocol):
    """What is wanted of Jupyter's manager of kernelspecs."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the kernelspec of a name."""


@dataclass(frozen=True, slots=True)
class KernelPython:
    """A kernel's interpreter, and the environment that Jupyter would start it in."""

    path: str
    environ: Mapping[str, str]


class Kernels:
    """Finds interpreters by kernelspecs; ``environ`` is this server's environment."""

    def __init__(self, specs: KernelSpecs, environ: Mapping[str, str]) -> None:
        self._specs = specs
        self._environ = environ

    def python(self, name: str) -> KernelPython:
        """Return the Python of a kernel. It reads files.

        Raises:
            InvalidRequest: there is no such kernel, or it is no Python, or that is not there.
        """
        spec = self._spec(name)
        if not any(flag == "-m" and module in _MODULES for flag, module in pairwise(spec.argv)):
            raise _fault(
                f"The kernel '{name}' is no Python (ipykernel), and no other is run from here. In a"
                " notebook of Python, %slurm run NOTEBOOK starts the notebook's own kernel."
            )
        environ = {**self._environ}
        for key, value in spec.env.items():
            environ[key] = Template(value).safe_substitute(self._environ)
        named = sys.executable if spec.argv[0] in _THIS else spec.argv[0]
        path = shutil.which(named, path=environ.get("PATH"))
        if path is None:
            raise _fault(
                f"The kernel '{name}' is started by {named}, which is not there. Install the kernel"
                " again, or choose another one for the notebook."
            )
        return KernelPython(str(Path(path).absolute()), environ)  # where it leads is another Python

    def _spec(self, name: str) -> KernelSpec:
        try:
            return self._specs.get_kernel_spec(name)
        except NoSuchKernel:
            raise _fault(
                f"There is no kernel '{name}' here. Choose another one for the notebook (in"
                " JupyterLab: Kernel > Change Kernel…) and save it, or send one as 'kernel_name'."
            ) from None
        except (OSError, ValueError, TypeError, TraitError) as error:
            raise _fault(
                f"The kernel '{name}' cannot be read: {error}. Install it again."
            ) from error


def _fault(message: str) -> InvalidRequest:
    return problem("kernel_name", message)
