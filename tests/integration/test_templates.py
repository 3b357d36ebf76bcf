"""Templates on a real MongoDB, and a job made of one."""

from __future__ import annotations

from urllib.parse import quote

import pytest

NAME = "mine: 50% <b>?#&"
SITE = (
    """c.SlurmApi.site_templates = {"hello": {"script": "#!/bin/sh\\necho hello\\n"}, "no": 3}\n"""
)


@pytest.fixture
def site(make_server, tmp_path_factory):
    """Two servers of one user, of which the second has templates of the site."""
    home = tmp_path_factory.mktemp("home")
    first = make_server(home).start()
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "jupyter_server_config.py").write_text(SITE)
    second = make_server(home).start()
    yield first, second
    second.stop()
    first.stop()


def call(server, method, name, **options):
    return server.call(method, f"slurm/templates/{quote(name, safe='')}", **options)


def test_a_template_is_all_servers_and_becomes_a_job(site):
    first, second = site
    spec = {"parameters": {"mem": "20M", "time": "00:05:00"}}
    assert call(first, "PUT", NAME, json=spec).status_code == 201
    assert call(second, "PUT", NAME, json=spec).status_code == 200
    listed = second.call("GET", "slurm/templates").json()["templates"]
    assert [(one["name"], one["site"]) for one in listed] == [("hello", True), (NAME, False)]
    assert "site_templates['no'] is left out" in second.log
    parts = [call(second, "GET", name).json()["spec"] for name in ("hello", NAME)]
    job_id = second.submit(parts[0]["script"], parameters=parts[1]["parameters"])
    job = second.wait_for_status(job_id, "COMPLETED")
    assert (job["output"], job["time_limit"]) == ("hello\n", "00:05:00")
    assert call(second, "PUT", "hello", json=spec).status_code == 409
    assert call(first, "DELETE", NAME).status_code == 204
    assert call(second, "GET", NAME).status_code == 404
