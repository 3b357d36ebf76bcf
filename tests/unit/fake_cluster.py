"""A Slurm and a store of a test's own making, for the sync."""

from __future__ import annotations

from datetime import datetime, timezone

from jupyter_slurm_api.models import ClusterInfo
from jupyter_slurm_api.slurm import words
from jupyter_slurm_api.slurm.commands import OWN_FIELDS
from jupyter_slurm_api.slurm.parsing import Parsed

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
SUBMIT = 1763985600
SUBMITTED = datetime.fromtimestamp(SUBMIT, timezone.utc)


class FakeSlurm:
    """A queue of rows, an accounting and a controller; ``failure`` is raised where one is set."""

    def __init__(self):
        self.rows = {}
        self.runs = {}
        self.held = {}
        self.accounting = True
        self.failure = None
        self.looks = 0
        self.bad = 0
        self.bad_recorded = 0
        self.asked = []
        self.tags = {}
        self.min_job_age = 300

    def show(self, slurm_id="42", state="RUNNING", **fields):
        facts = {
            "JobArrayID": slurm_id,
            "JobID": slurm_id,
            "State": state,
            "Name": "job",
            "UserName": "alice",
            "SubmitTime": str(SUBMIT),
            "RestartCnt": "0",
            "WorkDir": "/work",
        }
        facts |= fields
        row = tuple(facts.get(name, "") for name in OWN_FIELDS)
        self.rows[words.id_of(facts["JobArrayID"])] = row

    async def info(self):
        self._fail()
        return ClusterInfo("here", "22.05.8", self.accounting, self.min_job_age)

    async def own_jobs(self):
        self.looks += 1
        self._fail()
        return Parsed({slurm_id: (row,) for slurm_id, row in self.rows.items()}, self.bad)

    async def recorded(self, slurm_ids, since):
        self.asked.append(list(slurm_ids))
        wanted = {key: runs for key, runs in self.runs.items() if words.job_of(key) in slurm_ids}
        return Parsed(wanted, self.bad_recorded)

    async def tagged(self, since):
        return Parsed(self.tags, 0)

    async def shown(self, slurm_id):
        return {key: one for key, one in self.held.items() if words.job_of(key) == slurm_id}

    def _fail(self):
        if self.failure:
            raise self.failure


class FakeStore:
    """Jobs by UUID, written as MongoDB would: by revision, and one job a key.

    ``meanwhile`` is what another server does between our look and our write.
    """

    def __init__(self):
        self.meanwhile = lambda: None
        self.jobs = {}
        self.writes = []
        self.failure = None

    def has(self, *jobs):
        self.jobs |= {job.job_id: job for job in jobs}

    def by_slurm_id(self, slurm_id):
        (job,) = [job for job in self.jobs.values() if job.slurm_id == slurm_id]
        return job

    async def live(self, cluster):
        return [job for job in self._of(cluster) if not job.is_over]

    async def unkept(self, cluster):
        return [job for job in self._of(cluster) if job.is_over and not job.output_kept]

    async def unaccounted(self, cluster):
        return [job for job in self._of(cluster) if job.is_over and not job.accounted]

    async def task_states(self, array_job_ids):
        found = {}
        for job in self.jobs.values():
            if job.task and job.task.array_job_id in array_job_ids:
                found.setdefault(job.task.array_job_id, {})[job.task.task_id] = job.status
        return found

    async def find(self, cluster, slurm_ids, job_ids):
        ids = {*slurm_ids, *job_ids}
        return [job for job in self._of(cluster) if ids & {job.slurm_id, job.job_id}]

    def _of(self, cluster):
        return [job for job in self.jobs.values() if job.cluster == cluster]

    async def write(self, changes, new):
        if self.failure:
            raise self.failure
        self.meanwhile()
        if changes or new:
            self.writes.append((list(changes), list(new)))
        return all([*map(self._update, changes), *map(self._insert, new)])

    def _update(self, change):
        if self.jobs[change.before.job_id].revision != change.before.revision:
            return False
        self.has(change.written)
        return True

    def _insert(self, job):
        def key(one):
            return (one.cluster, one.slurm_id, one.first_submit_time)

        if any(key(job) == key(other) for other in self.jobs.values()):
            return False
        self.has(job)
        return True
