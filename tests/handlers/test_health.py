"""``GET health``: for probes the status alone, for people each part, at once whatever hangs."""

import asyncio
import json
import threading
import time
from datetime import datetime

import pytest
from pydantic import TypeAdapter
from tornado.httpclient import HTTPClientError

from jupyter_slurm_api.errors import NotReady, SlurmUnavailable
from jupyter_slurm_api.handlers.base import SERVICES
from jupyter_slurm_api.models import ClusterInfo
from jupyter_slurm_api.store import mongo as mongo_module

_time = TypeAdapter(datetime).validate_python

NOON = "2026-11-24T12:00:00Z"
AWAY = "The job database (MongoDB) cannot be reached. Try again in a minute, and tell your"
FAULT = {"message": "squeue: no answer", "at": NOON}


@pytest.fixture(autouse=True)
def _every_request_looks(monkeypatch):
    monkeypatch.setattr(mongo_module, "_FRESH_SECONDS", 0.0)


@pytest.fixture
def probe(http_server_client, jp_base_url, services):
    """Ask without a login; the HTTP status and the body."""

    async def ask(query=""):
        url = f"{jp_base_url}health{query}"
        response = await http_server_client.fetch(url, raise_error=False)
        return response.code, json.loads(response.body)

    return ask


@pytest.fixture
def health(call):
    """Ask with a login; the body."""

    async def ask():
        answer = await call("health")
        assert answer.status == 200
        return answer.body

    return ask


@pytest.fixture
def slurm_away(sync_status):
    sync_status |= {"last_error": FAULT, "failures": 3, "interval": 118.5}
    sync_status |= {"slurm_error": FAULT["message"], "slurm_last_error": FAULT}


@pytest.fixture
def hanging_database(services, monkeypatch):
    """A MongoDB that takes connections and says nothing."""
    thaw = threading.Event()
    monkeypatch.setattr(services.health._mongo, "_open", lambda: thaw.wait(10))
    yield
    thaw.set()


async def forever():
    await asyncio.Event().wait()


class TestAProbe:
    @pytest.mark.parametrize("query", ["", "?ready", "?ready=1", "?ready=0"])
    async def test_is_told_that_all_is_well(self, probe, query):
        assert await probe(query) == (200, {"status": "ok"})

    @pytest.mark.parametrize(
        ("query", "status"), [("", 200), ("?ready", 503), ("?ready=1", 503), ("?ready=0", 200)]
    )
    async def test_is_told_that_slurm_is_away(self, probe, slurm_away, query, status):
        assert await probe(query) == (status, {"status": "degraded"})

    async def test_finds_out_itself_that_mongodb_is_away_and_is_back(self, probe, database):
        database.is_away = True
        assert await probe("?ready") == (503, {"status": "degraded"})
        database.is_away = False
        assert await probe("?ready") == (200, {"status": "ok"})

    async def test_is_told_no_more_while_the_server_is_not_ready(self, probe, jp_serverapp):
        jp_serverapp.web_app.settings[SERVICES] = _not_ready
        assert await probe() == (200, {"status": "degraded"})
        assert await probe("?ready") == (503, {"status": "degraded"})


