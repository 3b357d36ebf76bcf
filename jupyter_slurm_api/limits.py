"""Slurm's reasons for a limit that is reached, and the sentences composed for them.

Two hundred of Slurm's reasons name a limit by its parts: whose it is, whether it
counts all jobs together or each by itself, what of, and per what. A table for
each part makes the sentence. Source: Slurm's ``acct_policy.c`` and
https://slurm.schedmd.com/resource_limits.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple


class Resource(NamedTuple):
    """How one speaks of a resource: more of it, so much of it, too little of it, less of it."""

    noun: str
    much: str
    too_little: str
    less: str
    minutes: str


_MEMORY: Final = Resource(
    "memory", "so much", "less", "less memory (--mem, --mem-per-cpu)", "memory minutes"
)
_CPUS: Final = Resource(
    "CPUs", "so many", "fewer", "fewer CPUs (--ntasks, --cpus-per-task)", "CPU minutes"
)

RESOURCES: Final[dict[str, Resource]] = {
    "Cpu": _CPUS,
    "CPU": _CPUS,
    "Mem": _MEMORY,
    "Memory": _MEMORY,
    "Node": Resource("nodes", "so many", "fewer", "fewer nodes (--nodes)", "node minutes"),
    "GRES": Resource(
        "GPUs or other GRES",
        "so many",
        "fewer",
        "fewer GPUs or GRES (--gpus, --gres)",
        "GRES minutes",
    ),
    "License": Resource(
        "licenses", "so many", "fewer", "fewer licenses (--licenses)", "license minutes"
    ),
    "BB": Resource(
        "burst buffer space",
        "so much",
        "less",
        "less burst buffer space (--bb)",
        "burst buffer minutes",
    ),
    "Energy": Resource("energy", "so much", "less", "fewer resources", "energy minutes"),
    "Billing": Resource("billing units", "so many", "fewer", "fewer resources", "billing minutes"),
    "Unknown": Resource(
        "of an unnamed resource",
        "so much",
        "less",
        "less of that resource",
        "minutes of an unnamed resource",
    ),
}
"""By Slurm's word for a resource (TRES)."""

_TIME: Final = Resource("time", "so much", "less", "a shorter --time", "minutes of run time")

MEASURES: Final[dict[str, tuple[str, Resource]]] = {
    **{word: ("resource", resource) for word, resource in RESOURCES.items()},
    "Jobs": ("running", _TIME),
    "SubmitJob": ("submitted", _TIME),
    "SubmitJobs": ("submitted", _TIME),
    "Wall": ("time", _TIME),
    "WallDuration": ("time", _TIME),
}
"""By Slurm's word for what a limit counts: which templates speak of it, and how."""

_TOGETHER: Final = (
    "{who} may use only {much} {noun} at once, and with this job they would use more."
    " It can start when enough of them end; if it alone asks for more than that, cancel it and"
    " submit it with {less}."
)
_STILL_TO_RUN: Final = (
    "{who} may have only so many {minutes} still to run, and with this job they would have more."
    " It can start as running jobs get on; a shorter --time helps."
)
_USED_UP: Final = (
    "{who} have used up the {minutes} granted to them, or this job needs more than are left."
    " A shorter --time may let it start; if none are left, ask for more."
)
_RUNNING: Final = (
    "As many of {who} run as may run at once. This one can start when some of them end."
)
_SUBMITTED: Final = (
    "As many of {who} wait and run as may at a time. This one can start when some of them end."
)

TEMPLATES: Final[dict[tuple[str, str, str, str], str]] = {
    ("Grp", "resource", "", ""): _TOGETHER,
    ("Max", "resource", "", "User"): _TOGETHER,
    ("Max", "resource", "", "Account"): _TOGETHER,
    ("Grp", "resource", "Run", ""): _STILL_TO_RUN,
    ("Max", "resource", "Run", "User"): _STILL_TO_RUN,
    ("Max", "resource", "Run", "Account"): _STILL_TO_RUN,
    ("Grp", "resource", "Minutes", ""): _USED_UP,
    ("Grp", "time", "", ""): _USED_UP,
    ("Grp", "running", "", ""): _RUNNING,
    ("Max", "running", "", ""): _RUNNING,
    ("Max", "running", "", "User"): _RUNNING,
    ("Max", "running", "", "Account"): _RUNNING,
    ("Grp", "submitted", "", ""): _SUBMITTED,
    ("Max", "submitted", "", ""): _SUBMITTED,
    ("Max", "submitted", "", "User"): _SUBMITTED,
    ("Max", "submitted", "", "Account"): _SUBMITTED,
    ("Max", "resource", "", "Job"): (
        "This job asks for more {noun} than a job {where} may have."
        " It cannot start like this: cancel it and submit it with {less}."
    ),
    ("Max", "resource", "", "Node"): (
        "This job asks for more {noun} on one node than a job {where} may have there."
        " It cannot start like this: cancel it and submit it with {less} on each node."
    ),
    ("Max", "resource", "Minutes", "Job"): (
        "This job asks for more {minutes} than a job {where} may have."
        " It cannot start like this: cancel it and submit it with a shorter --time or {less}."
    ),
    ("Max", "time", "", "Job"): (
        "This job asks for more time than a job {where} may have."
        " It cannot start like this: cancel it and submit it with a shorter --time."
    ),
    ("Min", "resource", "", ""): (
        "This job asks for {too_little} {noun} than a job {where} must."
        " It cannot start like this: cancel it and submit it with more, or with another --qos."
    ),
}
"""By kind, what is counted, over which time and per what."""

WHO: Final[dict[tuple[str, str], str]] = {
    ("Assoc", ""): "the jobs of your account",
    ("QOS", ""): "the jobs with this QOS",
    ("QOS", "User"): "your jobs with this QOS",
    ("QOS", "Account"): "your account's jobs with this QOS",
}
"""By whose limit it is and per what: the jobs that are counted together."""

_YOURS: Final = "your jobs in this account"
"""Whose jobs an association's limits without ``Grp`` count."""

WHERE: Final[dict[str, tuple[str, str]]] = {
    "Assoc": ("in your account", "`sacctmgr show assoc`"),
    "QOS": ("with this QOS", "`sacctmgr show qos` (the job's or its partition's)"),
}
"""By whose limit it is: how a job is called that comes under it, and what shows its limits."""

_SPANS: Final = {"": "", "Minutes": "Minutes", "RunMinutes": "Run", "RunMins": "Run"}


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for one of these words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_NAME: Final = re.compile(
    # Without QOS before them stand a QOS's limits per user and per account.
    r"(Assoc|QOS|(?=Max.+Per(?:User|Account)))(Grp|Max|Min)"
    rf"({_any_of(MEASURES)})({_any_of(_SPANS)})"
    r"(?:Per(Job|Node|User|Account))?(?:Limit|NotSatisfied)?"
)


def explanation(reason: str) -> str | None:
    """Return the sentence for a reason that names a limit by its parts; None for any other."""
    named = _NAME.fullmatch(reason)
    if not named:
        return None
    whose, kind, counted, span, per = named.groups(default="")
    subject, resource = MEASURES[counted]
    template = TEMPLATES.get((kind, subject, _SPANS[span], per))
    if template is None:
        return None
    whose = whose or "QOS"
    where, shown_by = WHERE[whose]
    who = _YOURS if (whose, kind) == ("Assoc", "Max") else WHO.get((whose, per), "")
    said = template.format(who=who, where=where, **resource._asdict())
    return f"{said[0].upper()}{said[1:]} See {shown_by}, or ask your administrators."
