"""The running server held against its own OpenAPI document, by what schemathesis makes of it.

    scripts/test tests/integration/test_contract.py --cases=300

asks so many random things of each operation, and every boundary of its schemas besides.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import zlib
from pathlib import Path

import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    positive_data_acceptance,
    response_schema_conformance,
    status_code_conformance,
)

from jupyter_slurm_api.local.devcluster import DevCluster
from jupyter_slurm_api.local.spec import ClusterSpec
from jupyter_slurm_api.services.jobs import SOME_JOBS
from jupyter_slurm_api.slurm.options import OPTIONS
from servers import Server

CASES = 10
CHECKS = [
    not_a_server_error,  # 503 and 504 too: nothing is away here, so they would be untrue
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
LEFT_OUT = {"text/event-stream", "text/html", "application/octet-stream"}
# 416, since no schema says where an output ends.
ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "416", "429"]
SMALL = {"mem": "20M"}
NOTEBOOK = "analysis.ipynb"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server on a cluster of its own, where any job may be acted on."""
    directory = Path(tempfile.mkdtemp(prefix="jsa-contract-", dir="/tmp"))
    cluster = DevCluster(directory)
    try:
        cluster.up(ClusterSpec(nodes=1))
        with Server(tmp_path_factory.mktemp("home"), cluster.environment()) as server:
            (server.work_dir / NOTEBOOK).write_text('{"nbformat": 4}')
            yield server
            assert "Traceback" not in server.log
    finally:
        cluster.down(purge=True)


@pytest.fixture(scope="module")
def jobs(server):
    """The names of jobs in several states; after them the cluster starts no other."""
    running = server.submit("#!/bin/sh\necho begun\nexec sleep 3600\n", parameters=SMALL)
    ended, array = (
        server.submit("#!/bin/sh\necho hello\n", parameters={**SMALL, **more})
        for more in ({}, {"array": "0-2"})
    )
    held = server.submit("#!/bin/sh\n", parameters={"hold": True, **SMALL})
    server.wait_for_status(running, "RUNNING")
    ids = [server.wait_for_status(one, "COMPLETED")["slurm_id"] for one in (ended, array)]
    for partition in ("debug", "long"):
        closing = ["scontrol", "update", f"PartitionName={partition}", "State=DOWN"]
        subprocess.run(closing, env={**os.environ, **server.environment}, check=True)
    return [running, ended, held, array, *ids, f"{ids[1]}_1"]


@pytest.fixture(scope="module")
def api(server, jobs, request):
    """The document that the server gives, and how it is asked by it."""
    cases = request.config.getoption("--cases", None)
    config = SchemathesisConfig()
    project = config.projects.default
    project.phases.coverage.enabled = cases is not None
    project.generation.update(
        max_examples=cases or CASES, deterministic=cases is None, with_security_parameters=False
    )
    project.checks.negative_data_rejection.expected_statuses = ["4xx"]
    project.checks.positive_data_acceptance.expected_statuses = ACCEPTED
    api = schemathesis.openapi.from_url(
        server.url + "slurm/openapi.json", headers=_login(server), config=config
    )

    @api.hook
    def map_path_parameters(_context, parameters):
        name = (parameters or {}).get("job_id")
        is_one = isinstance(name, str) and re.fullmatch(SOME_JOBS, name)
        return {**parameters, "job_id": one_of(jobs, name)} if is_one else parameters

    @api.hook
    def map_body(_context, body):
        if isinstance(body, dict) and isinstance(body.get("path"), str):
            body = {**body, "path": one_of([NOTEBOOK], body["path"])}
        if not (isinstance(body, dict) and isinstance(body.get("parameters"), dict)):
            return body
        known = [*OPTIONS]
        named = {one_of(known, name): value for name, value in body["parameters"].items()}
        return {**body, "parameters": named}

    return api


def one_of(known, word):
    """Return something known for each second word, which by itself hardly is; the same always."""
    place = zlib.crc32(repr(word).encode()) % (2 * len(known))
    return known[place] if place < len(known) else word


def is_asked(context):
    """Leave out what has no end, and what the page of the documentation is made of."""
    answers = context.operation.definition.raw["responses"]
    kinds = {kind for answer in answers.values() for kind in answer.get("content", ())}
    return LEFT_OUT.isdisjoint(kinds) and "101" not in answers  # nor is a WebSocket a request


@pytest.mark.timeout(3600)  # for all operations, of as many --cases as are wanted
@schemathesis.pytest.from_fixture("api").include(is_asked).parametrize()
def test_every_answer_is_as_documented(case, server):
    answer = case.call(headers=_login(server), timeout=60)
    case.validate_response(answer, [*CHECKS, *_where_a_schema_says_all(case, answer)])


def _where_a_schema_says_all(case, answer):
    """Have what is valid accepted.

    No schema says which cursors we gave, how the parts of a body depend on
    each other, or what Slurm takes.
    """
    by_slurm = answer.status_code == 422 and answer.json()["error"] == "slurm_refused"
    if by_slurm or case.method != "GET" or "cursor" in (case.query or ()):
        return []
    return [positive_data_acceptance]


def _login(server):
    return {"Authorization": f"token {server.token}"}
