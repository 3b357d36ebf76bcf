"""What the client asks, what it makes of the answers, and when it asks again."""

import json
import logging
from itertools import islice

import httpx
import pytest

from jupyter_slurm_api.client import (
    ApiError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    ServerNotFound,
    SlurmClient,
    Unavailable,
    session,
)
from jupyter_slurm_api.events import QueueEvent, ResetEvent

SUBMITTED = {"message": "Job submitted successfully", "job_id": "u", "slurm_id": "7"}
JOB = {"job_id": "u", "slurm_id": "7", "status": "RUNNING", "status_code": "R", "user": "a"}
TEMPLATE = {"name": "a", "site": False, "spec": {"name": "x"}}
ACTED = {"id": "7", "job_id": "u", "slurm_id": "7", "done": True, "status": 200, "message": "."}


def answer(body, status=200, **headers):
    return httpx.Response(status, json=body, headers=headers)


def problem(status, error, message="A sentence.", **headers):
    body = {"type": "about:blank", "title": "t", "status": status, "detail": message}
    body |= {"message": message, "request_id": "r", "error": error}
    return answer(body, status, **headers)


class Server:
    """Answers in turn, and remembers what it was asked; the last answer stays."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        return found

    def client(self):
        return SlurmClient("http://a:1/b/", "secret", transport=httpx.MockTransport(self))


class Clock:
    """Time that passes by sleeping alone."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(session, "time", clock)
    monkeypatch.setattr("jupyter_slurm_api.client.jobs.time", clock)
    return clock


class TestAsking:
    @pytest.mark.parametrize(
        ("call", "verb", "path", "body"),
        [
            (lambda c: c.cancel("7"), "DELETE", "job/7", None),
            (lambda c: c.hold("7"), "POST", "job/7/hold", None),
            (lambda c: c.release("7"), "POST", "job/7/release", None),
            (lambda c: c.requeue("7"), "POST", "job/7/requeue", None),
            (lambda c: c.suspend("7"), "POST", "job/7/suspend", None),
            (lambda c: c.resume("7"), "POST", "job/7/resume", None),
            (lambda c: c.signal("7", "USR1"), "POST", "job/7/signal", {"signal": "USR1"}),
            (lambda c: c.change("7", nice=0), "PATCH", "job/7", {"nice": 0}),
            (lambda c: c.change("7", dependency=""), "PATCH", "job/7", {"dependency": ""}),
        ],
    )
    def test_actions(self, call, verb, path, body):
        server = Server(answer(ACTED))
        assert call(server.client()).done
        (asked,) = server.asked
        assert (asked.method, asked.url.path) == (verb, f"/b/slurm/{path}")
        assert (json.loads(asked.content) if asked.content else None) == body

    def test_many_at_once(self):
        server = Server(answer({"action": "signal", "done": 1, "failed": 0, "results": [ACTED]}))
        assert server.client().act("signal", ("7",), signal="USR1").results[0].done
        body = json.loads(server.asked[0].content)
        assert body == {"action": "signal", "ids": ["7"], "signal": "USR1"}

    def test_filters_are_sent_if_they_say_something(self):
        empty = {"jobs": [], "total": 0, "next_cursor": None, "synced_at": None, "stale": False}
        server = Server(answer(empty))
        server.client().jobs(state=["R", "PD"], limit=5, name=None, q="a&b")
        assert server.asked[0].url.query == b"state=R&state=PD&limit=5&q=a%26b"

    @pytest.mark.parametrize("job_id", ["../health", "a/b", "7_[1-3]", "a b?c#d", "é"])
    def test_an_id_is_one_part_of_the_path_whatever_it_holds(self, job_id):
        server = Server(answer(JOB))
        server.client().job(job_id)
        raw = server.asked[0].url.raw_path.decode()
        assert raw.startswith("/b/slurm/job/")
        assert raw.count("/") == 4
        assert "?" not in raw

    def test_pages_follow_each_other(self):
        page = {"total": 2, "synced_at": None, "stale": False}
        server = Server(
            answer({"jobs": [JOB], "next_cursor": "here", **page}),
            answer({"jobs": [JOB], "next_cursor": None, **page}),
        )
        assert len(list(server.client().iter_jobs(state="R"))) == 2
        assert [one.url.params.get("cursor") for one in server.asked] == [None, "here"]


