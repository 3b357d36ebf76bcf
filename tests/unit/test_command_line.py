"""`jupyter slurm` from its words to what it prints and exits with."""

import json
from contextlib import suppress

import httpx
import pytest

from jupyter_slurm_api import client
from jupyter_slurm_api.cli.main import main

ROW = {
    "job_id": "12_[3-9]",
    "name": "a\x1bb",
    "user": "alice",
    "state": "PENDING",
    "time": "00:00:00",
    "nodes": "1",
    "nodelist": "",
    "state_code": "PD",
    "flags": [],
    "partition": "debug",
    "reason": "Priority",
    "account": None,
    "array_job_id": None,
    "array_task_id": None,
    "priority": None,
    "cpus": None,
    "submit_time": None,
    "start_time": None,
    "end_time": None,
    "estimated_start": None,
    "time_limit": None,
    "api_job_id": None,
}
QUEUE = {
    "jobs": [ROW],
    "total": 1,
    "summary": {"states": {}, "partitions": {}},
    "next_cursor": None,
    "synced_at": "2026-01-01T00:00:00Z",
    "stale": False,
    "bad_rows": 0,
}
DONE = {"id": "7", "job_id": "u", "slurm_id": "7", "done": True, "status": 200, "message": "."}
NOT_DONE = DONE | {"id": "8", "done": False, "status": 409, "message": "Job 8 is over."}


@pytest.fixture
def server(monkeypatch):
    """Answers all with what a test sets; ``asked`` has the requests."""

    class Server:
        status, body = 200, {}

        def __init__(self):
            self.asked = []

        def __call__(self, request):
            self.asked.append(request)
            return httpx.Response(self.status, content=json.dumps(self.body, ensure_ascii=False))

    server = Server()
    real = client.SlurmClient

    def made(**options):
        return real("http://a/", "t", transport=httpx.MockTransport(server), **options)

    monkeypatch.setattr(client, "SlurmClient", made)
    return server


class TestQueue:
    def test_it_looks_like_squeue_s(self, server, capsys):
        server.body = QUEUE
        assert main(["queue"]) == 0
        assert capsys.readouterr().out == (
            "   JOBID  PARTITION  NAME    USER   ST      TIME  NODES  NODELIST(REASON)\n"
            "12_[3-9]  debug      a\\x1bb  alice  PD  00:00:00      1  (Priority)\n"
        )

    def test_filters_are_asked_for(self, server):
        server.body = QUEUE
        main(["queue", "--me", "-t", "R,PD", "-p", "debug", "--limit", "5", "-S", "2026-01-01"])
        assert dict(server.asked[0].url.params) == {
            "user": "me",
            "state": "R,PD",
            "partition": "debug",
            "limit": "5",
            "since": "2026-01-01",
        }

    def test_as_json_it_is_the_server_s_answer_as_it_came(self, server, capsys):
        server.body = QUEUE | {"of a newer server": [1]}
        assert main(["queue", "--json"]) == 0
        assert capsys.readouterr().out == json.dumps(server.body, ensure_ascii=False) + "\n"

    def test_on_a_terminal_json_is_harmless(self, server, capsys, monkeypatch):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        server.body = QUEUE | {"jobs": [ROW | {"name": "\x9b1m\u202e"}]}
        main(["queue", "--json"])
        said = capsys.readouterr().out
        assert said.isascii()
        assert json.loads(said) == server.body

    def test_what_is_not_the_whole_or_not_new_is_told_beside(self, server, capsys):
        server.body = QUEUE | {"total": 3, "stale": True}
        main(["queue"])
        told = capsys.readouterr().err.splitlines()
        assert told[0].startswith("Slurm cannot be asked now: this is how it was at 20")
        assert told[1].startswith("1 of 3 are shown")


class TestActing:
    def test_many_are_cancelled_by_one_request(self, server, capsys):
        server.body = {"action": "cancel", "done": 1, "failed": 1, "results": [DONE, NOT_DONE]}
        assert main(["cancel", "7", "8", "12_[3-9]"]) == 1
        assert capsys.readouterr() == ("", "8: Job 8 is over.\n")
        body = json.loads(server.asked[0].content)
        assert body == {"action": "cancel", "ids": ["7", "8", "12_[3-9]"]}

    @pytest.mark.parametrize("verb", ["hold", "release", "requeue", "suspend", "resume"])
    def test_and_so_is_all_else(self, server, verb):
        server.body = {"action": verb, "done": 1, "failed": 0, "results": [DONE]}
        assert main([verb, "7"]) == 0
        assert json.loads(server.asked[0].content) == {"action": verb, "ids": ["7"]}

    def test_a_signal_cancels_nothing(self, server):
        server.body = {"action": "signal", "done": 1, "failed": 0, "results": [DONE]}
        assert main(["cancel", "-s", "USR1", "7"]) == 0
        body = json.loads(server.asked[0].content)
        assert body == {"action": "signal", "ids": ["7"], "signal": "USR1"}


def test_a_refusal_is_a_sentence_and_1(server, capsys):
    server.status = 422
    server.body = dict.fromkeys(["type", "title", "detail", "request_id"], "") | {
        "status": 422,
        "error": "slurm_refused",
        "message": "Slurm said:\n\x1b[2JInvalid partition",
    }
    assert main(["show", "7"]) == 1
    assert capsys.readouterr() == ("", "Slurm said:\n\\x1b[2JInvalid partition\n")


@pytest.mark.parametrize(
    "words", [[], ["nonsense"], ["show"], ["cancel"], ["queue", "--limit=x"], ["jobs", "--no"]]
)
def test_no_such_command_line_is_2(words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


@pytest.mark.parametrize("words", [["submit", "/nowhere"], ["submit", "-t"]])
def test_nor_such_a_submit(words, capsys):
    assert main(words) == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("command", ["queue", "jobs", "show", "output", "cancel", "submit"])
def test_each_command_explains_itself_with_an_example(command, capsys):
    with suppress(SystemExit):  # which is how argparse ends
        main([command, "--help"])
    assert f"example: jupyter slurm {command} " in capsys.readouterr().out


def test_a_script_is_submitted(server, capsys, tmp_path):
    server.body = {"message": "ok", "job_id": "u", "slurm_id": "7"}
    (tmp_path / "job.sh").write_text("#!/bin/sh\n")
    assert main(["submit", "--time=5", "--tag=x", "-H", str(tmp_path / "job.sh")]) == 0
    assert capsys.readouterr().out == "Submitted batch job 7\n"
    sent = json.loads(server.asked[0].content)
    assert sent["parameters"] == {"time": "5", "hold": True}
    assert (sent["name"], sent["tags"]) == ("job.sh", ["x"])
