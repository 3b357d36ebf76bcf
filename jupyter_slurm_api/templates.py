"""Named job specs: what somebody submits again and again, or a site offers to all."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Final, TypeAlias

from pydantic import Field, StrictStr

from .models import Model
from .views import SubmitRequest

_LONGEST_NAME: Final = 100
_IN_A_PATH: Final = (".", "..")
_Script: TypeAlias = Annotated[StrictStr, Field(description="The batch script, beginning with #!")]


class TemplateSpec(SubmitRequest):
    """The body of ``PUT templates/{name}``: a submit's body, of which anything may be left out."""

    script: _Script | None = None  # type: ignore[assignment]  # only what is submitted needs one

    @classmethod
    def understood(cls, text: str) -> TemplateSpec:
        """Return a stored spec; what a newer server has added to it is left aside."""
        said = json.loads(text)
        return cls.model_validate({name: said[name] for name in cls.model_fields if name in said})


class TemplateLine(Model):
    """A template in the list; ``site`` marks those that the site offers, which nobody changes."""

    name: str
    site: bool
    created_at: datetime | None = None
    updated_at: datetime | None = None


class TemplateView(TemplateLine):
    """The answer of ``GET`` and ``PUT templates/{name}``."""

    spec: TemplateSpec


class TemplatesView(Model):
    """The answer of ``GET templates``: the site's first, then the user's own, each by name."""

    templates: list[TemplateLine]


def fault_of_name(name: str) -> str | None:
    """Return what is wrong with a template's name; None where nothing is.

    It stands in a path: so proxies must not read anything into it.
    """
    if not (name.isprintable() and name == name.strip() and 0 < len(name) <= _LONGEST_NAME):
        return f"must be 1 to {_LONGEST_NAME} printable characters, without spaces around them"
    if "/" in name or "\\" in name or name in _IN_A_PATH:
        return "must not look like a path"
    return None
