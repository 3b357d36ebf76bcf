"""Doing something to jobs."""

from __future__ import annotations

from collections.abc import Sequence

from ..actions import ActionAnswer, BulkAnswer, Verb
from .answers import read
from .calls import Calls, path_of, said


class ActionCalls(Calls):
    """The calls that do something to jobs; the next look at one shows it."""

    def cancel(self, job_id: str) -> ActionAnswer:
        """Cancel a job."""
        return self._do("DELETE", path_of(job_id))

    def hold(self, job_id: str) -> ActionAnswer:
        """Keep a waiting job from starting."""
        return self._do("POST", path_of(job_id, "hold"))

    def release(self, job_id: str) -> ActionAnswer:
        """Let a held job start."""
        return self._do("POST", path_of(job_id, "release"))

    def requeue(self, job_id: str) -> ActionAnswer:
        """Send a job back to wait for another run."""
        return self._do("POST", path_of(job_id, "requeue"))

    def suspend(self, job_id: str) -> ActionAnswer:
        """Stop a running job for a while."""
        return self._do("POST", path_of(job_id, "suspend"))

    def resume(self, job_id: str) -> ActionAnswer:
        """Let a suspended job go on."""
        return self._do("POST", path_of(job_id, "resume"))

    def signal(self, job_id: str, signal: str) -> ActionAnswer:
        """Send a job a signal, such as ``USR1``."""
        return self._do("POST", path_of(job_id, "signal"), {"signal": signal})

    def change(
        self,
        job_id: str,
        *,
        time_limit: str | None = None,
        partition: str | None = None,
        name: str | None = None,
        nice: int | None = None,
        dependency: str | None = None,
    ) -> ActionAnswer:
        """Change what a job asks for, as far as Slurm lets a user; None leaves it."""
        body = said(
            time_limit=time_limit,
            partition=partition,
            name=name,
            nice=nice,
            dependency=dependency,
        )
        return self._do("PATCH", path_of(job_id), body)

    def act(self, action: Verb, ids: Sequence[str], *, signal: str | None = None) -> BulkAnswer:
        """Do something to many jobs at once; what became of each is in the answer."""
        body = said(action=action, ids=list(ids), signal=signal)
        return read(BulkAnswer, self._session.ask("POST", "jobs/actions", body=body).content)