class TestWithALogin:
    async def test_each_part_is_told(self, health):
        body = await health()
        assert body["status"] == "ok"
        assert body["slurm"] == {
            "reachable": True,
            "error": None,
            "cluster": "testcluster",
            "version": "22.05.8",
            "accounting": True,
            "accounting_error": None,
            "note": None,
            "last_success": NOON,
            "last_error": None,
        }
        assert body["database"].pop("last_success") is not None
        assert body["database"] == {
            "reachable": True,
            "error": None,
            "version": None,
            "note": None,
            "last_error": None,
            "keep_jobs_days": 30,
            "keep_outputs_days": 7,
        }
        assert body["sync"] == {
            "last_success": NOON,
            "last_error": None,
            "error": None,
            "tick_seconds": 0.1,
            "interval": 15.0,
            "failures": 0,
            "bad_rows": 0,
            "jobs": 3,
        }

    async def test_readiness_has_the_same_body(self, jp_fetch, services, slurm_away):
        with pytest.raises(HTTPClientError) as refused:
            await jp_fetch("health", params={"ready": "1"})
        assert refused.value.code == 503
        assert json.loads(refused.value.response.body).keys() >= {"slurm", "database", "sync"}

    async def test_an_accounting_that_is_missing_is_explained(self, health, slurm, monkeypatch):
        monkeypatch.setattr(slurm, "info", _info_of_a_bare_cluster)
        body = await health()
        assert (body["status"], body["slurm"]["accounting"]) == ("ok", False)
        assert "keeps no accounting" in body["slurm"]["note"]

    async def test_an_accounting_that_does_not_answer_is_told(self, health, sync_status):
        sync_status["accounting_error"] = "slurmdbd is down"
        assert (await health())["slurm"]["accounting_error"] == "slurmdbd is down"

    async def test_slurm_away_is_told_with_the_back_off(self, health, slurm_away):
        body = await health()
        assert (body["status"], body["slurm"]["reachable"]) == ("degraded", False)
        assert body["slurm"]["error"] == body["sync"]["error"] == FAULT["message"]
        assert body["slurm"]["last_error"] == body["sync"]["last_error"] == FAULT
        assert (body["sync"]["failures"], body["sync"]["interval"]) == (3, 118.5)

    async def test_an_error_of_slurm_stays_visible_when_all_is_well_again(
        self, health, sync_status
    ):
        sync_status |= {"last_error": FAULT, "slurm_last_error": FAULT}
        body = await health()
        assert body["status"] == "ok"
        assert (body["slurm"]["error"], body["slurm"]["last_error"]) == (None, FAULT)
        assert (body["sync"]["error"], body["sync"]["last_error"]) == (None, FAULT)

    async def test_an_error_of_mongodb_stays_visible_when_all_is_well_again(self, health, database):
        database.is_away = True
        away = await health()
        assert (away["status"], away["database"]["reachable"]) == ("degraded", False)
        assert away["database"]["error"].startswith(AWAY)
        database.is_away = False
        back = await health()
        assert (back["status"], back["database"]["error"]) == ("ok", None)
        assert back["database"]["last_error"]["message"].startswith(AWAY)
        failed, answered = (back["database"]["last_error"]["at"], back["database"]["last_success"])
        assert _time(failed) <= _time(answered)

    async def test_nothing_secret_is_told(self, call, database):
        database.is_away = True  # with an error that names host and port
        assert "example.org" not in str((await call("health")).body)

    async def test_slurm_missing_is_told_though_the_sync_has_not_looked_yet(
        self, health, slurm, monkeypatch
    ):
        monkeypatch.setattr(slurm, "info", _info_that_fails)
        body = await health()
        assert body["status"] == "degraded"
        assert body["slurm"]["error"] == "no slurmctld here"


class TestWhateverHangs:
    async def test_slurm(self, health, slurm, monkeypatch):
        monkeypatch.setattr(slurm, "info", forever)
        began = time.monotonic()
        body = await health()
        assert time.monotonic() - began < 1.5
        assert body["status"] == "degraded"
        assert body["slurm"]["error"] == "Slurm has not answered yet."

    async def test_slurm_that_answered_before(self, health, slurm, monkeypatch):
        await health()
        monkeypatch.setattr(slurm, "info", forever)
        assert (await health())["slurm"]["cluster"] == "testcluster"

    async def test_mongodb(self, health, probe, hanging_database):
        began = time.monotonic()
        await asyncio.gather(health(), probe())
        assert time.monotonic() - began < 1.5


async def _not_ready():
    raise NotReady("This server is stopping.")


async def _info_of_a_bare_cluster():
    return ClusterInfo("bare", "24.11.5", accounting=False)


async def _info_that_fails():
    raise SlurmUnavailable("no slurmctld here")
