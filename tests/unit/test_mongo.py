"""A MongoDB that comes and goes: what is known of it, and what it costs to find out."""

import asyncio
import threading

import mongomock
import pytest
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from jupyter_slurm_api.errors import DatabaseUnavailable
from jupyter_slurm_api.store import mongo as module
from jupyter_slurm_api.store.mongo import Mongo


class Server:
    """A MongoDB that can be away, and can hang; it counts what it is asked."""

    def __init__(self):
        self.client = mongomock.MongoClient()
        self.failure = None
        self.asked = 0
        self.answers = threading.Event()
        self.answers.set()

    def open(self):
        self.answers.wait(10)
        if self.failure:
            raise self.failure
        return self.client

    def prepare(self, database):
        pass

    def ask(self, database):
        self.asked += 1
        if self.failure:
            raise self.failure
        return database.command("ping")


AWAY = ServerSelectionTimeoutError("mongodb://ada:s3cr3t@db.example.org")


@pytest.fixture
def server():
    server = Server()
    yield server
    server.answers.set()


@pytest.fixture
def measured():
    """What whoever measures is told: the kind of each operation, and its outcome."""
    return []


@pytest.fixture
def backs():
    """How often it was told that MongoDB is back."""
    return []


@pytest.fixture
def mongo(server, measured, backs):
    def used(operation, outcome, seconds):
        assert seconds >= 0
        measured.append((operation, outcome))

    mongo = Mongo(server.open, "outputs", server.prepare, used=used, back=lambda: backs.append(1))
    yield mongo
    mongo.close()


def test_its_version_is_known_once_it_was_opened(mongo, server):
    assert mongo.version is None
    asyncio.run(mongo.run("read", server.ask))
    assert mongo.version == server.client.server_info()["version"]


def test_a_service_that_does_not_tell_its_version_is_used_all_the_same(mongo, server, monkeypatch):
    def refuse():
        raise OperationFailure("not authorized", code=13)

    monkeypatch.setattr(server.client, "server_info", refuse)
    asyncio.run(mongo.run("read", server.ask))
    assert mongo.version is None


class TestContact:
    def test_an_answer_is_noted(self, mongo, server):
        asyncio.run(mongo.run("read", server.ask))
        assert mongo.contact.error is None
        assert mongo.contact.last_success is not None

    def test_a_failure_is_noted_and_stays_visible(self, mongo, server):
        server.failure = AWAY
        with pytest.raises(DatabaseUnavailable) as failure:
            asyncio.run(mongo.run("read", server.ask))
        assert mongo.contact.error == failure.value.message
        server.failure = None
        asyncio.run(mongo.run("read", server.ask))
        assert mongo.contact.error is None
        assert mongo.contact.last_error["message"] == failure.value.message
        assert mongo.contact.last_error["at"] <= mongo.contact.last_success

    def test_a_failure_tells_no_address_and_no_password(self, mongo, server, caplog):
        server.failure = AWAY
        with pytest.raises(DatabaseUnavailable):
            asyncio.run(mongo.run("read", server.ask))
        told = f"{mongo.contact} {caplog.text}"
        assert "s3cr3t" not in told
        assert "example.org" not in told


class TestLook:
    def test_it_is_not_asked_again_at_once(self, mongo, server):
        async def look_twice():
            await mongo.look(5)
            server.failure = AWAY
            await mongo.look(5)

        asyncio.run(look_twice())
        assert mongo.contact.error is None

    def test_it_is_asked_when_nothing_was_heard_for_a_while(self, mongo, server, monkeypatch):
        monkeypatch.setattr(module, "_FRESH_SECONDS", 0.0)

        async def look_twice():
            await mongo.look(5)
            mongo._database, server.failure = None, AWAY
            await mongo.look(5)

        asyncio.run(look_twice())
        assert mongo.contact.error is not None

    def test_one_that_hangs_is_waited_for_no_longer_than_is_said(self, mongo, server):
        server.answers.clear()

        async def look_often():
            for _ in range(10):
                await mongo.look(0.01)
            assert mongo.contact.last_success is None
            server.answers.set()
            await mongo.look(5)

        asyncio.run(asyncio.wait_for(look_often(), 5))
        assert mongo.contact.last_success is not None
        assert len(mongo._threads._threads) == 1


class TestItIsBack:
    def test_is_told_once_when_it_answers_again(self, mongo, server, backs):
        asyncio.run(mongo.run("read", server.ask))
        server.failure = AWAY
        for _ in range(2):
            with pytest.raises(DatabaseUnavailable):
                asyncio.run(mongo.run("read", server.ask))
        assert backs == []
        server.failure = None
        for _ in range(2):
            asyncio.run(mongo.run("read", server.ask))
        assert backs == [1]

    def test_one_that_answered_no_was_not_away(self, mongo, server, backs):
        server.failure = OperationFailure("disk full", code=14031)
        with pytest.raises(DatabaseUnavailable):
            asyncio.run(mongo.run("write", server.ask))
        server.failure = None
        asyncio.run(mongo.run("read", server.ask))
        assert backs == []


def test_whoever_measures_is_told_of_each_operation(mongo, server, measured):
    asyncio.run(mongo.run("write", server.ask))
    server.failure = AWAY
    with pytest.raises(DatabaseUnavailable):
        asyncio.run(mongo.run("read", server.ask))
    assert measured == [("write", "ok"), ("read", "failed")]
