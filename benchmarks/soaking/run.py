"""The soak from its begin to its summary."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from subprocess import CalledProcessError
from typing import Any, Final

from pymongo import MongoClient

from jupyter_slurm_api.local.mongod import EmbeddedMongod

from . import ledger
from .audit import audit
from .evidence import WAYS, Evidence
from .plan import FAULTS, Fault, steps
from .site import Outage, Site
from .told import tell
from .traffic import Traffic
from .watch import Seen, Watch

ANCHORS: Final = {"anchor-held": "--hold", "anchor-running": "--time=7-0"}
"""Jobs that are in the queue from the begin to the end."""

_NOT_AN_ANCHOR: Final = {"$nin": [*ANCHORS]}
_NATURAL_END: Final = 75.0
_QUIET_WITHIN: Final = 180.0
_CERTAIN_WITHIN: Final = 480.0  # what sbatch did not answer is certain after some minutes
_LOOK_EVERY: Final = 2.0
_SHOWN: Final = 12


def main() -> int:
    parser = argparse.ArgumentParser(description="Use two servers, break everything, audit.")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true", help="keep all files, and say where")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything is taken down
    tell(f"seed {options.seed}, {options.minutes:g} minutes")
    with _directory(keep=options.keep) as directory, Site(directory, options.keep) as site:
        _submit_anchors(site)
        with Traffic(site) as traffic, Watch(site, traffic, set(ANCHORS)) as watch:
            _carry_out(site, traffic, options.seed, 60 * options.minutes)
            tell("everything is repaired; waiting for the jobs to end")
            _settle(site, traffic)
        evidence = _gather(site, traffic, watch)
        complaints = audit(evidence)
        _summarize(options, site, traffic, watch, evidence, complaints)
        if complaints and options.keep:
            tell(f"see {directory}")
    return 1 if complaints else 0


@contextmanager
def _directory(*, keep: bool) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="jsa-soak-"))
    directory.chmod(0o755)  # Slurm's own account has files below it
    try:
        yield directory
    finally:
        if keep:
            tell(f"everything is kept in {directory}")
        else:
            shutil.rmtree(directory)


def _submit_anchors(site: Site) -> None:
    for name, option in ANCHORS.items():
        script = "#!/bin/bash\nsleep 86400\n"
        site.slurm("sbatch", f"--job-name={name}", "-plong", "--mem=10M", option, stdin=script)
    time.sleep(8)  # the controller has saved them, and both servers have seen them


def _carry_out(site: Site, traffic: Traffic, seed: int, seconds: float) -> None:
    """Do each step at its time; a fault in a thread of its own, since it lasts."""
    began = time.monotonic()
    faults: list[threading.Thread] = []
    for step in steps(seed, seconds):
        time.sleep(max(0.0, began + step.at - time.monotonic()))
        if isinstance(step.deed, Fault):
            faults.append(threading.Thread(target=site.go_through, args=[step.deed]))
            faults[-1].start()
        else:
            traffic.do(step.deed)
    for fault in faults:
        fault.join()


def _settle(site: Site, traffic: Traffic) -> None:
    """Let all jobs end, send every key once more, and wait until nothing moves any more."""
    site.give_nodes_back()
    _wait("jobs to end by themselves", _NATURAL_END, lambda: not _queue(site))
    traffic.end()
    traffic.send_all_keys_again()
    _wait("keys that made another job", 5.0, lambda: False)
    if left := _queue(site):
        with suppress(CalledProcessError):  # some have ended by themselves meanwhile
            site.slurm("scancel", *left)
    _wait("Slurm to end all jobs", _QUIET_WITHIN, lambda: not _queue(site))
    _wait("the accounting to know all ends", _QUIET_WITHIN, lambda: not _live_entries(site))
    _wait("every document to be certain", _CERTAIN_WITHIN, lambda: not _uncertain(site))
    time.sleep(3 * _LOOK_EVERY)


def _queue(site: Site) -> list[str]:
    """Return the ids of what is in the queue but the anchors."""
    lines = site.slurm("squeue", "--me", "--noheader", "-o%i %j").splitlines()
    jobs = (line.split() for line in lines)
    return [slurm_id for slurm_id, name in jobs if name not in ANCHORS]


def _live_entries(site: Site) -> list[str]:
    return [
        name
        for name, entries in ledger.read(site).items()
        if name.startswith("soak-") and any(one.is_live for one in entries)
    ]


def _uncertain(site: Site) -> int:
    going_on = {"status": {"$in": [*WAYS, "REQUEUED"]}}
    open_ = {"slurm_id": {"$ne": None}, "$or": [{"accounted": False}, {"output_kept": False}]}
    question = {"name": _NOT_AN_ANCHOR, "$or": [going_on, open_]}
    with _database(site) as database:
        return int(database["jobs"].count_documents(question))


def _wait(what: str, seconds: float, is_so: Callable[[], bool]) -> None:
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        if is_so():
            tell(f"       waited {time.monotonic() - began:.0f} s for {what}")
            return
        time.sleep(_LOOK_EVERY)
    tell(f"       gave up after {seconds:g} s waiting for {what}")


@contextmanager
def _database(site: Site) -> Iterator[Any]:
    mongod = EmbeddedMongod(site.home / "data" / "slurm-api")
    try:
        with MongoClient[dict[str, Any]](mongod.start(), tz_aware=True) as client:
            yield client["outputs"]
    finally:
        mongod.stop()


def _gather(site: Site, traffic: Traffic, watch: Watch) -> Evidence:
    with _database(site) as database:
        jobs = list(database["jobs"].find({"name": _NOT_AN_ANCHOR}))
        outputs = {
            one["job_id"]: bytes(one["data"])
            for one in database["outputs"].find({"stream": "stdout"})
        }
    known = traffic.known.values()
    return Evidence(
        sent={name: list(sent) for name, sent in traffic.sent.items()},
        outside={one.name: one.slurm_id for one in known if one.kind == "sbatch"},
        seen=list(watch.seen),
        outages=site.outages,
        accounting=ledger.read(site),
        jobs=jobs,
        outputs=outputs,
    )


def _summarize(
    options: argparse.Namespace,
    site: Site,
    traffic: Traffic,
    watch: Watch,
    evidence: Evidence,
    complaints: list[str],
) -> None:
    sent = [one for some in evidence.sent.values() for one in some]
    answers = Counter(one.status or "nobody" for one in sent)
    print(f"\nSeed {options.seed}, {options.minutes:g} minutes\n")
    print("| What | How many |\n| --- | --- |")
    jobs = Counter(submit.kind for submit in traffic.submits.values())
    _row("Jobs that were submitted", f"{jobs.total()}: {_list(jobs)}")
    _row("Requests with a submit, by answer", f"{len(sent)}: {_list(answers)}")
    _row("Of these with a key that was sent before", str(len(sent) - len(evidence.sent)))
    _row("Cancelled, requeued, held", _list(Counter(traffic.picked)))
    _row("Faults", _list(Counter(one.kind for one in site.outages)))
    _row("Jobs in the accounting", str(sum(map(len, evidence.accounting.values()))))
    tasks = sum(1 for one in evidence.jobs if one.get("task"))
    _row("Documents", f"{len(evidence.jobs)}, {tasks} of them tasks")
    ends = Counter(one["status"] for one in evidence.jobs)
    _row("Their states", _list(ends))
    for kind, some in sorted(_by_kind(watch.seen).items()):
        _row(f"GET {kind}", _answers(some))
    slowest = max((one.seconds for one in sent), default=0.0)
    _row("POST submit", f"slowest {slowest:.1f} s")
    for what, count in evidence.notes.items():
        _row(what.capitalize(), str(count))
    _row("Promises that were broken", str(len(complaints)))
    print(
        "\n| After the repair of | times | fresh queue: median, longest | tick: median, longest |"
    )
    print("| --- | --- | --- | --- |")
    for kind in FAULTS:
        _catching_up(kind, [one for one in site.outages if one.kind == kind], watch.seen)
    print()
    for check, some in _by_check(complaints).items():
        print(*(f"BROKEN {complaint}" for complaint in some[:_SHOWN]), sep="\n")
        if len(some) > _SHOWN:
            print(f"BROKEN {check}: and {len(some) - _SHOWN} more like these")
    sys.stdout.flush()


def _by_check(complaints: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for complaint in complaints:
        found[complaint.partition(":")[0]].append(complaint)
    return found


def _row(what: str, figure: str) -> None:
    print(f"| {what} | {figure} |")


def _list(counted: Counter[Any]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counted.most_common()) or "0"


def _by_kind(seen: list[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        found[one.kind].append(one)
    return found


def _answers(seen: list[Seen]) -> str:
    statuses = Counter(one.status or "nobody" for one in seen)
    stale = sum(one.stale for one in seen)
    slowest = max(one.seconds for one in seen)
    return f"{len(seen)}: {_list(statuses)}; {stale} stale; slowest {slowest:.1f} s"


def _catching_up(kind: str, outages: list[Outage], seen: list[Seen]) -> None:
    """Tell how long it took from a repair until both servers had a fresh queue, and a tick."""
    if not outages:
        return
    fresh = [_until(one, seen, _is_fresh) for one in outages]
    ticks = [_until(one, seen, _ticked) for one in outages]
    print(f"| {kind} | {len(outages)} | {_spread(fresh)} | {_spread(ticks)} |")


def _until(
    outage: Outage, seen: list[Seen], is_good: Callable[[Seen, float], bool]
) -> float | None:
    """Return the seconds until the last of the servers was well again."""
    found = [
        min(
            (
                one.ended_at - outage.until
                for one in seen
                if one.server == server
                and one.asked_at >= outage.until
                and is_good(one, outage.until)
            ),
            default=None,
        )
        for server in {one.server for one in seen}
    ]
    times = [one for one in found if one is not None]
    return max(times) if len(times) == len(found) else None


def _is_fresh(answer: Seen, _: float) -> bool:
    return answer.kind == "queue" and answer.status == 200 and not answer.stale


def _ticked(answer: Seen, at: float) -> bool:
    return answer.kind == "health" and bool(answer.facts.get("last_success", 0) > at)


def _spread(times: list[float | None]) -> str:
    known = [one for one in times if one is not None]
    if not known:
        return "never"
    never = f", {len(times) - len(known)} never" if len(known) < len(times) else ""
    return f"{median(known):.1f} s, {max(known):.1f} s{never}"
