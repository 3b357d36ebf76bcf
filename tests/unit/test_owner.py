"""Who owns a data directory: claims, deaths and successions, with several hosts in one process."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_slurm_api.local.owner import DEAD_AFTER, Owner, OwnerFile, OwnershipLost


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data.owner"


def owner(path, host):
    return Owner.here(host, path.parent)


def files(path):
    return sorted(each.name for each in path.parent.iterdir())


def let_die(path):
    old = time.time() - DEAD_AFTER - 10
    os.utime(path, (old, old))


def test_the_first_one_to_claim_owns(path):
    me = owner(path, "a")
    assert OwnerFile(path, "a").claim(me) is None
    assert OwnerFile(path, "b").read() == me
    assert files(path) == ["data.owner"]


def test_a_live_owner_keeps_what_it_has(path):
    me = owner(path, "a")
    OwnerFile(path, "a").claim(me)
    for host in ("a", "b"):
        assert OwnerFile(path, host).claim(owner(path, host)) == me
    assert files(path) == ["data.owner"]


def test_another_host_is_dead_after_a_minute_of_silence(path):
    OwnerFile(path, "a").claim(owner(path, "a"))
    let_die(path)
    mine = owner(path, "b")
    assert OwnerFile(path, "b").claim(mine) is None
    assert OwnerFile(path, "a").read() == mine
    assert files(path) == ["data.owner"]


def test_silence_does_not_kill_a_process_that_we_can_see(path):
    me = owner(path, "a")
    OwnerFile(path, "a").claim(me)
    let_die(path)
    assert OwnerFile(path, "a").claim(owner(path, "a")) == me


@pytest.mark.parametrize(
    "change",
    [{"boot": "an earlier boot"}, {"pid": 2**22 + 1}, {"started": "1"}],
    ids=["rebooted", "process gone", "pid used again"],
)
def test_a_dead_process_of_this_host_is_succeeded_at_once(path, change):
    OwnerFile(path, "a").claim(replace(owner(path, "a"), **change))
    assert OwnerFile(path, "a").claim(owner(path, "a")) is None


def test_a_process_in_another_pid_namespace_is_judged_by_its_silence(path):
    me = replace(owner(path, "a"), pids="pid:[1]", pid=2**22 + 1)
    OwnerFile(path, "a").claim(me)
    assert OwnerFile(path, "a").claim(owner(path, "a")) == me
    let_die(path)
    assert OwnerFile(path, "a").claim(owner(path, "a")) is None


def test_an_owner_that_slept_too_long_is_told(path):
    me, mine = owner(path, "a"), owner(path, "b")
    OwnerFile(path, "a").claim(me)
    let_die(path)
    OwnerFile(path, "b").claim(mine)
    with pytest.raises(OwnershipLost):
        OwnerFile(path, "a").beat(me)
    OwnerFile(path, "a").release(me)
    assert OwnerFile(path, "b").read() == mine


def test_a_sign_of_life_revives(path):
    me = owner(path, "a")
    OwnerFile(path, "a").claim(me)
    let_die(path)
    OwnerFile(path, "a").beat(me)
    assert OwnerFile(path, "b").claim(owner(path, "b")) == me


def test_what_is_released_is_free(path):
    me = owner(path, "a")
    OwnerFile(path, "a").claim(me)
    OwnerFile(path, "a").release(me)
    assert OwnerFile(path, "b").claim(owner(path, "b")) is None


def test_an_owner_that_sleeps_while_it_leaves_does_not_free_what_is_another_s(path, monkeypatch):
    me, mine = owner(path, "a"), owner(path, "b")
    record = OwnerFile(path, "a")
    record.claim(me)
    read = Owner.parse

    def fall_asleep(text):
        monkeypatch.setattr(Owner, "parse", read)
        let_die(path)
        assert OwnerFile(path, "b").claim(mine) is None
        return read(text)

    monkeypatch.setattr(Owner, "parse", fall_asleep)
    record.release(me)
    assert OwnerFile(path, "c").claim(owner(path, "c")) == mine


def test_a_successor_that_died_half_way_is_succeeded_itself(path):
    dead = owner(path, "a")
    OwnerFile(path, "a").claim(dead)
    let_die(path)
    half_way = path.with_name(f"{path.name}.after-{dead.id}")
    half = owner(path, "c")
    OwnerFile(path.with_name("elsewhere"), "c").claim(half)
    path.with_name("elsewhere").rename(half_way)
    assert OwnerFile(path, "b").claim(owner(path, "b")) == half
    let_die(half_way)
    mine = owner(path, "b")
    assert OwnerFile(path, "b").claim(mine) is None
    assert OwnerFile(path, "a").read() == mine


def test_a_slow_claimant_does_not_oust_the_successor(path):
    dead, quick, slow = owner(path, "a"), owner(path, "b"), owner(path, "c")
    OwnerFile(path, "a").claim(dead)
    let_die(path)
    OwnerFile(path, "b").claim(quick)
    late = OwnerFile(path, "c")  # it saw the dead one before that
    assert not late._take(late._write(slow), slow, dead)
    assert OwnerFile(path, "a").read() == quick
    assert not path.with_name(f"{path.name}.after-{dead.id}").exists()


def lost_to(path, monkeypatch, before):
    """Let link(2) fail as for one whom somebody else forestalled, after `before` was done."""
    link = Path.hardlink_to

    def hardlink_to(target, source):
        monkeypatch.setattr(Path, "hardlink_to", link)
        before(target, source)
        raise FileExistsError

    monkeypatch.setattr(Path, "hardlink_to", hardlink_to)


def test_a_claimant_is_not_confused_by_one_who_moved_on_already(path, monkeypatch):
    dead, quick, slow = owner(path, "a"), owner(path, "b"), owner(path, "c")
    OwnerFile(path, "a").claim(dead)
    let_die(path)
    lost_to(path, monkeypatch, lambda *_: OwnerFile(path, "b").claim(quick))
    assert OwnerFile(path, "c").claim(slow) == quick
    assert files(path) == ["data.owner"]


def test_a_no_that_was_a_yes_is_seen(path, monkeypatch):
    lost_to(path, monkeypatch, lambda target, source: target.hardlink_to(source))
    me = owner(path, "a")
    assert OwnerFile(path, "a").claim(me) is None
    assert OwnerFile(path, "b").claim(owner(path, "b")) == me


@pytest.fixture
def eager_threads():
    """Let threads take turns so often that they meet between any two steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def test_of_many_claimants_one_wins(tmp_path, eager_threads):
    for number in range(60):
        directory = tmp_path / str(number)
        directory.mkdir()
        race(directory / "data.owner")


def race(path):
    OwnerFile(path, "a").claim(owner(path, "a"))
    let_die(path)
    claimants = [owner(path, f"host{number}") for number in range(32)]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda me: OwnerFile(path, me.host).claim(me), claimants))
    (winner,) = [me for me, holder in zip(claimants, answers, strict=True) if holder is None]
    assert OwnerFile(path, "a").read() == winner
    assert files(path) == ["data.owner"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"host": "a"}'])
def test_a_record_that_says_nothing_is_respected_until_it_is_old(path, text):
    path.write_text(text)
    assert OwnerFile(path, "b").claim(owner(path, "b")) is not None
    let_die(path)
    assert OwnerFile(path, "b").claim(owner(path, "b")) is None
