"""Settings, as their traits have them."""

from __future__ import annotations

import inspect

from traitlets import TraitType
from traitlets.config import Configurable


def of(configured: type[Configurable]) -> str:
    """Return a section for each setting that a class has of its own, in its order."""
    settings = configured.class_own_traits(config=True)
    return "\n".join(
        _section(f"c.{configured.__name__}", name, settings[name])
        for name in vars(configured)
        if name in settings
    )


def _section(owner: str, name: str, trait: TraitType[object, object]) -> str:
    default = "..." if trait.default_value == "" else trait.default_value_repr()
    return "\n".join(
        (
            f"### {name}\n",
            f"```python\n{owner}.{name} = {default}\n```\n",
            f"{_paragraph(trait.help)}\n",
        )
    )


def _paragraph(text: str) -> str:
    return " ".join(inspect.cleandoc(text).split()).rstrip(".") + "."
