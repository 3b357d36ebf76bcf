"""What of docker-compose.yml can be seen without an engine; `docker/smoke` sees the rest."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
import yaml

_CHECKOUT = Path(__file__).parents[2]
_FILE = yaml.safe_load((_CHECKOUT / "docker-compose.yml").read_text())
_SERVICES: dict[str, dict[str, Any]] = _FILE["services"]
_STAGES = dict(
    re.findall(
        r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM |\Z)",
        (_CHECKOUT / "docker" / "Dockerfile").read_text().replace("build-tests", "build_tests"),
        re.MULTILINE | re.DOTALL,
    )
)
_SLURM_CONF = dict(
    line.split("=", 1)
    for line in (_CHECKOUT / "docker" / "slurm.conf").read_text().splitlines()
    if "=" in line and not line.startswith("#")
)

_NODE = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID", "SYS_PTRACE"]
_CAPABILITIES = {
    "node1": _NODE,
    "node2": _NODE,
    "mongo": ["CHOWN", "DAC_READ_SEARCH", "KILL", "SETGID", "SETUID"],
}

each_service = pytest.mark.parametrize("name", _SERVICES)


def _mounts(name: str) -> dict[str, str]:
    """Where a service has its volumes, with `:ro` where it may only look."""
    return dict(mount.split(":", 1) for mount in _SERVICES[name]["volumes"])


@each_service
def test_a_service_is_watched_and_told_what_to_do_when_it_ends(name):
    service = _SERVICES[name]
    assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert service["restart"] == ("no" if "profiles" in service else "unless-stopped")


@each_service
def test_a_service_starts_when_those_that_it_needs_are_well(name):
    needed = _SERVICES[name].get("depends_on", {})
    assert all(how == {"condition": "service_healthy"} for how in needed.values())
    assert set(needed) <= set(_SERVICES)
    # Compose refuses a circle, so it must not come to that.
    order = {one: set(service.get("depends_on", {})) for one, service in _SERVICES.items()}
    assert set(TopologicalSorter(order).static_order()) == set(_SERVICES)


def test_nothing_is_published_but_jupyterlab_to_this_machine():
    published = {
        name: service["ports"] for name, service in _SERVICES.items() if "ports" in service
    }
    assert published == {"jupyter": ["127.0.0.1:${JUPYTER_PORT:-8000}:8000"]}


def test_mongodb_is_reached_by_jupyterlab_alone():
    there = [name for name, one in _SERVICES.items() if "database" in one.get("networks", [])]
    assert there == ["mongo", "jupyter"]
    assert _SERVICES["mongo"]["networks"] == ["database"]


def test_no_secret_is_in_an_environment_that_jobs_could_inherit():
    environments = {name: service.get("environment", {}) for name, service in _SERVICES.items()}
    secret = re.compile("TOKEN|PASSWORD|SECRET|KEY", re.IGNORECASE)
    found = {name for name, variables in environments.items() if secret.search(" ".join(variables))}
    assert found == {"token"}
    assert _SERVICES["token"]["network_mode"] == "none"
    assert environments["token"]["JUPYTER_TOKEN"] == "${JUPYTER_TOKEN:-}"
    assert environments["jupyter"]["MONGO_URI"] == "mongodb://mongo:27017/"


@pytest.mark.parametrize(
    ("volume", "owner", "guests"),
    [
        ("munge-key", "munge", set()),
        ("munge-socket", "munge", set(_SERVICES) - {"munge", "mariadb", "mongo", "token"}),
        ("mariadb-data", "mariadb", set()),
        ("mariadb-socket", "mariadb", {"slurmdbd"}),
        ("token", "token", {"jupyter"}),
    ],
)
def test_only_its_owner_writes_to_a_volume_that_others_trust(volume, owner, guests):
    mounts = {name: _mounts(name)[volume] for name in _SERVICES if volume in _mounts(name)}
    assert set(mounts) == {owner} | guests
    assert {name for name, place in mounts.items() if not place.endswith(":ro")} == {owner}


def test_what_is_kept_lies_in_volumes_that_are_declared():
    used = {volume for name in _SERVICES for volume in _mounts(name)}
    assert used == set(_FILE["volumes"])


@each_service
def test_only_slurmd_runs_as_root(name):
    service = _SERVICES[name]
    if "build" not in service:
        return
    users = re.findall(r"^USER (\w+)", _STAGES[service["build"]["target"]], re.MULTILINE)
    assert not users if name.startswith("node") else users[-1] != "root"


@each_service
def test_a_service_may_do_no_more_than_it_needs(name):
    service = _SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("cap_add", []) == _CAPABILITIES.get(name, [])


@each_service
def test_an_image_can_have_another_name_and_come_from_another_place(name):
    service = _SERVICES[name]
    assert re.fullmatch(r"\$\{\w+:-[\w./:-]+\}(\w+:\$\{\w+:-latest\})?", service["image"])
    if "build" in service:
        assert service["build"]["args"] == {
            "BASE_IMAGE": "${BASE_IMAGE:-debian:bookworm-slim}",
            "PIP_INDEX_URL": "${PIP_INDEX_URL:-}",
            "NPM_CONFIG_REGISTRY": "${NPM_CONFIG_REGISTRY:-}",
        }


def test_slurms_hosts_are_the_services():
    first, last = map(int, re.findall(r"\d+", _SLURM_CONF["NodeName"].split()[0]))
    nodes = [f"node{number}" for number in range(first, last + 1)]
    assert nodes == [name for name in _SERVICES if name.startswith("node")]
    for host in (*nodes, _SLURM_CONF["SlurmctldHost"], _SLURM_CONF["AccountingStorageHost"]):
        assert _SERVICES[host]["hostname"] == host


class TestToken:
    """`docker/keep-token`, as the service `token` runs it."""

    @pytest.fixture
    def keep(self, tmp_path):
        def run(given: str = "") -> subprocess.CompletedProcess[str]:
            environment = {
                "PATH": os.defpath,
                "JUPYTER_TOKEN": given,
                "JUPYTER_TOKEN_FILE": str(tmp_path / "token"),
                "JUPYTER_URL": "http://127.0.0.1:8000",
            }
            return subprocess.run(
                [_CHECKOUT / "docker" / "keep-token", "true"],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )

        return run

    @pytest.fixture
    def file(self, tmp_path):
        return tmp_path / "token"

    def test_one_is_made_and_shown_and_stays(self, keep, file):
        shown = keep().stdout
        assert re.fullmatch(r"[0-9a-f]{48}", file.read_text())
        assert shown == f"JupyterLab: http://127.0.0.1:8000/lab?token={file.read_text()}\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert keep().stdout == shown

    def test_the_one_that_is_given_takes_its_place_and_is_not_shown(self, keep, file):
        keep()
        assert "violet" not in keep("violet").stdout
        assert file.read_text() == "violet"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        keep()
        assert file.read_text() == "violet"

    @pytest.mark.parametrize("example", ["change-me", "Your-Token", "<token>", "secret"])
    def test_an_example_is_refused(self, keep, file, example):
        refused = keep(example)
        assert refused.returncode == 1
        assert "is an example" in refused.stderr
        assert not file.exists()
