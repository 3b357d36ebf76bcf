"""What JupyterLab's side takes for granted of the server's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from jupyter_slurm_api import states
from jupyter_slurm_api.handlers.openapi import document

_SOURCES = Path(__file__).parents[2] / "labextension" / "src"
_INTERFACES = re.findall(
    r"^export interface (\w+) {\n(.*?)^}",
    (_SOURCES / "answers.ts").read_text(),
    re.MULTILINE | re.DOTALL,
)
_FIELDS = [
    (interface, *field)
    for interface, body in _INTERFACES
    for field in re.findall(r"^  (\w+): (.*);$", body, re.MULTILINE)
]


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = document("/")["components"]["schemas"]
    return found


def _typed(schema: dict[str, Any]) -> str:
    """Write a JSON Schema as TypeScript has it."""
    if "anyOf" in schema:
        return " | ".join(_typed(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = schema["type"]
    if kind == "array":
        return f"{_typed(schema['items'])}[]"
    if kind == "object":
        return f"Record<string, {_typed(schema['additionalProperties'])}>"
    return {"integer": "number"}.get(kind, kind)


@pytest.mark.parametrize(("interface", "field", "typed"), _FIELDS)
def test_answers_are_as_openapi_describes_them(schemas, interface, field, typed):
    assert _typed(schemas[interface]["properties"][field]) == typed


def test_every_state_is_known_and_what_is_over_is_over():
    tones = dict(
        re.findall(r"^  ([A-Z_]+): '(\w+)'", (_SOURCES / "states.ts").read_text(), re.MULTILINE)
    )
    over = {state for state, tone in tones.items() if tone not in ("running", "waiting")}
    assert set(tones) == set(states.CODES)
    assert over == states.OVER
    assert {state for state in tones if states.waits(state)} <= {
        state for state, tone in tones.items() if tone == "waiting"
    }
