"""`%load_ext jupyter_slurm_api`, and its end; it asks no server, the first magic does."""

from __future__ import annotations

from typing import Any, Final

from IPython.core.completer import CompletionContext, SimpleCompletion, context_matcher

from .magics import SlurmMagics

_MATCHER: Final = "jupyter_slurm_api"


def load(shell: Any) -> None:
    """Register the magics and their completion."""
    magics = SlurmMagics(shell)
    shell.register_magics(magics)

    def match(context: CompletionContext) -> dict[str, Any]:
        found = magics.completions(context.text_until_cursor)
        wanted = [SimpleCompletion(one) for one in found if one.startswith(context.token)]
        return {"completions": wanted, "suppress": True, "ordered": True}

    # Before all others, so that none adds what is Python; a completer for a command cannot.
    matcher = context_matcher(identifier=_MATCHER, priority=1000)(match)
    shell.Completer.custom_matchers.append(matcher)


def unload(shell: Any) -> None:
    """Take the magics and their completion away."""
    magics = shell.magics_manager.registry.pop(SlurmMagics.__name__, None)
    if magics is None:
        return
    shell.configurables.remove(magics)
    for kind, its in magics.magics.items():
        for name in its:
            shell.magics_manager.magics[kind].pop(name, None)
    completer = shell.Completer
    completer.custom_matchers = [
        one for one in completer.custom_matchers if one.matcher_identifier != _MATCHER
    ]
