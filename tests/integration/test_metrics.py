"""What a real server measures of Slurm and MongoDB, on Jupyter's own ``/metrics``."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from servers import wait_for

COMMANDS = "jupyter_slurm_command_duration_seconds_count"
REQUESTS = "jupyter_slurm_request_duration_seconds_count"
SCRIPT = "#!/bin/sh\nexec sleep 600\n"


def measured(server):
    """Each value by its name and the values of its labels, in their names' order."""
    text = server.call("GET", "metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_job_shows_in_every_measure(server):
    job_id = server.submit(SCRIPT, name="secret-name", parameters={"mem": "20M"})
    server.wait_for_status(job_id, "RUNNING")
    server.call("GET", "queue")
    found = wait_for(
        "the job to be counted",
        lambda: (said := measured(server)).get(("jupyter_slurm_jobs", "RUNNING")) and said,
    )
    assert found[COMMANDS, "sbatch", "ok"] == 1
    assert found[COMMANDS, "squeue", "ok"] >= 2
    assert found["jupyter_slurm_queue_rows",] >= 1
    assert found["jupyter_slurm_tick_duration_seconds_count", "ok"] >= 1
    assert found["jupyter_slurm_store_duration_seconds_count", "write", "ok"] >= 2
    assert found["jupyter_slurm_store_duration_seconds_count", "read", "ok"] >= 1
    assert found[REQUESTS, "POST", "/submit", "201"] == 1
    assert not {"secret-name", job_id} & {label for key in found for label in key}
    server.call("DELETE", f"job/{job_id}")


def test_a_refusal_of_slurms_shows_as_one(server):
    server.call("POST", "submit", json={"script": SCRIPT, "parameters": {"partition": "nowhere"}})
    assert measured(server)[COMMANDS, "sbatch", "failed"] == 1
