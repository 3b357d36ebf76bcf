"""Variables of the notebook in a shell cell: ``{name}``, where --format asks for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_FIELD: Final = re.compile(
    r"\$\{|\{\{|\}\}|\{(?P<name>[A-Za-z_]\w*)(?P<rest>(?:![rsa])?(?::[^{}]*)?)\}"
)
_WRITTEN_TWICE: Final = {"{{": "{", "}}": "}"}


def formatted(text: str, namespace: Mapping[str, Any]) -> str:
    """Return a text with the values of what stands in braces, formatted as in an f-string.

    The shell's own ``${name}`` and ``{a,b}`` stay; ``{{name}}`` is ``{name}``.

    Raises:
        NameError: there is no such variable.
        ValueError, TypeError: a value cannot be formatted so.
    """

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if name is None:
            return _WRITTEN_TWICE.get(found[0], found[0])
        if name not in namespace:
            raise NameError(
                f"There is no variable {name!r} in the notebook. Where the shell is to see"
                f" {{{name}}}, write {{{{{name}}}}}."
            )
        return f"{{0{found['rest']}}}".format(namespace[name])

    return _FIELD.sub(value, text)
