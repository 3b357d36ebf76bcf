"""What is answered, with the entity tag by which who has it already can tell (RFC 9110, 8.8.3)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # handlers are loaded before pydantic
    from pydantic import BaseModel


_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Representation:
    """An answer as bytes, with the ETag of what it says."""

    data: bytes
    etag: str

    @classmethod
    def of(cls, answer: BaseModel, unsaid: Mapping[str, Any] = _NOTHING) -> Representation:
        """Write a model as JSON.

        What is ``unsaid``, in the form of `model_dump`'s ``exclude``, may change without
        anything new to say: the moment of the last look.
        """
        data = answer.model_dump_json().encode()
        said = answer.model_dump_json(exclude=dict(unsaid)).encode() if unsaid else data
        return cls(data, etag_of(said))


def etag_of(*said: bytes) -> str:
    """Return the ETag of what is said; a weak one, since gzip may come between."""
    digest = hashlib.blake2b(digest_size=12)
    for part in said:
        digest.update(part)
    return f'W/"{digest.hexdigest()}"'
