"""What a request brings made into models, or into a sentence about what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_origin

from ..errors import InvalidRequest, TooLarge

if TYPE_CHECKING:
    from pydantic import ValidationError
    from tornado.httputil import HTTPHeaders

    from ..models import Model

M = TypeVar("M", bound="Model")

_MOST_BYTES: Final = 32 << 20  # a script of the largest setting, each character escaped
_LONGEST: Final = 255  # characters of a header; the document says so too


def read(model: type[M], body: bytes, example: Mapping[str, Any] | None) -> M:
    """Return a JSON body as a model.

    Raises:
        InvalidRequest: it is none; each fault is named, and ``example`` shows one that is.
        TooLarge: it is larger than any request of ours can be.
    """
    from pydantic import ValidationError

    if len(body) > _MOST_BYTES:
        raise TooLarge(f"A request's body can have at most {_MOST_BYTES >> 20} MiB.")

    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error, json.dumps(example)) from error


def query(model: type[M], arguments: Mapping[str, Sequence[bytes]]) -> M:
    """Return a query as a model; of what is sent more than once, and is no list, the last counts.

    Left out is what is not for us: Jupyter's token, and the time of day with which
    JupyterLab keeps browsers from answering out of their caches.

    Raises:
        InvalidRequest: it is none, or names what is not there.
    """
    from pydantic import ValidationError

    given: dict[str, object] = {}
    for name, values in arguments.items():
        if name == "token" or name.isdecimal():
            continue
        words = [value.decode("utf-8", errors="replace") for value in values]
        field = model.model_fields.get(name)
        given[name] = words if field and get_origin(field.annotation) is list else words[-1]
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults = _faults(error)
        said = "; ".join(f"'{fault['field']}': {fault['message']}" for fault in faults)
        raise InvalidRequest(f"This cannot be asked: {said}.", faults) from error


def header(name: str, headers: HTTPHeaders) -> str | None:
    """Return what was sent as a header; None where it was not.

    Raises:
        InvalidRequest: it is more than the contract lets a header be.
    """
    sent = headers.get_list(name)
    if not sent:
        return None
    word = sent[0]
    if len(sent) > 1 or not (0 < len(word) <= _LONGEST and word.isascii() and word.isprintable()):
        sentence = (
            f"The header {name} must be sent once, with 1 to {_LONGEST} printable ASCII characters."
        )
        raise InvalidRequest(sentence, [{"field": name, "message": sentence}])
    return word


def _faults(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"field": ".".join(str(part) for part in fault["loc"]), "message": fault["msg"]}
        for fault in error.errors(include_url=False, include_input=False, include_context=False)
    ]


def _invalid(error: ValidationError, example: str) -> InvalidRequest:
    faults = _faults(error)
    if faults and not faults[0]["field"]:
        return InvalidRequest(
            f"The body must be a JSON object such as {example}. {faults[0]['message']}."
        )
    said = "; ".join(f"'{fault['field']}': {fault['message']}" for fault in faults)
    return InvalidRequest(f"The request cannot be carried out: {said}.", faults)
