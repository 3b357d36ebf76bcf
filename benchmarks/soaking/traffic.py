"""What users do in a soak: they submit, once or again, cancel, requeue, hold and release."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import httpx

from .plan import SERVERS, Pick, Submit
from .site import Site
from .told import tell

T = TypeVar("T")

CREATED, ACCEPTED, CONFLICT, INVALID = 201, 202, 409, 422
NOBODY: Final = 0
"""The status where nobody answered."""

_PATIENCE: Final = 90.0  # longer than any answer may take
_RETRY_EVERY: Final = 5.0
_LATEST: Final = 20
_AT_ONCE: Final = 48


@dataclass(frozen=True)
class Sending:
    """One request with a submit, and what was answered; times are of `time.time`."""

    name: str
    key: str | None
    server: int
    asked_at: float
    seconds: float
    status: int
    body: dict[str, Any]

    @property
    def job_id(self) -> str | None:
        """The job's UUID, where the answer is that it was submitted."""
        return self.named if self.status == CREATED else None

    @property
    def named(self) -> str | None:
        """The UUID that the answer names, whatever it says of it."""
        return self.body.get("job_id")


@dataclass(frozen=True)
class Known:
    """A job of which its submitter knows Slurm's id."""

    name: str
    slurm_id: str
    kind: str
    at: float


