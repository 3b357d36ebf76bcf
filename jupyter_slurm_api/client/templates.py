"""Job specs under names: one's own, and those that the site offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..templates import TemplatesView, TemplateView
from .answers import read
from .calls import Calls


class TemplateCalls(Calls):
    """The calls about templates."""

    def templates(self) -> TemplatesView:
        """Return the names of all templates."""
        return self._get(TemplatesView, "templates")

    def template(self, name: str) -> TemplateView:
        """Return one template."""
        return self._get(TemplateView, _path(name))

    def put_template(self, name: str, spec: Mapping[str, Any]) -> TemplateView:
        """Write a template of one's own: what `submit` takes, of which anything may be left out."""
        return read(TemplateView, self._session.ask("PUT", _path(name), body=spec).content)

    def delete_template(self, name: str) -> None:
        """Delete a template of one's own."""
        self._session.ask("DELETE", _path(name))


def _path(name: str) -> str:
    return f"templates/{quote(name, safe='')}"
