"""What the magics do to jobs: asked for before it is done to many, and told job by job."""

from __future__ import annotations

from argparse import Namespace
from functools import partial

from ..actions import Verb
from ..cli.saying import say
from ..cli.text import harmless
from ..client import SlurmClient
from .magic_error import SlurmMagicError
from .naming import id_of


def act(client: SlurmClient, options: Namespace, *, verb: Verb) -> None:
    """Do it to all jobs that are named, and say of each what became of it.

    Raises:
        SlurmMagicError: one of them would not, or the user would not.
    """
    ids = list(dict.fromkeys(map(partial(id_of, client), options.ids)))
    signal = getattr(options, "signal", None)
    if verb == "cancel" and not options.yes and _are_many(ids):
        _ask_first(f"Send {signal} to" if signal else "Cancel", ids)
        options.yes = True  # for a server that has to be looked for anew
    answer = client.act("signal" if signal else verb, ids, signal=signal)
    for result in answer.results:
        if result.done:
            say(harmless(f"{result.id}: {result.message}"))
    refused = [f"{result.id}: {result.message}" for result in answer.results if not result.done]
    if refused:
        raise SlurmMagicError("\n".join(refused))


def _are_many(ids: list[str]) -> bool:
    return len(ids) > 1 or any("[" in one for one in ids)


def _ask_first(what: str, ids: list[str]) -> None:
    try:
        answer = input(harmless(f"{what} {', '.join(ids)}? [y/N] "))
    except (NotImplementedError, EOFError) as error:  # nobody is there to be asked
        raise SlurmMagicError(f"{what} {', '.join(ids)}? Say so with --yes.") from error
    if answer.strip().lower() not in ("y", "yes"):
        raise SlurmMagicError("Nothing was done.")
