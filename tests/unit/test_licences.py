"""What others wrote and the package brings has its licence beside it."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from jupyter_slurm_api.handlers import documents

_PACKAGE = Path(documents.__file__).parents[1]
_SWAGGER = _PACKAGE / "apidocs" / "swagger-ui"
_LAB = Path(sys.prefix, "share", "jupyter", "labextensions", "jupyter-slurm-api", "static")
_BUNDLE = "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2"


def _listed(directory: Path) -> dict[str, str]:
    packages = json.loads((directory / "third-party-licenses.json").read_text())["packages"]
    return {one["name"]: one["extractedText"] for one in packages}


@pytest.mark.parametrize(
    ("directory", "within"), [(_LAB, "@tanstack/table-core"), (_SWAGGER, "immutable")]
)
def test_each_package_is_listed_with_a_text(directory, within):
    listed = _listed(directory)
    assert within in listed
    assert {name for name, text in listed.items() if len(text) < 500} == set()


def test_swagger_uis_list_is_of_the_files_that_are_served():
    """Whoever puts others there by hand is told that `scripts/swagger-ui` makes the list too."""
    served = (_SWAGGER / "swagger-ui-bundle.js").read_bytes()
    assert hashlib.sha256(served).hexdigest() == _BUNDLE
