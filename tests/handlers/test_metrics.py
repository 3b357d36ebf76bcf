"""``/metrics`` tells of requests by route, and never more than an administrator may know."""

from __future__ import annotations

import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jupyter_slurm_api import metrics

REQUESTS = "jupyter_slurm_request_duration_seconds"


@pytest.fixture
def measured(jp_fetch):
    """All that is measured of this service: by name and labels, in their names' order."""

    async def read():
        text = (await jp_fetch("metrics")).body.decode()
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name.startswith("jupyter_slurm_")
        }

    return read


@pytest.fixture
def counted(measured):
    """How much more of something there is after something was done."""

    async def count(what, *labels):
        return (await measured()).get((what, *labels), 0)

    return count


@pytest.mark.parametrize(
    ("path", "labels"),
    [
        (("queue",), ("GET", "/queue", "200")),
        (("slurm", "queue"), ("GET", "/queue", "200")),
        (("job", "777"), ("GET", "/job/{job_id}", "404")),
        (("slurm", "job", "no id"), ("GET", "/job/{job_id}", "422")),
        (("slurm", "secret", "path"), ("GET", "unknown", "404")),
    ],
)
async def test_a_request_is_counted_by_its_route(call, counted, path, labels):
    before = await counted(f"{REQUESTS}_count", *labels)
    await call(*path)
    assert await counted(f"{REQUESTS}_count", *labels) == before + 1


async def test_so_is_one_without_a_login(http_server_client, jp_base_url, services, counted):
    labels = ("GET", "/queue", "403")
    before = await counted(f"{REQUESTS}_count", *labels)
    await http_server_client.fetch(f"{jp_base_url}queue", raise_error=False)
    assert await counted(f"{REQUESTS}_count", *labels) == before + 1


async def test_nobody_can_make_up_labels(call, measured, submit):
    await call("slurm", "made-up-path")
    await call("queue", method="MADEUP", allow_nonstandard_methods=True)
    await submit({"script": "#!/bin/sh\n", "name": "secret-name"})
    said = repr((await measured()).keys())
    assert not re.search("made-up|MADEUP|secret|ada", said)


async def test_jobs_and_the_queue_are_counted_as_they_are(measured, services, call):
    metrics.jobs({"PENDING": 2, "RUNNING": 1})
    metrics.jobs({"RUNNING": 3})
    metrics.queue_rows(services.queue.row_count)
    states = {key: value for key, value in (await measured()).items() if key[0].endswith("_jobs")}
    assert states == {("jupyter_slurm_jobs", "RUNNING"): 3}
    rows = ("jupyter_slurm_queue_rows",)
    assert str((await measured())[rows]) == "nan"
    await call("queue")
    assert (await measured())[rows] == 0
