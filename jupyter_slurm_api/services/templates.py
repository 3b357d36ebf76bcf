"""Templates: the user's own, which MongoDB keeps, and those that the site offers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from ..errors import Conflict, InvalidRequest, Outdated, TemplateNotFound, TooLarge
from ..store.templates import Template, TemplateStore
from ..templates import TemplateLine, TemplateSpec, TemplatesView, TemplateView, fault_of_name

_LARGEST: Final = 256 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A template, the version it is in, and whether it was made just now."""

    view: TemplateView
    version: str
    is_new: bool = False


def site_templates(setting: Mapping[str, Any]) -> dict[str, TemplateSpec]:
    """Return the templates of a setting; one that is wrong is left out, and the log says why."""
    found: dict[str, TemplateSpec] = {}
    for name, spec in setting.items():
        try:
            fault = fault_of_name(name)
            found[name] = TemplateSpec.model_validate(spec)
        except ValidationError as error:
            fault = "; ".join(
                f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
            )
        if fault:
            found.pop(name, None)
            _log.critical("SlurmApi.site_templates[%r] is left out: it %s", name, fault)
    return dict(sorted(found.items()))


class TemplateService:
    """Lists, shows, writes and deletes templates.

    A name that the site uses is the site's: where the site comes to use it later, the
    user's own template of this name waits unseen until the site lets go of it.
    """

    def __init__(self, store: TemplateStore, site: Mapping[str, TemplateSpec]) -> None:
        self._store = store
        self._site = site

    async def all(self) -> TemplatesView:
        """Return the names of all templates."""
        own = [
            TemplateLine(
                name=one.name, site=False, created_at=one.created_at, updated_at=one.updated_at
            )
            for one in await self._store.names()
            if one.name not in self._site
        ]
        site = [TemplateLine(name=name, site=True) for name in self._site]
        return TemplatesView(templates=[*site, *own])

    async def get(self, name: str) -> Found:
        """Return a template.

        Raises:
            TemplateNotFound: there is none of this name.
        """
        if spec := self._site.get(name):
            return Found(TemplateView(name=name, site=True, spec=spec), spec.sha256)
        found = await self._store.get(name)
        if found is None:
            raise _no_such(name)
        return _found(found)

    async def put(self, name: str, spec: TemplateSpec, version: str | None) -> Found:
        """Write a template, new or in place of one; with a ``version`` of that one alone.

        Raises:
            InvalidRequest: the name cannot be one, or the spec is too large.
            Conflict: the name is the site's, or there are too many templates.
            Outdated: the template is no longer in that version.
        """
        if fault := fault_of_name(name):
            sentence = f"A template's name {fault}."
            raise InvalidRequest(sentence, [{"field": "name", "message": sentence}])
        self._check_own(name)
        text = spec.model_dump_json(exclude_unset=True)
        if len(text.encode()) > _LARGEST:
            raise TooLarge(
                f"A template may have {_LARGEST:,} bytes. Put what is larger into a file, and let"
                " the script read it."
            )
        while True:
            if replaced := await self._store.replace(name, text, version):
                return _found(replaced)
            if version:
                raise _outdated(name)
            if created := await self._store.create(name, text):
                return _found(created, is_new=True)

    async def delete(self, name: str, version: str | None) -> None:
        """Delete a template, with a ``version`` in that one alone.

        Raises:
            TemplateNotFound: there is none of this name.
            Conflict: it is the site's.
            Outdated: it is no longer in that version.
        """
        self._check_own(name)
        if await self._store.delete(name, version):
            return
        if version and await self._store.get(name):
            raise _outdated(name)
        raise _no_such(name)

    def _check_own(self, name: str) -> None:
        if name in self._site:
            raise Conflict(
                f"The template '{name}' is the site's, and stays as it is. Choose another name."
            )


def _found(template: Template, *, is_new: bool = False) -> Found:
    view = TemplateView(
        name=template.name,
        site=False,
        created_at=template.created_at,
        updated_at=template.updated_at,
        spec=TemplateSpec.understood(template.spec),
    )
    return Found(view, template.version, is_new)


def _no_such(name: str) -> TemplateNotFound:
    return TemplateNotFound(f"There is no template '{name}'. GET slurm/templates lists all.")


def _outdated(name: str) -> Outdated:
    return Outdated(
        f"The template '{name}' has been changed or deleted since. Read it again before you write."
    )