class Traffic:
    """Does the deeds of the plan, each in a thread, and notes every answer.

    Use it in a ``with``, behind which nobody sends again.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._ended = threading.Event()
        self._threads = ThreadPoolExecutor(_AT_ONCE)
        self._doing: list[Future[None]] = []
        # Each request has a connection of its own: one that a killed server held tells nothing.
        alone = httpx.Limits(max_keepalive_connections=0)
        self._clients = [
            httpx.Client(
                base_url=server.url,
                headers={"Authorization": f"token {server.token}"},
                timeout=_PATIENCE,
                limits=alone,
            )
            for server in site.servers
        ]
        self.submits: dict[str, Submit] = {}
        self.sent: dict[str, list[Sending]] = defaultdict(list)
        self.known: dict[str, Known] = {}
        self.picked: list[str] = []

    def __enter__(self) -> Traffic:  # noqa: PYI034 - Self is in typing from 3.11 on
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def do(self, deed: Submit | Pick) -> None:
        """Begin a deed."""
        if isinstance(deed, Pick):
            self._doing.append(self._threads.submit(self._act, deed))
        else:
            self._doing.append(self._threads.submit(self._submit, deed))

    def end(self) -> None:
        """Let nobody send again, and wait for what is under way."""
        self._ended.set()
        for doing in self._doing:
            doing.result()

    def send_all_keys_again(self) -> None:
        """Send every key once more that has made a job, to the server that did not make it."""
        for name in list(self.sent):
            made = next((one for one in self.sent[name] if one.job_id), None)
            if made and made.key:
                submit = self.submits[name]
                self._post(submit, (made.server + 1) % SERVERS)

    def _submit(self, submit: Submit) -> None:
        if submit.after:
            submit = self._with_dependency(submit)
        self.submits[submit.name] = submit
        if not submit.posts:
            self._sbatch(submit)
            return
        posts = [self._threads.submit(self._later, submit, post) for post in submit.posts[1:]]
        self._post(submit, submit.posts[0].server)
        for post in posts:
            post.result()
        if submit.key:
            self._send_until_answered(submit)

    def _later(self, submit: Submit, post: Any) -> None:
        time.sleep(post.delay)
        self._post(submit, post.server)

    def _send_until_answered(self, submit: Submit) -> None:
        """Do what a key is for: send again until it is known what became of the job."""
        server = submit.posts[0].server
        while not any(_is_answer(one) for one in self.sent[submit.name]):
            if self._ended.wait(_RETRY_EVERY):
                return
            server = (server + 1) % SERVERS
            self._post(submit, server)

    def _post(self, submit: Submit, server: int) -> None:
        headers = {"Idempotency-Key": submit.key} if submit.key else {}
        body = {"script": submit.script, "name": submit.name, "parameters": submit.parameters}
        asked_at, began = time.time(), time.monotonic()
        try:
            answer = self._clients[server].post("submit", json=body, headers=headers)
            status, said = answer.status_code, answer.json()
        except httpx.TransportError as error:
            status, said = NOBODY, {"error": repr(error)}
        seconds = time.monotonic() - began
        one = Sending(submit.name, submit.key, server, asked_at, seconds, status, said)
        self.sent[submit.name].append(one)
        again = " again" if len(self.sent[submit.name]) > 1 else ""
        tell(f"submit {submit.name} ({submit.kind}{again}) to {server + 1}: {_said(one)}")
        if one.job_id and one.body.get("slurm_id"):
            self._know(submit, one.body["slurm_id"])

    def _sbatch(self, submit: Submit) -> None:
        try:
            slurm_id = self._site.slurm(
                "sbatch",
                "--parsable",
                f"--job-name={submit.name}",
                "--mem=10M",
                stdin=submit.script,
            ).strip()
        except subprocess.SubprocessError as error:
            tell(f"sbatch {submit.name}: {_words(error)}")
        else:
            tell(f"sbatch {submit.name}: {slurm_id}")
            self._know(submit, slurm_id)

    def _know(self, submit: Submit, slurm_id: str) -> None:
        self.known.setdefault(submit.name, Known(submit.name, slurm_id, submit.kind, time.time()))

    def _with_dependency(self, submit: Submit) -> Submit:
        latest = self._latest(lambda _: True)
        if not latest:
            return submit
        other = _at(latest, submit.pick)
        depends = {"dependency": f"{submit.after}:{other.slurm_id}"}
        return replace(submit, parameters={**submit.parameters, **depends})

    def _latest(self, wanted: Callable[[Known], bool]) -> list[Known]:
        return [one for one in list(self.known.values()) if wanted(one)][-_LATEST:]

    def _act(self, pick: Pick) -> None:
        try:
            said = _VERBS[pick.verb](self, pick.at)
        except subprocess.SubprocessError as error:
            said = _words(error)
        else:
            self.picked.append(pick.verb)
        tell(f"{pick.verb}: {said}")

    def _cancel(self, at: float) -> str:
        jobs = self._latest(lambda _: True)
        if not jobs:
            return "no job yet"
        job = _at(jobs, at)
        self._site.slurm("scancel", job.slurm_id)
        return f"{job.name} ({job.slurm_id})"

    def _cancel_task(self, at: float) -> str:
        jobs = self._latest(lambda one: one.kind == "array")
        if not jobs:
            return "no array yet"
        job = _at(jobs, at)
        task = f"{job.slurm_id}_{int(at * 100) % 7}"
        self._site.slurm("scancel", task)
        return f"{job.name} ({task})"

    def _requeue(self, at: float) -> str:
        running = self._in_state("RUNNING")
        if not running:
            return "none runs"
        slurm_id = _at(running, at)
        self._site.slurm("scontrol", "requeue", slurm_id)
        return slurm_id

    def _hold_and_release(self, at: float) -> str:
        waiting = [one for one in self._in_state("PENDING") if "[" not in one]
        if not waiting:
            return "none waits"
        slurm_id = _at(waiting, at)
        self._site.slurm("scontrol", "hold", slurm_id)
        time.sleep(2)
        self._site.slurm("scontrol", "release", slurm_id)
        return slurm_id

    def _in_state(self, state: str) -> list[str]:
        said = self._site.slurm("squeue", "--me", "--noheader", f"--states={state}", "-o%i %j")
        rows = [line.split() for line in said.splitlines()]
        return [slurm_id for slurm_id, name in rows if name.startswith("soak-")]


_VERBS: Final[dict[str, Callable[[Traffic, float], str]]] = {
    "cancel": Traffic._cancel,  # noqa: SLF001 - the table of its own verbs
    "cancel a task": Traffic._cancel_task,  # noqa: SLF001
    "requeue": Traffic._requeue,  # noqa: SLF001
    "hold and release": Traffic._hold_and_release,  # noqa: SLF001
}


def _at(some: Sequence[T], at: float) -> T:
    return some[int(at * len(some))]


def _is_answer(one: Sending) -> bool:
    return one.status in (CREATED, CONFLICT, INVALID)


def _said(one: Sending) -> str:
    what = one.body.get("slurm_id") or one.body.get("message") or one.body.get("error", "")
    return f"{one.status or 'nobody'} after {one.seconds:.2f} s, {str(what)[:90]}"


def _words(error: subprocess.SubprocessError) -> str:
    said = (getattr(error, "stderr", "") or "").strip().splitlines()
    return said[-1] if said else type(error).__name__