class TestTemplates:
    @pytest.mark.parametrize(
        ("call", "verb", "path", "body"),
        [
            (lambda c: c.templates(), "GET", "templates", {"templates": []}),
            (lambda c: c.template("a?b"), "GET", "templates/a%3Fb", TEMPLATE),
            (lambda c: c.put_template("é", {"name": "x"}), "PUT", "templates/%C3%A9", TEMPLATE),
            (lambda c: c.delete_template("a"), "DELETE", "templates/a", None),
        ],
    )
    def test_they_are_listed_read_written_and_deleted(self, call, verb, path, body):
        server = Server(answer(body) if body else httpx.Response(204))
        call(server.client())
        (asked,) = server.asked
        assert (asked.method, asked.url.raw_path.decode()) == (verb, f"/b/slurm/{path}")


class TestEvents:
    def test_each_has_its_class_and_the_first_says_that_it_is_time_to_read(self):
        stream = (
            'id: a-1\n\nid: a-2\nevent: queue\ndata: {"counts": {"RUNNING": 1}, "new": 1}\n\n'
            'event: of a newer server\ndata: {}\n\nevent: reset\ndata: {"reason": "many"}\n\n'
        )
        events = Server(httpx.Response(200, text=stream)).client().events()
        assert list(islice(events, 3)) == [
            ResetEvent(reason="started"),
            QueueEvent(counts={"RUNNING": 1}),
            ResetEvent(reason="many"),
        ]


class TestSecrets:
    def test_the_token_goes_into_the_header_alone(self, caplog):
        caplog.set_level(logging.DEBUG)
        server = Server(answer(JOB))
        client = server.client()
        client.job("7")
        (asked,) = server.asked
        assert asked.headers["Authorization"] == "token secret"
        assert "secret" not in str(asked.url) + repr(client) + repr(client.server) + caplog.text

    def test_a_server_without_a_login_sees_the_same_word_twice(self):
        server = Server(answer(ACTED))
        transport = httpx.MockTransport(server)
        SlurmClient("http://a:1/", transport=transport).hold("7")
        headers = server.asked[0].headers
        assert headers["Cookie"] == f"_xsrf={headers['X-XSRFToken']}"
        assert "Authorization" not in headers


class TestReading:
    def test_what_a_newer_server_says_besides_is_passed_over(self):
        newer = JOB | {"new": 1, "array": {"counts": {}, "new": {"newer": 2}}}
        job = Server(answer(newer)).client().job("7")
        assert (job.status, job.array.counts) == ("RUNNING", {})

    @pytest.mark.parametrize("body", ["{}", "[]", "<html>", '{"status": 1}'])
    def test_what_is_no_such_answer_is_an_error_of_ours(self, body):
        with pytest.raises(ApiError, match="no JobView"):
            Server(httpx.Response(200, text=body)).client().job("7")

    def test_what_has_not_changed_is_the_same_object(self):
        server = Server(answer(JOB, ETag='W/"1"'), httpx.Response(304))
        client = server.client()
        assert client.job("7") is client.job("7")
        assert server.asked[1].headers["If-None-Match"] == 'W/"1"'

    def test_what_has_changed_is_read_anew(self):
        later = answer(JOB | {"status": "COMPLETED"}, ETag='W/"2"')
        client = Server(answer(JOB, ETag='W/"1"'), later).client()
        assert [client.job("7").status, client.job("7").status] == ["RUNNING", "COMPLETED"]

    def test_each_question_has_its_own(self):
        server = Server(answer(JOB, ETag='W/"1"'))
        client = server.client()
        client.job("7")
        client.job("8")
        assert "If-None-Match" not in server.asked[1].headers

    def test_no_more_than_some_are_remembered(self):
        server = Server(answer(JOB, ETag='W/"1"'))
        client = server.client()
        for number in range(100):
            client.job(str(number))
        client.job("0")
        assert "If-None-Match" not in server.asked[-1].headers


class TestErrors:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, Invalid),
            (403, Denied),
            (404, NotFound),
            (409, Conflict),
            (412, Conflict),
            (413, Invalid),
            (422, Invalid),
            (429, Unavailable),
            (503, Unavailable),
            (504, Unavailable),
            (500, ApiError),
        ],
    )
    def test_each_status_has_its_class_and_the_servers_sentence(self, status, kind):
        with pytest.raises(ApiError) as caught:
            Server(problem(status, "a_kind")).client().hold("7")
        error = caught.value
        assert type(error) is kind
        assert (str(error), error.status, error.error) == ("A sentence.", status, "a_kind")
        assert error.problem.request_id == "r"

    @pytest.mark.parametrize(
        "refused",
        [
            problem(403, None, "'_xsrf' argument missing from POST"),
            httpx.Response(403, text="Forbidden"),
            httpx.Response(302, headers={"Location": "/hub/login"}),
        ],
    )
    def test_a_missing_login_is_told_with_what_to_set(self, refused):
        with pytest.raises(Denied, match="JUPYTER_SLURM_TOKEN"):
            Server(refused).client().hold("7")

    def test_a_server_without_the_api_is_told_so(self):
        with pytest.raises(ServerNotFound, match="no Slurm API at http://a:1/"):
            Server(httpx.Response(404, json={"message": "Not Found"})).client().job("7")

    def test_what_a_proxy_says_is_an_error_too(self):
        with pytest.raises(Unavailable, match="502"):
            Server(httpx.Response(502, text="<h1>Bad gateway</h1>")).client().job("7")

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (httpx.ConnectError("refused"), "cannot be reached"),
            (httpx.ReadTimeout(""), "did not answer in time"),
            (httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]"), "SSL_CERT_FILE"),
        ],
    )
    def test_a_server_that_is_away(self, fault, said):
        with pytest.raises(Unavailable, match=said) as caught:
            Server(fault).client().hold("7")
        assert caught.value.status is None


class TestSubmittingAgain:
    def keys(self, server):
        return {one.headers["Idempotency-Key"] for one in server.asked}

    @pytest.mark.parametrize(
        "fault",
        [
            httpx.ConnectError("refused"),
            httpx.ReadError("broke"),
            httpx.RemoteProtocolError("ended"),
            httpx.ReadTimeout(""),
            problem(503, "slurm_unavailable", **{"Retry-After": "15"}),
            problem(504, "slurm_timeout"),
        ],
    )
    def test_it_is_sent_again_with_the_same_key(self, fault):
        server = Server(fault, answer(SUBMITTED, 201))
        assert server.client().submit("#!/bin/sh").slurm_id == "7"
        assert len(server.asked) == 2
        assert len(self.keys(server)) == 1

    def test_it_waits_as_long_as_the_server_wants(self, clock):
        later = problem(503, "slurm_busy", **{"Retry-After": "15"})
        Server(later, answer(SUBMITTED, 201)).client().submit("#!/bin/sh")
        assert clock.slept == [15]

    def test_it_is_not_tried_for_ever(self, clock):
        server = Server(httpx.ConnectError("refused"))
        with pytest.raises(Unavailable):
            server.client().submit("#!/bin/sh")
        assert len(server.asked) == session.SUBMITTING.tries
        assert clock.now <= session.SUBMITTING.seconds

    def test_nor_longer_than_a_while(self, clock):
        server = Server(problem(503, "slurm_busy", **{"Retry-After": "40"}))
        with pytest.raises(Unavailable):
            server.client().submit("#!/bin/sh")
        assert clock.slept == [40, 40]

    @pytest.mark.parametrize("status", [409, 413, 422, 500, 502])
    def test_what_was_refused_is_not_sent_again(self, status):
        server = Server(problem(status, "a_kind"))
        with pytest.raises(ApiError):
            server.client().submit("#!/bin/sh")
        assert len(server.asked) == 1

    def test_each_submit_has_a_key_of_its_own_or_yours(self):
        server = Server(answer(SUBMITTED, 201))
        client = server.client()
        client.submit("#!/bin/sh")
        client.submit("#!/bin/sh")
        client.submit("#!/bin/sh", idempotency_key="mine")
        assert len(self.keys(server)) == 3
        assert "mine" in self.keys(server)

    def test_what_is_not_said_is_not_sent(self):
        server = Server(answer(SUBMITTED, 201))
        server.client().submit("#!/bin/sh", parameters={"time": 5}, tags=["a"])
        body = json.loads(server.asked[0].content)
        assert body == {"script": "#!/bin/sh", "parameters": {"time": 5}, "tags": ["a"]}

    def test_a_resubmit_is_sent_again_likewise_and_says_what_is_different(self):
        server = Server(httpx.ReadError("broke"), answer(SUBMITTED, 201))
        assert server.client().resubmit("7", parameters={"time": None}, tags=[]).slurm_id == "7"
        assert server.asked[0].url.path == "/b/slurm/job/7/resubmit"
        assert json.loads(server.asked[1].content) == {"parameters": {"time": None}, "tags": []}
        assert len(self.keys(server)) == 1


