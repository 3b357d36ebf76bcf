"""What is released: made of what the repository holds, installed where nothing is, nor Node."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_slurm_api import __version__
from pages import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

_BIN = Path(sys.executable).parent
_LAB = "share/jupyter/labextensions/jupyter-slurm-api"
_BUILT = Path("jupyter_slurm_api", "labextension")
_LOAD_ALL = """
import importlib, pkgutil
import jupyter_slurm_api as package
for module in pkgutil.walk_packages(package.__path__, "jupyter_slurm_api."):
    importlib.import_module(module.name)
print(package.__version__)
"""


@dataclass(frozen=True)
class Release:
    """The two files that are released, and what the repository held and was built before."""

    wheel: Path
    sdist: Path
    held: frozenset[Path]
    built: frozenset[Path]


def _files(directory: Path) -> frozenset[Path]:
    return frozenset(file.relative_to(directory) for file in directory.rglob("*") if file.is_file())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """Copy what the repository holds, so that what lies about here gets nowhere."""
    copy = tmp_path_factory.mktemp("checkout")
    others = [name.rstrip("/") for name in (ROOT / ".gitignore").read_text().split()]
    left_out = [f"--exclude={name}" for name in [".git", *others]]
    packed = subprocess.run(
        ["tar", "--create", *left_out, "."], cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    subprocess.run(["tar", "--extract"], cwd=copy, input=packed.stdout, check=True)
    return copy


@pytest.fixture(scope="module")
def release(checkout, tmp_path_factory) -> Release:
    """Make both as a release does, with a shell and no Node but the one that pip brings."""
    held = _files(checkout)
    # Of these package-lock.json decides, so that no registry need be asked again.
    modules = "labextension/node_modules"
    shutil.copytree(ROOT / modules, checkout / modules, symlinks=True)
    shell = tmp_path_factory.mktemp("bin") / "sh"
    shell.symlink_to("/bin/sh")
    made = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", made, checkout],
        env={**os.environ, "PATH": str(shell.parent), "npm_config_offline": "true"},
        check=True,
    )
    (wheel,), (sdist,) = made.glob("*.whl"), made.glob("*.tar.gz")
    return Release(wheel, sdist, held, _files(checkout / _BUILT))


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def installed(request, release, tmp_path_factory) -> Callable[..., str]:
    """Install it beside JupyterLab where nothing else is; what a command says there."""
    place = tmp_path_factory.mktemp(request.param)
    venv.create(place, with_pip=True)
    environment = {
        **os.environ,
        "PATH": str(place / "bin"),
        "JUPYTER_CONFIG_DIR": str(place / "config"),
        "JUPYTER_DATA_DIR": str(place / "data"),
    }

    def run(*argv: str | Path) -> str:
        done = subprocess.run(
            argv,
            env=environment,
            cwd=place,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return re.sub(r"\x1b\[[\d;]*m", "", done.stdout)

    run("pip", "install", "--no-compile", getattr(release, request.param), "jupyterlab>=4.2,<5")
    return run


def test_there_is_no_node(installed):
    assert installed("python", "-c", "import shutil; print(shutil.which('node'))") == "None\n"


def test_all_that_it_needs_is_there(installed):
    assert installed("pip", "check") == "No broken requirements found.\n"


def test_every_module_can_be_loaded(installed):
    assert installed("python", "-c", _LOAD_ALL) == f"{__version__}\n"


def test_jupyter_server_has_its_extension(installed):
    told = installed("jupyter", "server", "extension", "list")
    assert re.search(r"jupyter_slurm_api\s+enabled", told)
    assert re.search(rf"jupyter_slurm_api {re.escape(__version__)}\s+OK", told)


def test_jupyterlab_has_its_extension(installed):
    told = installed("jupyter", "labextension", "list")
    assert re.search(rf"jupyter-slurm-api v{re.escape(__version__)}\s+enabled\s+OK", told)


def test_its_commands_are_there(installed, release):
    commands = configparser.ConfigParser()
    commands.read_string(_in_wheel(release, "entry_points.txt"))
    assert "jupyter-slurm" in commands["console_scripts"]
    for command in commands["console_scripts"]:
        assert installed(command, "--help")


def _in_wheel(release: Release, name: str) -> str:
    with zipfile.ZipFile(release.wheel) as wheel:
        (found,) = [one for one in wheel.namelist() if one.endswith(f".dist-info/{name}")]
        return wheel.read(found).decode()


def test_the_wheel_holds_the_package_and_what_jupyter_reads_and_nothing_else(release):
    package = {str(file) for file in release.held if file.parts[0] == "jupyter_slurm_api"}
    stem = f"jupyter_slurm_api-{__version__}"
    data = {
        "etc/jupyter/jupyter_server_config.d/jupyter_slurm_api.json",
        f"{_LAB}/install.json",
        *(f"{_LAB}/{file}" for file in release.built),
    }
    about = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
    with zipfile.ZipFile(release.wheel) as wheel:
        assert set(wheel.namelist()) == (
            package
            | {f"{stem}.data/data/{file}" for file in data}
            | {f"{stem}.dist-info/{file}" for file in about}
        )


def test_the_source_distribution_holds_the_repository_and_what_node_made_of_it(release):
    with tarfile.open(release.sdist) as sdist:
        held = {Path(*Path(one.name).parts[1:]) for one in sdist if one.isfile()}
    assert held == (release.held | {_BUILT / file for file in release.built} | {Path("PKG-INFO")})


def test_no_file_names_a_source_map_that_is_not_there(release):
    with zipfile.ZipFile(release.wheel) as wheel:
        read = {one: wheel.read(one) for one in wheel.namelist() if one.endswith((".js", ".css"))}
    assert read
    names_one = re.compile(rb"^(//|/\*)# sourceMappingURL=", re.MULTILINE)
    assert [one for one, text in read.items() if names_one.search(text)] == []


def test_each_package_that_is_built_in_is_listed_with_its_licence(release, checkout):
    """A source map says what a file was made of."""
    (listed,) = [file for file in release.built if file.name == "third-party-licenses.json"]
    with zipfile.ZipFile(release.wheel) as wheel:
        (name,) = [one for one in wheel.namelist() if one.endswith(str(listed))]
        licences = json.loads(wheel.read(name))["packages"]
    subprocess.run(
        [_BIN / "jupyter-builder", "build", "--source-map", "True", checkout / "labextension"],
        env={**os.environ, "PATH": f"{_BIN}:{os.defpath}"},
        check=True,
    )
    maps = [json.loads(file.read_text()) for file in (checkout / _BUILT).rglob("*.map")]
    sources = [source for one in maps for source in one["sources"]]
    built_in = re.findall(r"/node_modules/((?:@[^/\n]+/)?[^/\n]+)/", "\n".join(sources))
    assert built_in
    assert set(built_in) == {one["name"] for one in licences}
    assert all(len(one["extractedText"]) > 500 for one in licences)
