"""The REST API, as its OpenAPI document has it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from jupyter_slurm_api.handlers.openapi import document

_OPENAPI = cache(document)
_BASE_URL = "/"


def operations() -> str:
    """Return a section for each verb on each path."""
    paths = _OPENAPI(_BASE_URL)["paths"]
    return "\n\n".join(
        "\n\n".join(_operation(f"{verb.upper()} {path}", operation))
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
    )


def models() -> str:
    """Return a section for each model that is sent or answered."""
    schemas = _OPENAPI(_BASE_URL)["components"]["schemas"]
    return "\n\n".join(
        "\n\n".join(_model(name, schema)) for name, schema in sorted(schemas.items())
    )


def _operation(title: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"### `{title}`"
    permission = operation["x-jupyter-permission"]
    asked = "No login is needed." if "security" in operation else f"Permission: `{permission}`."
    yield f"{operation['summary']}. {asked}"
    if parameters := operation["parameters"]:
        yield _table(
            ("parameter", "in", "type", ""),
            (
                (f"`{one['name']}`", one["in"], _typed(one["schema"]), one.get("description", ""))
                for one in parameters
            ),
        )
    if "requestBody" in operation:
        yield from _body(operation["requestBody"]["content"]["application/json"])
    yield _table(("status", "answer"), _answers(operation["responses"]))


def _body(content: Mapping[str, Any]) -> Iterator[str]:
    yield f"Body: {_typed(content['schema'])}"
    if "example" in content:
        yield f"```json\n{json.dumps(content['example'], indent=2)}\n```"


def _answers(responses: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for status, response in responses.items():
        kinds = [
            _typed(one["schema"]) if one["schema"] else f"`{media_type}`"
            for media_type, one in response.get("content", {}).items()
        ]
        yield f"{status} {HTTPStatus(int(status)).phrase}", ", ".join(kinds)


def _model(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}"
    if "description" in schema:
        yield _prose(schema["description"])
    if "properties" not in schema:
        yield _typed(schema)
        return
    required = schema.get("required", ()) if name in _bodies() else ()
    yield _table(
        ("field", "type", ""),
        (
            (
                f"`{field}`" + (" (required)" if field in required else ""),
                _typed(one),
                one.get("description", ""),
            )
            for field, one in schema["properties"].items()
        ),
    )


@cache
def _bodies() -> set[str]:
    """Return the models that are sent: of those that are answered nothing is ever left out."""
    sent = re.findall(
        r'"requestBody": .*?"#/components/schemas/(\w+)"', json.dumps(_OPENAPI(_BASE_URL))
    )
    return set(sent)


def _typed(schema: Mapping[str, Any]) -> str:
    """Say a schema in a few words, with a link to what has a section of its own."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if some := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(_typed(one) for one in some))
    if words := schema.get("enum") or ([schema["const"]] if "const" in schema else []):
        return " or ".join(f"`{word}`" for word in words)
    return _kind(schema)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "anything")
    if kind == "array" and "items" in schema:
        return f"list of {_typed(schema['items'])}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{_typed(schema['additionalProperties'])} by name"
    return str(schema.get("format", kind))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_prose(cell) for cell in line)} |" for line in lines)


def _prose(text: str) -> str:
    """Return a text of a docstring on one line, as Markdown has it."""
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())
