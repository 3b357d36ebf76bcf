"""Templates in MongoDB: one document each, by user and name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pymongo import ASCENDING, ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from ..clock import utc_now
from ..errors import Conflict
from .mongo import Document, Mongo

_SCHEMA: Final = 1
_COLLECTION: Final = "templates"
MOST: Final = 200
"""How many templates a user may have."""


def create_indexes(database: Database[Document]) -> None:
    """Create the index by which a name is one template of a user's."""
    database[_COLLECTION].create_index(
        [("user", ASCENDING), ("name", ASCENDING)], name="one_template_a_name", unique=True
    )


@dataclass(frozen=True, slots=True)
class Template:
    """A stored template: ``spec`` is JSON, ``version`` another one after each write."""

    name: str
    spec: str
    created_at: datetime
    updated_at: datetime
    version: str


class TemplateStore:
    """The templates of one user.

    A spec is kept as text: it is never looked into, and its names may be any.
    """

    def __init__(self, mongo: Mongo, user: str) -> None:
        self._mongo = mongo
        self._user = user

    async def names(self) -> list[Template]:
        """Return all templates by name, without their specs."""
        mine, without = {"user": self._user}, {"spec": False}
        return await self._mongo.run(
            "read",
            lambda database: [
                _template(found)
                for found in database[_COLLECTION].find(mine, without).sort("name", ASCENDING)
            ],
        )

    async def get(self, name: str) -> Template | None:
        """Return a template."""
        question = {"user": self._user, "name": name}
        found = await self._mongo.run(
            "read", lambda database: database[_COLLECTION].find_one(question)
        )
        return _template(found) if found else None

    async def replace(self, name: str, spec: str, version: str | None) -> Template | None:
        """Write the spec of a template; None where there is none, or not in that version."""
        question = self._question(name, version)
        change = {"spec": spec, "updated_at": utc_now(), "version": uuid.uuid4().hex}
        found = await self._mongo.run(
            "write",
            lambda database: database[_COLLECTION].find_one_and_update(
                question, {"$set": change}, return_document=ReturnDocument.AFTER
            ),
        )
        return _template(found) if found else None

    async def create(self, name: str, spec: str) -> Template | None:
        """Write a new template; None where there is one of this name.

        Raises:
            Conflict: the user has as many as there may be.
        """
        now = utc_now()
        template = Template(name, spec, now, now, uuid.uuid4().hex)
        document = {
            "user": self._user,
            "name": name,
            "spec": spec,
            "created_at": now,
            "updated_at": now,
            "version": template.version,
            "schema": _SCHEMA,
        }
        written = await self._mongo.run("write", lambda database: _insert(database, document))
        return template if written else None

    async def delete(self, name: str, version: str | None) -> bool:
        """Delete a template; False where there is none, or not in that version."""
        question = self._question(name, version)
        result = await self._mongo.run(
            "write", lambda database: database[_COLLECTION].delete_one(question)
        )
        return result.deleted_count == 1

    def _question(self, name: str, version: str | None) -> Document:
        of_version = {"version": version} if version else {}
        return {"user": self._user, "name": name, **of_version}


def _insert(database: Database[Document], document: Document) -> bool:
    templates = database[_COLLECTION]
    if templates.count_documents({"user": document["user"]}) >= MOST:
        raise Conflict(
            f"You have {MOST} templates, and cannot have more. Delete one of them first."
        )
    try:
        templates.insert_one(document)
    except DuplicateKeyError:
        return False
    return True


def _template(found: Document) -> Template:
    return Template(
        name=found["name"],
        spec=found.get("spec", ""),
        created_at=found["created_at"],
        updated_at=found["updated_at"],
        version=found["version"],
    )
