"""What changes is told to those it concerns, whatever becomes of the server meanwhile."""

import threading

import pytest

from jupyter_slurm_api.client import Denied, Leave, Unavailable
from jupyter_slurm_api.events import HealthEvent, JobChange, JobsEvent, QueueEvent, ResetEvent
from jupyter_slurm_api.notebook.watching import Watcher
from servers import wait_for

WELL = HealthEvent.of(slurm=True, database=True, sync=True)


def changed(job_id, slurm_id):
    return JobChange(
        job_id=job_id,
        slurm_id=slurm_id,
        name=None,
        status="RUNNING",
        previous_status="PENDING",
        revision=1,
        synced_at=None,
    )


class Server:
    """Lives several times: tells something and goes, or refuses; the last life goes on."""

    def __init__(self, *lives):
        self.lives = list(lives)
        self.may_begin = threading.Event()
        self.renewed = 0
        self.listening = 0

    @property
    def client(self):
        return self

    def renew(self):
        self.renewed += 1

    def events(self, *, leave, patience):
        assert patience == 0
        self.may_begin.wait(10)
        life = self.lives.pop(0)
        if isinstance(life, Exception):
            raise life
        yield ResetEvent(reason="started")
        yield from life
        if self.lives:
            raise Unavailable("away")
        self.listening += 1
        while not leave.taken:
            leave.wait(0.01)
        self.listening -= 1


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that are made, none of which lasts."""
    made = []

    def wait(leave, seconds):
        made.append(seconds)
        return leave._taken.wait(0.01)

    monkeypatch.setattr(Leave, "wait", wait)
    return made


def ids(told):
    return [[one.job_id for one in changes] for changes in told]


def test_each_is_told_of_its_own(pauses):
    server = Server(
        [JobsEvent(jobs=[changed("u", "7"), changed("t", "8_3")]), QueueEvent(counts={}), WELL]
    )
    told = {name: [] for name in ("uuid", "array", "other", "all")}
    watcher = Watcher(server)
    ends = [
        watcher.watch(told["uuid"].append, "u"),
        watcher.watch(told["array"].append, "8"),
        watcher.watch(told["other"].append, "9", "88"),
        watcher.watch(told["all"].append),
    ]
    server.may_begin.set()
    wait_for("all to be told", lambda: server.listening)
    for end in ends:
        end()
    assert ids(told["uuid"]) == [[], ["u"], []]  # at first and with the health: look at all
    assert ids(told["array"]) == [[], ["t"], []]
    assert ids(told["other"]) == [[], []]
    assert ids(told["all"]) == [[], ["u", "t"], []]


def test_a_server_that_goes_is_looked_for_until_it_is_back(pauses):
    server = Server([], Unavailable("away"), Denied("Its token is another."), [])
    away = []
    watcher = Watcher(server)
    end = watcher.watch(lambda _: away.append(watcher.away_since))
    server.may_begin.set()
    wait_for("the server to be back", lambda: server.listening)
    end()
    since = away[1]
    assert away == [None, since, None]
    assert since is not None
    assert server.renewed == 3
    assert [one for one in pauses if one >= 1][-3:] == [1, 2, 4]


def test_nobody_listens_once_nobody_is_told(pauses):
    server = Server([])
    server.may_begin.set()
    watcher = Watcher(server)
    first, second = watcher.watch(lambda _: None), watcher.watch(lambda _: None, "u")
    wait_for("the thread", lambda: server.listening)
    first()
    first()
    assert server.listening
    second()
    wait_for("the thread's end", lambda: not server.listening)
    server.lives = [[]]
    end = watcher.watch(lambda _: None)
    wait_for("another thread", lambda: server.listening)
    end()


def test_one_that_fails_keeps_no_other_from_hearing(pauses, caplog):
    server = Server([WELL])
    watcher = Watcher(server)
    told = []
    ends = [watcher.watch(lambda _: 1 / 0), watcher.watch(told.append)]
    server.may_begin.set()
    wait_for("all to be told", lambda: server.listening)
    for end in ends:
        end()
    assert told == [[], []]
    assert "ZeroDivisionError" in caplog.text


def test_it_turns_to_another_server_when_told_to(pauses):
    server = Server([])
    server.may_begin.set()
    watcher = Watcher(server)
    watcher.turn()
    assert not server.listening  # nobody wants to know
    told = []
    end = watcher.watch(told.append)
    wait_for("the first", lambda: server.listening)
    server.lives = [[]]
    watcher.turn()
    wait_for("both to be told of", lambda: told == [[], []])
    wait_for("one to be left", lambda: server.listening == 1)
    end()
