"""What many followers of one output get, when, and what that costs."""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cluster import BareSlurm
from figures import Figure, lag_of, milliseconds
from server import Server

WAYS: Final = ("events", "socket")
_EXTENSIONS: Final = (
    "--ServerApp.jpserver_extensions={'loop_lag': True, 'file_reads': True}",
    "--SlurmApi.active_interval=1",
    "--SlurmApi.min_interval=1",
)
_EVERY: Final = 0.05
_FIRST: Final = 8  # seconds, in which all have begun to follow
# Each line tells when it was written; it is as long as it takes for so many bytes a second.
_WRITER: Final = """#!{python}
import sys, time
due = time.time() + {first}
end = due + {seconds}
while due < end:
    time.sleep(max(0, due - time.time()))
    line = f"{{time.time():.6f}} "
    sys.stdout.write(line + "x" * ({size} - len(line) - 1) + "\\n")
    sys.stdout.flush()
    due += {every}
"""


def follow(slurm: BareSlurm, home: Path, way: str, options: argparse.Namespace) -> Iterator[Figure]:
    """Let many follow a job from before it writes until its end."""
    with Server(home, slurm.environ, _EXTENSIONS) as server:
        server.wait_for_jobs(0)
        size = int(options.megabytes * 1e6 * _EVERY)
        script = _WRITER.format(
            python=sys.executable, seconds=options.seconds, every=_EVERY, size=size, first=_FIRST
        )
        job = json.loads(server.call("POST", "/submit", {"script": script}).body)
        server.call("GET", "/benchmark/lag")
        before, began = server.cpu_seconds(), time.monotonic()
        seen = _followers(server, way, job["job_id"], options.followers)
        cpu = (server.cpu_seconds() - before) / (time.monotonic() - began)
        lag = server.lag()
        path = home / "work" / f"slurm-{job['slurm_id']}.out"
        yield from _figures(server, options, path, seen)
        yield Figure(
            "The server's share of one core meanwhile, and the followers'",
            f"{cpu:.0%}",
            f"{seen['cpu_share']:.0%}",
        )
        yield lag_of("Event loop's lag meanwhile", lag)


def _figures(
    server: Server, options: argparse.Namespace, path: Path, seen: Mapping[str, Any]
) -> Iterator[Figure]:
    data = path.read_bytes()
    whole = [len(data), hashlib.sha256(data).hexdigest()]
    wrong = [got for got in seen["got"] if got != whole]
    followers = options.followers
    off = sum(abs(count - len(data)) for count, _ in seen["got"])
    yield Figure(
        f"Bytes lost or doubled, {followers} followers of {len(data) / 1e6:.1f} MB each",
        f"{off} ({len(wrong)} followers have other bytes than the file)",
        aim="0",
        met=not wrong and len(seen["got"]) == followers,
    )
    yield Figure(
        f"From a line's write until it is at a follower (n={seen['lines']:,})",
        f"p50 {milliseconds(seen['p50'])}, p95 {milliseconds(seen['p95'])},"
        f" max {milliseconds(seen['max'])}",
    )
    reads = json.loads(server.call("GET", f"/benchmark/reads?path={path}").body)["opened"]
    yield Figure(
        "Times that the file was opened and read, by the server, for all followers",
        f"{reads} in {seen['seconds']:.0f} s, for {seen['messages']:,} messages",
    )


def _followers(server: Server, way: str, job_id: str, count: int) -> dict[str, Any]:
    """Follow as a process of its own; what `followers` prints."""
    argv = [
        *(sys.executable, str(Path(__file__).with_name("followers.py"))),
        *(str(server.port), str(server.token_file), job_id),
        *(f"--way={way}", f"--followers={count}"),
    ]
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE)
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen
