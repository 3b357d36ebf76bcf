"""What the accounting lets a user use: pure builders of sacctmgr's command lines, and parsers.

sacctmgr sets fields apart by ``|`` and has no other way; only administrators choose these words.
Any bytes go in and no exception comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..cluster import AccountLimits, Association, Qos
from . import words
from .parsing import Parsed

_SHARED: Final = {
    "GrpJobs": "grp_jobs",
    "GrpSubmit": "grp_submit_jobs",
    "GrpTRES": "grp_tres",
    "GrpTRESMins": "grp_tres_mins",
    "GrpTRESRunMins": "grp_tres_run_mins",
    "GrpWall": "grp_wall",
}
_OWN: Final = {
    "MaxJobs": "max_jobs",
    "MaxSubmit": "max_submit_jobs",
    "MaxTRES": "max_tres_per_job",
    "MaxTRESPerNode": "max_tres_per_node",
    "MaxTRESMins": "max_tres_mins_per_job",
    "MaxWall": "max_wall",
}
_OF_QOS: Final = {
    **_SHARED,
    "MaxTRES": "max_tres_per_job",
    "MaxTRESPerNode": "max_tres_per_node",
    "MaxTRESPU": "max_tres_per_user",
    "MaxTRESPA": "max_tres_per_account",
    "MaxJobsPU": "max_jobs_per_user",
    "MaxJobsPA": "max_jobs_per_account",
    "MaxSubmitPU": "max_submit_jobs_per_user",
    "MaxSubmitPA": "max_submit_jobs_per_account",
    "MaxTRESMins": "max_tres_mins_per_job",
    "MaxWall": "max_wall",
    "MinTRES": "min_tres_per_job",
}

_ASSOCIATION_FIELDS: Final = ("DefaultAccount", "Account", "Partition", "DefaultQOS", "QOS")
_QOS_FIELDS: Final = ("Name", "Priority", "Flags")


@dataclass(frozen=True, slots=True)
class Associations:
    """A user's associations on one cluster, and which account a job has that names none."""

    default_account: str | None
    associations: tuple[Association, ...]


def show_user(user: str, cluster: str) -> list[str]:
    """Ask for a user's associations, with the limits that they inherit."""
    fields = (*_ASSOCIATION_FIELDS, *_SHARED, *_OWN)
    where = (f"name={user}", f"cluster={cluster}")
    return [*_SHOW, "user", "withassoc", "where", *where, _format(fields)]


def show_accounts(accounts: Sequence[str], cluster: str) -> list[str]:
    """Ask for the limits of accounts, which hold for all of their users together."""
    where = (f"account={','.join(accounts)}", f"cluster={cluster}", "user=")
    return [*_SHOW, "association", "where", *where, _format(("Account", *_SHARED))]


def show_qos() -> list[str]:
    """Ask for the QOS that there are."""
    return [*_SHOW, "qos", _format((*_QOS_FIELDS, *_OF_QOS))]


_SHOW: Final = ("sacctmgr", "--noheader", "--parsable2", "--readonly", "show")


def _format(fields: Sequence[str]) -> str:
    return f"format={','.join(fields)}"


def associations(output: bytes) -> Parsed[Associations]:
    """Read a user's associations."""
    parsed = _rows(output, (*_ASSOCIATION_FIELDS, *_SHARED, *_OWN))
    rows = parsed.value
    default = words.text(rows[0]["DefaultAccount"]) if rows else None
    found = tuple(
        Association(
            account=row["Account"],
            partition=words.text(row["Partition"]),
            default_qos=words.text(row["DefaultQOS"]),
            qos=_names(row["QOS"]),
            limits=_limits(row, {**_SHARED, **_OWN}),
        )
        for row in rows
    )
    return Parsed(Associations(default, found), parsed.bad)


def accounts(output: bytes) -> Parsed[tuple[AccountLimits, ...]]:
    """Read the limits of accounts."""
    parsed = _rows(output, ("Account", *_SHARED))
    found = (
        AccountLimits(account=row["Account"], limits=_limits(row, _SHARED)) for row in parsed.value
    )
    return Parsed(tuple(found), parsed.bad)


def qos(output: bytes) -> Parsed[tuple[Qos, ...]]:
    """Read all QOS."""
    parsed = _rows(output, (*_QOS_FIELDS, *_OF_QOS))
    found = (
        Qos(
            name=row["Name"],
            priority=words.number(row["Priority"]),
            flags=_names(row["Flags"]),
            limits=_limits(row, _OF_QOS),
        )
        for row in parsed.value
    )
    return Parsed(tuple(found), parsed.bad)


def _rows(output: bytes, names: Sequence[str]) -> Parsed[list[dict[str, str]]]:
    lines = [line for line in output.decode("utf-8", errors="replace").split("\n") if line.strip()]
    found = [line.split("|") for line in lines]
    good = [dict(zip(names, row, strict=True)) for row in found if len(row) == len(names)]
    return Parsed(good, len(lines) - len(good))


def _names(word: str) -> tuple[str, ...]:
    return tuple(name for name in word.split(",") if name)


def _limits(row: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {ours: row[theirs] for theirs, ours in names.items() if row[theirs].strip()}
