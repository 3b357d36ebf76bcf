"""Real servers on a real Slurm and a real MongoDB.

Tests that need root or a second account run on the Slurm that SLURM_CONF names, as
`scripts/test` sets it; all others, or all where there is none, on a personal one that
this session starts and ends.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from stores import documents_read, in_mongo, jobs, mongo, uri  # noqa: F401 - fixtures

from clusters import personal_cluster
from servers import Server


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let test_contract take longer, where it is named."""
    parser.addoption("--cases", type=int, help="how much test_contract asks of each operation")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep on one worker the tests of a module, and all modules that share a cluster."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    shared = {item.path for item in here if "slurm_environment" in item.fixturenames}
    given = {item.path for item in here if item.get_closest_marker("other_user")}
    given |= {path for path in shared if path.stem.endswith("_root")}
    for item in here:
        cluster = "given" if item.path in given else _OWN.get(item.path.stem, "personal")
        group = cluster if item.path in shared else item.path.stem
        item.add_marker(pytest.mark.xdist_group(group))
        if item.path in given:
            item.getparent(pytest.Module).stash[_IS_GIVEN] = True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show what the server of a test that failed has logged."""
    report = yield
    server = getattr(item, "funcargs", {}).get("server")
    if report.failed and isinstance(server, Server):
        with suppress(FileNotFoundError):  # of what fails when all is taken down
            log = "\n".join(server.log.splitlines()[-_LINES:])
            report.sections.append(("The server's log", log))
    return report


_LINES = 60

_CLIENT = ("test_client", "test_events", "test_following", "test_metrics", "test_report")
_NOTEBOOK = ("test_cell_magic", "test_line_magics", "test_notebooks")
_OWN = dict.fromkeys(_CLIENT, "client") | dict.fromkeys(_NOTEBOOK, "notebook")
"""Modules that take so long that other workers have clusters for them."""

_IS_GIVEN = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def slurm_environment(request) -> dict[str, str]:
    """What a client needs to reach the cluster."""
    if "SLURM_CONF" in os.environ and request.node.stash.get(_IS_GIVEN, False):
        return {"SLURM_CONF": os.environ["SLURM_CONF"]}
    return request.getfixturevalue("personal_environment")


@pytest.fixture(scope="session")
def personal_environment() -> Iterator[dict[str, str]]:
    """What a client needs to reach a cluster of this session's own."""
    with personal_cluster() as environment:
        yield environment


@pytest.fixture(scope="module")
def run_slurm(slurm_environment) -> Callable[..., str]:
    """Run one of Slurm's commands as this user and return what it prints."""

    def run(*argv: str, cwd: Path | None = None, stdin: str = "") -> str:
        done = subprocess.run(
            argv,
            env={**os.environ, **slurm_environment},
            cwd=cwd,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # other tests' jobs have names that are no UTF-8
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture(scope="module")
def make_server(tmp_path_factory, slurm_environment) -> Iterator[Callable[..., Server]]:
    """Make servers; what is still running at the end is stopped."""
    made: list[Server] = []

    def make(home: Path | None = None, **options: Any) -> Server:
        environment = {**slurm_environment, **options.pop("environment", {})}
        home = home or tmp_path_factory.mktemp("home")
        server = Server(home, environment, **options)
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()


@pytest.fixture(scope="module")
def server(make_server) -> Server:
    """One server for the tests of a module."""
    return make_server().start()
