"""A request's body made into a model, or into a sentence about what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ..errors import InvalidRequest

if TYPE_CHECKING:
    from pydantic import ValidationError

    from ..models import Model

M = TypeVar("M", bound="Model")


def read(model: type[M], body: bytes, example: str) -> M:
    """Return a JSON body as a model.

    Raises:
        InvalidRequest: it is none; each fault is named, and ``example`` shows one that is.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error, example) from error


def _invalid(error: ValidationError, example: str) -> InvalidRequest:
    faults = [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    if faults and not faults[0]["field"]:
        return InvalidRequest(
            f"The body must be a JSON object such as {example}. {faults[0]['message']}."
        )
    said = "; ".join(f"'{fault['field']}': {fault['message']}" for fault in faults)
    return InvalidRequest(f"The request cannot be carried out: {said}.", faults)
