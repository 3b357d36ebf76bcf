"""Who may come in: every verb of every route wants a login, but for /health."""

from __future__ import annotations

import json
import re

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError

from jupyter_slurm_api.handlers.contract import OPERATIONS
from jupyter_slurm_api.handlers.routes import mounted

VERBS = ("get", "post", "put", "patch", "delete", "head")
ANYTHING = "550e8400-e29b-41d4-a716-446655440000"


def _filled(pattern):
    """Return a path that a route takes: any id, and the first of several words."""
    return re.sub(r"\((\w+)(?:\|\w+)*\)", r"\1", pattern.replace("([^/]+)", ANYTHING)).replace(
        "(.*)", "nowhere"
    )


OFFERED = [
    (_filled(pattern), verb)
    for pattern, handler, _ in mounted()
    for verb in VERBS
    if verb in vars(handler)
]


def test_the_table_holds_every_route_at_both_places():
    paths = {path for path, _ in OFFERED}
    assert paths >= {"/submit", "/queue", f"/job/{ANYTHING}", "/health"}
    assert paths >= {f"/slurm{path}" for path in paths if not path.startswith("/slurm")}
    assert len([path for path in paths if not path.startswith("/slurm")]) == 4


@pytest.mark.parametrize(("path", "verb"), OFFERED)
async def test_without_a_login_only_health_answers(
    http_server_client, jp_base_url, services, path, verb
):
    url = jp_base_url.rstrip("/") + path
    body = "{}" if verb in ("post", "put", "patch") else None
    # With its XSRF token in order, the login is all that is missing.
    headers = {"Cookie": "_xsrf=same", "X-XSRFToken": "same"}
    response = await http_server_client.fetch(
        url,
        method=verb.upper(),
        body=body,
        headers=headers,
        raise_error=False,
        follow_redirects=False,
    )
    assert b"_xsrf" not in (response.body or b"")
    if "/docs" in path:  # a page: people are sent to log in
        assert response.code == 302
    else:
        assert response.code == 200 if path.endswith("/health") else response.code in (401, 403)


async def test_health_says_no_more_than_its_status_without_a_login(
    http_server_client, jp_base_url, services
):
    response = await http_server_client.fetch(f"{jp_base_url}health")
    assert json.loads(response.body) == {"status": "ok"}


async def test_health_tells_each_part_with_a_login(call):
    body = (await call("health")).body
    assert body["status"] == "ok"
    assert body["slurm"]["cluster"] == "testcluster"
    assert body["database"]["reachable"] is True


class TestUnauthenticatedAccessForbidden:
    @pytest.fixture
    def jp_server_config(self):
        return {
            "ServerApp": {
                "jpserver_extensions": {"jupyter_slurm_api": True},
                "allow_unauthenticated_access": False,
            }
        }

    async def test_health_still_answers(self, http_server_client, jp_base_url, services):
        for path in ("health", "slurm/health"):
            response = await http_server_client.fetch(jp_base_url + path)
            assert json.loads(response.body) == {"status": "ok"}


class Restrictive(Authorizer):
    """Allows what a test says, and notes what it was asked for last."""

    def is_authorized(self, handler, user, action, resource):
        self.asked = (action, resource)
        return resource != "slurm" or action in self.allowed


class TestRestrictiveAuthorizer:
    @pytest.fixture
    def jp_server_config(self):
        return {
            "ServerApp": {
                "jpserver_extensions": {"jupyter_slurm_api": True},
                "authorizer_class": Restrictive,
            }
        }

    @pytest.fixture
    def authorizer(self, jp_serverapp):
        jp_serverapp.authorizer.allowed = set()
        return jp_serverapp.authorizer

    @pytest.mark.parametrize(("path", "verb"), [one for one in OPERATIONS if one[0] != "/health"])
    async def test_each_verb_asks_for_what_the_contract_says(
        self, call, slurm, authorizer, path, verb
    ):
        parts = path.replace("{action}", "hold").replace("{job_id}", "777").strip("/").split("/")
        body = "{}" if verb in ("post", "put", "patch") else None
        options = {"allow_nonstandard_methods": True, "body": body}
        answer = await call("slurm", *parts, method=verb.upper(), **options)
        assert authorizer.asked == (OPERATIONS[path, verb].permission_of(verb), "slurm")
        assert answer.status == 403
        assert (slurm.submits, slurm.acts, slurm.looks) == ([], [], 0)

    async def test_who_may_only_read_sees_the_queue_and_submits_nothing(
        self, call, submit, slurm, authorizer
    ):
        authorizer.allowed = {"read"}
        assert (await call("queue")).status == 200
        refused = await submit({"script": "#!/bin/sh\n"})
        assert refused.status == 403
        # JupyterLab's side tells by these words that no login would help.
        assert refused.body["message"].startswith("User is not authorized")
        assert (await call("job", "777", method="DELETE")).status == 403
        assert (slurm.submits, slurm.acts) == ([], [])

    async def test_who_may_write_acts_on_jobs_and_submits_nothing(
        self, call, submit, slurm, authorizer
    ):
        authorizer.allowed = {"read", "write"}
        assert (await call("job", "777", method="DELETE")).status == 200
        assert (await submit({"script": "#!/bin/sh\n"})).status == 403
        assert slurm.submits == []

    async def test_who_may_not_read_gets_no_more_of_health_than_its_status(self, call, authorizer):
        assert (await call("health")).body == {"status": "ok"}


async def test_a_wrong_verb_is_405_as_a_problem(call):
    answer = await call("queue", method="DELETE")
    assert answer.status == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


async def test_the_cookie_without_its_xsrf_token_is_refused(
    http_server_client, jp_base_url, services, slurm
):
    with pytest.raises(HTTPClientError) as refused:
        await http_server_client.fetch(f"{jp_base_url}submit", method="POST", body="{}")
    assert refused.value.code == 403
    assert slurm.submits == []
