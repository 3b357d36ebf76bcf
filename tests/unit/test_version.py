"""The version stands in labextension/package.json, and nobody has to say it again."""

from __future__ import annotations

import json
import re

from jupyter_slurm_api import __version__
from pages import ROOT

_VERSION = json.loads((ROOT / "labextension" / "package.json").read_text())["version"]
_PLACES = ("*", "docs/**/*", "docker/*", "jupyter*/**/*", "labextension/s*/**/*", "notebooks/*")
_BUILT = ROOT / "jupyter_slurm_api" / "labextension"
_OTHERS = ROOT / "jupyter_slurm_api" / "apidocs" / "swagger-ui"


def test_the_package_has_it():
    assert __version__ == _VERSION


def test_npm_has_it():
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text())
    assert lock["version"] == lock["packages"][""]["version"] == _VERSION


def test_what_is_new_in_it_is_told_first():
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == _VERSION


def test_it_stands_nowhere_else():
    named = re.compile(rb"(?<![\d.])" + re.escape(_VERSION).encode() + rb"(?![\d.])")
    files = {file for place in _PLACES for file in ROOT.glob(place) if file.is_file()}
    written = {file for file in files if not {_BUILT, _OTHERS} & set(file.parents)}
    assert {file.name for file in written if named.search(file.read_bytes())} == {"CHANGELOG.md"}
