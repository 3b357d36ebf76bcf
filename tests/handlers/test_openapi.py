"""The API described: the document, the contract behind it and the page that shows it."""

from __future__ import annotations

import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from jupyter_slurm_api.handlers.contract import OPERATIONS
from jupyter_slurm_api.handlers.routes import ROUTES

VERBS = ("get", "post", "put", "patch", "delete", "head")


def test_the_contract_has_each_verb_of_each_route_and_no_other():
    offered = {
        (route.path, verb) for route in ROUTES for verb in VERBS if verb in vars(route.handler)
    }
    assert set(OPERATIONS) == offered


@pytest.fixture
def document(call):
    async def fetch():
        return (await call("slurm", "openapi.json")).body

    return fetch


async def test_the_document_is_valid(document):
    OpenAPIV31SpecValidator(await document()).validate()


async def test_it_tells_where_the_server_is(document, jp_base_url):
    assert (await document())["servers"] == [{"url": jp_base_url + "slurm"}]


async def test_each_operation_has_a_name_of_its_own(document):
    paths = (await document())["paths"].values()
    names = [operation["operationId"] for verbs in paths for operation in verbs.values()]
    assert len(names) == len(set(names)) == len(OPERATIONS)


async def test_it_says_what_a_path_may_hold(document):
    paths = (await document())["paths"]

    def pattern(verb):
        return paths["/job/{job_id}"][verb]["parameters"][0]["schema"]["pattern"]

    for name in ("101", "101_0", "101+1", "550e8400-e29b-41d4-a716-446655440000"):
        assert re.search(pattern("get"), name)
        assert re.search(pattern("delete"), name)
    for name in ("", "0101", "0", "101_", "101_01", "job"):
        assert not re.search(pattern("get"), name)
    assert not re.search(pattern("get"), "12_[3-9]")
    assert re.search(pattern("delete"), "12_[3-9]")


async def test_a_range_that_is_none_is_no_fault(document):
    (where,) = (
        parameter
        for parameter in (await document())["paths"]["/job/{job_id}/output"]["get"]["parameters"]
        if parameter["name"] == "Range"
    )
    assert where["schema"] == {"type": "string"}


async def test_only_health_can_do_without_a_login(document):
    free = [
        path
        for path, verbs in (await document())["paths"].items()
        if any({} in operation.get("security", ()) for operation in verbs.values())
    ]
    assert free == ["/health"]


async def test_it_does_not_change_by_itself(call):
    etag = (await call("slurm", "openapi.json")).headers["ETag"]
    again = await call("slurm", "openapi.json", headers={"If-None-Match": etag})
    assert again.status == 304


async def test_the_page_takes_nothing_from_elsewhere(jp_fetch, services):
    page = await jp_fetch("slurm", "docs")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for file in re.findall(r'(?:src|href)="docs/([^"]+)"', page.body.decode()):
        part = await jp_fetch("slurm", "docs", file)
        assert part.headers["Content-Type"].split(";")[0] in ("text/css", "text/javascript")
        assert b"sourceMappingURL" not in part.body


async def test_the_page_has_no_other_parts(call):
    assert (await call("slurm", "docs", "..%2F_version.py")).status == 404
    assert (await call("slurm", "docs", "nothing.js")).status == 404


async def test_who_is_not_logged_in_is_sent_to_log_in(http_server_client, jp_base_url, services):
    answer = await http_server_client.fetch(
        f"{jp_base_url}slurm/docs", follow_redirects=False, raise_error=False
    )
    assert answer.code == 302
    assert "/login" in answer.headers["Location"]
