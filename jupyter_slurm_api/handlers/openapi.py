"""The OpenAPI 3.1 document: made of the table of routes, the contract and its models.

Source: https://spec.openapis.org/oas/v3.1.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from .._version import __version__
from ..models import Model
from ..services.jobs import ONE_JOB, SOME_JOBS
from ..views import Problem
from .base import AUTH_RESOURCE
from .contract import OPERATIONS, Operation
from .problems import CONTENT_TYPE
from .routes import PREFIX, ROUTES, Route

_JSON: Final = "application/json"
_ANY_MAY_MEET: Final = (
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
_TAGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("submit", "notebooks", "estimate", "job", "jobs"), "jobs"),
    **dict.fromkeys(("queue", "partitions", "nodes", "limits"), "cluster"),
    "templates": "templates",
    **dict.fromkeys(("events", "ws"), "what changes"),
}
"""What a page shows together, by the first part of the path."""

_BESIDE_THE_SCHEMA: Final = ("description", "allowEmptyValue")
_WITHOUT_A_BODY: Final = (
    HTTPStatus.SWITCHING_PROTOCOLS,
    HTTPStatus.NO_CONTENT,
    HTTPStatus.NOT_MODIFIED,
)
_IGNORED_WHERE_WRONG: Final = ("Range",)  # https://www.rfc-editor.org/rfc/rfc9110#section-14.2
_Mode = Literal["validation", "serialization"]
_Schemas = dict[tuple[type[Model], _Mode], dict[str, Any]]


def document(base_url: str) -> dict[str, Any]:
    """Return the document of a server whose Jupyter has this base URL."""
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        for verb in ("get", "put", "post", "patch", "delete"):
            if operation := OPERATIONS.get((route.path, verb)):
                described = _operation(route, verb, operation, schemas)
                paths.setdefault(route.path, {})[verb] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "jupyter_slurm_api",
            "version": __version__,
            "description": (
                "Slurm inside Jupyter: submit, watch and understand batch jobs. Where a browser is"
                " logged in to Jupyter, it needs no token."
            ),
        },
        "servers": [{"url": base_url.rstrip("/") + PREFIX}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "Jupyter's token, as `token ...`",
                }
            },
        },
        "security": [{"token": []}],
    }


def _schemas() -> tuple[_Schemas, dict[str, Any]]:
    """Return a schema for each model and way it is used, and the components they refer to."""
    wanted: dict[tuple[type[Model], _Mode], None] = {(Problem, "serialization"): None}
    for operation in OPERATIONS.values():
        if operation.body:
            wanted[operation.body, "validation"] = None
        if operation.answer:
            wanted[operation.answer, "serialization"] = None
    found, defined = TypeAdapter.json_schemas(
        [((model, mode), mode, TypeAdapter(model)) for model, mode in wanted],
        ref_template="#/components/schemas/{model}",
    )
    return {key: found[key, key[1]] for key in wanted}, defined.get("$defs", {})


def _operation(route: Route, verb: str, operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _identifier(route.path, verb),
        "summary": operation.summary,
        "tags": [_TAGS.get(route.path.split("/")[1], "service")],
        "x-jupyter-permission": f"{operation.permission_of(verb)} {AUTH_RESOURCE}",
        "parameters": [
            *_path_parameters(route, verb),
            *_query_parameters(operation),
            *_header_parameters(operation),
        ],
        "responses": _responses(operation, schemas),
    }
    if operation.body:
        content: dict[str, Any] = {"schema": schemas[operation.body, "validation"]}
        if operation.example:
            content["example"] = operation.example
        described["requestBody"] = {
            "required": not operation.body_may_be_empty,
            "content": {_JSON: content},
        }
    if not operation.needs_login:
        described["security"] = [{}, {"token": []}]
    return described


def _identifier(path: str, verb: str) -> str:
    return "_".join([verb, *re.findall(r"\w+", path)])


def _path_parameters(route: Route, verb: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", **_allowed(name, words, verb)},
        }
        for name, words in route.parts.items()
    ]


def _allowed(name: str, words: tuple[str, ...], verb: str) -> dict[str, Any]:
    """Return what a part of a path may be."""
    if words:
        return {"enum": list(words)}
    if name == "job_id":
        return {"pattern": ONE_JOB if verb == "get" else SOME_JOBS}
    return {"minLength": 1}


def _query_parameters(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    return [
        {
            "name": name,
            "in": "query",
            **{key: schema[key] for key in _BESIDE_THE_SCHEMA if key in schema},
            "schema": _sendable(schema),
        }
        for name, schema in operation.query.model_json_schema()["properties"].items()
    ]


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what can stand in a query: null cannot, it is not sent."""
    left_out = ("title", *_BESIDE_THE_SCHEMA)
    kept = {name: value for name, value in schema.items() if name not in left_out}
    some = [each for each in kept.pop("anyOf", ()) if each != {"type": "null"}]
    if kept.get("default", ...) is None:
        del kept["default"]
    return kept | (some[0] if len(some) == 1 else {"anyOf": some} if some else {})


def _header_parameters(operation: Operation) -> list[dict[str, Any]]:
    line = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
    return [
        {
            "name": name,
            "in": "header",
            "description": purpose,
            "schema": {"type": "string"} if name in _IGNORED_WHERE_WRONG else line,
        }
        for name, purpose in (operation.headers or {}).items()
    ]


def _responses(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    problem = {"content": {CONTENT_TYPE: {"schema": schemas[Problem, "serialization"]}}}
    responses: dict[str, Any] = {}
    for status in operation.statuses:
        responses[str(status.value)] = {"description": status.phrase}
        if status not in _WITHOUT_A_BODY:
            schema = schemas[operation.answer, "serialization"] if operation.answer else {}
            responses[str(status.value)]["content"] = {operation.media_type: {"schema": schema}}
    for status in sorted({*operation.refusals, *_ANY_MAY_MEET}):
        responses[str(status.value)] = {"description": status.phrase, **problem}
    return responses
