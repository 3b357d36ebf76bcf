"""The kernel's side of the widgets, on a real server and a real Slurm."""

from __future__ import annotations

import threading

import pytest

from jupyter_slurm_api.notebook.connection import Connection
from jupyter_slurm_api.notebook.job_widget import JobWidget
from jupyter_slurm_api.notebook.queue_widget import QueueWidget
from servers import wait_for


@pytest.fixture
def connection(server):
    connection = Connection(server.url, server.token)
    yield connection
    connection.client.close()


def threads():
    return [one.name for one in threading.enumerate() if one.name.startswith("jupyter-slurm")]


def wait_for_no_threads():
    wait_for("all threads to end", lambda: not threads())


class TestJobWidget:
    def test_it_follows_a_job_to_its_end_and_lets_go(self, connection, server):
        job_id = server.submit("#!/bin/sh\necho one; sleep 2; echo two; exit 3\n")
        widget = JobWidget(connection, job_id)
        over = []
        widget.on_over(over.append)
        wait_for("the end", lambda: over and len(widget.written()) == 1)
        assert [(one.job_id, one.status) for one in over] == [(job_id, "FAILED")]
        wait_for("the output", lambda: widget.written()[0]["text"] == "one\ntwo\n")
        assert widget.written()[0]["size"] == 8
        wait_for("what it used", lambda: widget.job["report"]["cpu"])
        wait_for_no_threads()
        assert widget.job["status"] == "FAILED"
        widget.on_over(over.append)
        assert len(over) == 2

    def test_closing_it_ends_its_threads_at_once(self, connection, server):
        job_id = server.submit("#!/bin/sh\nsleep 600\n")
        server.wait_for_status(job_id, "RUNNING")
        widget = JobWidget(connection, job_id)
        wait_for("all its threads", lambda: "jupyter-slurm-stdout" in threads())
        assert "jupyter-slurm-events" in threads()
        widget.close()
        wait_for("all threads to end", lambda: not threads(), seconds=5)
        connection.client.cancel(job_id)

    def test_the_tasks_of_an_array_change_as_they_are_told(self, connection, server):
        script = "#!/bin/sh\n[ $SLURM_ARRAY_TASK_ID -ne 1 ]\n"
        job_id = server.submit(script, parameters={"array": "0-4", "hold": True})
        widget = JobWidget(connection, job_id, {1: "lr=<1>"})
        wait_for("the grid", lambda: widget.task_states == "PPPPP")
        assert widget.tasks == {"ids": [0, 1, 2, 3, 4], "labels": {"1": "lr=<1>"}}
        connection.client.release(job_id)
        wait_for("the ends", lambda: widget.task_states == "CFCCC")
        widget.close()
        wait_for_no_threads()


def test_a_queue_shows_what_comes_and_goes(connection, server):
    widget = QueueWidget(connection)
    job_id = server.submit("#!/bin/sh\n", name="new", parameters={"hold": True})
    wait_for("its row", lambda: any(row[0] == job_id for row in widget.table.all()["rows"]))
    answer = widget._act({"do": "cancel", "ids": [job_id, "99999999"]})
    assert (answer["count"], [one for one, _ in answer["refused"]]) == (1, ["99999999"])
    wait_for(
        "its end",
        lambda: any(
            (row[0], row[5]) == (job_id, "CANCELLED") for row in widget.table.all()["rows"]
        ),
    )
    widget.close()
    wait_for_no_threads()
