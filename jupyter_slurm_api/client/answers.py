"""Answers made into models, and kept for as long as they have not changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from .failures import ApiError

M = TypeVar("M", bound=BaseModel)

_MOST: Final = 32


def read(model: type[M], body: bytes) -> M:
    """Return an answer as a model; what a newer server says besides is passed over.

    Raises:
        ApiError: this is no such answer.
    """
    try:
        return model.model_validate_json(body, extra="ignore")
    except ValidationError as error:
        raise ApiError(
            f"The server's answer is no {model.__name__} as this client knows it: give both the"
            " same version of jupyter-slurm-api."
        ) from error


class Answers:
    """The last answers, each with its ETag under what was asked; the oldest is forgotten."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, tuple[str, BaseModel]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: object) -> tuple[str, BaseModel] | None:
        """Return the ETag and the answer to a question, if it was asked of late."""
        with self._lock:
            if asked in self._kept:
                self._kept.move_to_end(asked)
            return self._kept.get(asked)

    def keep(self, asked: object, etag: str, answer: BaseModel) -> None:
        """Remember an answer."""
        with self._lock:
            self._kept[asked] = (etag, answer)
            self._kept.move_to_end(asked)
            if len(self._kept) > _MOST:
                self._kept.popitem(last=False)
