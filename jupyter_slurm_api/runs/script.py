"""The batch script of a run: the notebook's own Python, in the environment that it has there."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import Final

from .directory import RunDirectory
from .outcome import NO_PYTHON, NOT_SHARED

_CARRIED: Final = (
    "PATH",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "CONDA_DEFAULT_ENV",
    "LOADEDMODULES",
    "_LMFILES_",
)
"""What makes an environment, and holds no secrets: the rest is the job's own."""

_SCRIPT: Final = """\
#!/bin/bash
# {what}, sent from a notebook by jupyter-slurm-api.
{exports}
run={run}
python={python}
if [ ! -r "$run/run.json" ]; then
  echo "$(hostname) does not see $run: that directory is not shared with this node." >&2
  exit {not_shared}
fi
if [ ! -x "$python" ]; then
  echo "There is no $python on $(hostname)." >&2
  exit {no_python}
fi
exec "$python" -c '
import sys
sys.path = [place for place in sys.path if place]  # not what happens to lie where the job runs
sys.modules["rfc3987_syntax"] = None  # seconds to load; optional to jsonschema, and of no use here
try:
    from jupyter_slurm_api.runs import runner
except ImportError as error:
    print(f"{{sys.executable}} cannot run this here: {{error}}.", file=sys.stderr)
    sys.exit({no_python})
sys.exit(runner.main(sys.argv[1]))
' "$run"
"""


def script(
    what: str, directory: RunDirectory, environ: Mapping[str, str], python: str | None = None
) -> str:
    """Return the script of a run by a Python, or this one.

    ``what`` it is stands in it for people, and of its environment what makes ``environ`` one.
    """
    carried = {name: environ[name] for name in _CARRIED if environ.get(name)}
    return _SCRIPT.format(
        what=on_one_line(what),
        exports="\n".join(f"export {name}={shlex.quote(value)}" for name, value in carried.items()),
        run=shlex.quote(str(directory.path)),
        python=shlex.quote(python or sys.executable),
        not_shared=NOT_SHARED,
        no_python=NO_PYTHON,
    )


def on_one_line(text: str) -> str:
    """Return a name of a file as a line of a script, or an option, can hold it."""
    return "".join(one if one.isprintable() else " " for one in text)
