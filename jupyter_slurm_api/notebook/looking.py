"""What the magics look at: the queue, one's jobs, one job, the partitions, an estimate."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from ..cli import listing, output
from ..cli.saying import say
from ..cli.tables import Column, moment
from ..client import SlurmClient
from ..cluster import Amount, PartitionUse
from ..estimate import Estimate
from ..models import QueueRow
from ..sizes import written
from ..views import JobView
from . import frames
from .magic_error import SlurmMagicError
from .naming import id_of
from .tables import JobCard, Listing


def _nodes(one: PartitionUse) -> str:
    states = ", ".join(f"{count} {state}" for state, count in one["node_states"].items())
    return f"{one['nodes']} ({states})" if states else str(one["nodes"])


def _free(amount: Amount) -> str:
    return f"{amount['free']} of {amount['total']}"


def _free_memory(amount: Amount) -> str:
    return f"{written(amount['free'])} of {written(amount['total'])}"


def _free_gpus(one: PartitionUse) -> str:
    """Write the free GPUs, of each type where they have one."""
    types = [f"{name}: {_free(its)}" for name, its in one["gpus_by_type"].items()]
    return ", ".join(types) or ("none" if not one["gpus"]["total"] else _free(one["gpus"]))


_PARTITIONS: Final = (
    Column("PARTITION", lambda one: one["name"] + (" (default)" if one["is_default"] else "")),
    Column("STATE", lambda one: one["state"]),
    Column("TIME LIMIT", lambda one: one["time_limit"], to_the_right=True),
    Column("NODES", _nodes),
    Column("FREE CPUS", lambda one: _free(one["cpus"]), to_the_right=True),
    Column("FREE MEMORY", lambda one: _free_memory(one["memory"]), to_the_right=True),
    Column("FREE GPUS", _free_gpus),
)
_ESTIMATES: Final = (
    Column("PARTITION", lambda one: one.partition),
    Column("WOULD START", lambda one: moment(one.start_time) or one.refusal),
    Column("CPUS", lambda one: None if one.cpus is None else str(one.cpus), to_the_right=True),
    Column("ON", lambda one: one.node_list, shrinks=True),
)


def queue(client: SlurmClient, options: Namespace) -> Listing[QueueRow]:
    """Return the queue, or those of its lines that the options ask for."""
    answer = listing.ask_queue(client, options)
    remarks = listing.remarks(answer)
    rows = answer.jobs
    if options.jobs:
        wanted = set(options.jobs.split(","))
        rows = [row for row in rows if wanted & {row["job_id"], row["array_job_id"]}]
    return Listing(
        "Slurm's queue",
        listing.QUEUE,
        rows,
        shape=frames.QUEUE,
        record=frames.of_queue,
        remarks=remarks,
    )


def jobs(client: SlurmClient, options: Namespace) -> Listing[JobView]:
    """Return one's own jobs."""
    answer = listing.ask_jobs(client, options)
    return _jobs(answer.jobs, listing.remarks(answer))


def accounting(client: SlurmClient, options: Namespace) -> Listing[JobView]:
    """Return one's own jobs as sacct's options ask for them."""
    if options.jobs:
        return _jobs([client.job(one) for one in options.jobs.split(",")], [])
    answer = client.jobs(
        state=options.state,
        partition=options.partition,
        account=options.account,
        name=options.name,
        since=options.since,
        until=options.until,
        limit=options.limit,
    )
    return _jobs(answer.jobs, listing.remarks(answer))


def show(client: SlurmClient, options: Namespace) -> JobCard:
    """Return one job."""
    return JobCard(client.job(id_of(client, options.id)))


def print_output(client: SlurmClient, options: Namespace) -> None:
    """Print what a job has written; with ``-f`` until it is over, or the user has seen enough."""
    options.id = id_of(client, options.id)
    try:
        output.print_harmless(output.read(client, options, tell=say))
    except KeyboardInterrupt:
        raise SlurmMagicError(
            f"Interrupted: job {options.id} goes on, and `%slurm output -f {options.id}` too."
        ) from None


def partitions(client: SlurmClient, options: Namespace) -> Listing[PartitionUse]:
    """Return the partitions and what is free in them."""
    answer = client.partitions()
    wanted = options.partition.split(",") if options.partition else None
    return Listing(
        "Partitions, and what is free in them",
        _PARTITIONS,
        [one for one in answer.partitions if wanted is None or one["name"] in wanted],
        shape=frames.PARTITIONS,
        record=frames.of_partition,
        remarks=listing.stale_remark(answer),
    )


def estimates(found: list[Estimate]) -> Listing[Estimate]:
    """Return when and where a job would start."""
    return Listing(
        "When it would start, as Slurm plans now",
        _ESTIMATES,
        found,
        shape=frames.ESTIMATES,
        record=frames.of_estimate,
    )


def _jobs(found: list[JobView], remarks: list[str]) -> Listing[JobView]:
    return Listing(
        "Your jobs",
        listing.JOBS,
        found,
        shape=frames.JOBS,
        record=frames.of_job,
        remarks=remarks,
    )