class TestCluster:
    @pytest.mark.parametrize("partitions", ["all", ["a", "b"]])
    def test_an_estimate_asks_for_partitions(self, partitions):
        estimated = {
            "estimates": [],
            "best": None,
            "not_asked": [],
            "asked_at": "2026-01-01T00:00Z",
        }
        server = Server(answer(estimated))
        server.client().estimate("#!/bin/sh", partitions=partitions)
        body = json.loads(server.asked[0].content)
        assert body == {"script": "#!/bin/sh", "partitions": partitions}

    def test_nodes_come_page_by_page(self):
        page = {"nodes": [], "total": 0, "bad_rows": 0, "stale": False}
        page |= {"synced_at": "2026-01-01T00:00:00Z"}
        pages = [answer(page | {"next_cursor": at}) for at in ("here", None)]
        server = Server(*pages)
        assert list(server.client().iter_nodes(partition=["a"])) == []
        assert [one.url.params.get("cursor") for one in server.asked] == [None, "here"]


class TestAskingAgain:
    def test_a_question_is_asked_once_more_if_the_connection_broke(self):
        server = Server(httpx.RemoteProtocolError("ended"), answer(JOB))
        assert server.client().job("7").status == "RUNNING"

    def test_an_action_is_not(self):
        server = Server(httpx.RemoteProtocolError("ended"), answer(ACTED))
        with pytest.raises(Unavailable):
            server.client().cancel("7")
        assert len(server.asked) == 1


class TestWaiting:
    def test_the_job_is_returned_when_it_is_over(self):
        over = answer(JOB | {"status": "FAILED", "exit_code": 3})
        server = Server(answer(JOB), answer(JOB), over)
        assert server.client().wait("7").exit_code == 3

    def test_the_looks_become_rarer(self, clock):
        with pytest.raises(TimeoutError, match="not over after 300 s"):
            Server(answer(JOB)).client().wait("7", timeout=300)
        assert clock.slept == sorted(clock.slept[:-1]) + clock.slept[-1:]
        assert (clock.now, max(clock.slept)) == (300, 10)

    def test_a_server_that_starts_anew_is_waited_for(self):
        away = httpx.ConnectError("refused")
        over = answer(JOB | {"status": "COMPLETED"})
        server = Server(answer(JOB), away, away, away, over)
        assert server.client().wait("7").status == "COMPLETED"

    def test_but_not_for_ever(self, clock):
        server = Server(answer(JOB), httpx.ConnectError("refused"))
        with pytest.raises(Unavailable):
            server.client().wait("7")
        assert 300 < clock.now < 330
