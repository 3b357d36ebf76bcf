"""What JupyterLab's side takes for granted of the server's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from jupyter_slurm_api import states
from jupyter_slurm_api.handlers.openapi import document
from jupyter_slurm_api.models import ParameterValue
from jupyter_slurm_api.slurm import arguments, directives
from jupyter_slurm_api.slurm.options import LETTERS, Takes

_SOURCES = Path(__file__).parents[2] / "labextension" / "src"
_DIRECTIVES = json.loads((_SOURCES.parent / "tests/directives.json").read_text())
_INTERFACES = re.findall(
    r"^export interface (\w+) {\n(.*?)^}",
    (_SOURCES / "answers.ts").read_text(),
    re.MULTILINE | re.DOTALL,
)
_PARAMETER = TypeAdapter(ParameterValue).json_schema()
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
    if schema.get("anyOf") == _PARAMETER["anyOf"]:
        return "ParameterValue"
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


def _words(name: str) -> list[str]:
    found = re.search(
        rf"^const {name} = `(.*?)`",
        (_SOURCES / "submit/sbatch.ts").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert found
    return found[1].split()


@pytest.mark.parametrize(
    ("words", "takes"),
    [("FLAGS", Takes.NOTHING), ("MAYBE", Takes.MAYBE), ("VALUES", Takes.VALUE)],
)
def test_the_form_knows_sbatchs_options(words, takes):
    assert set(_words(words)) == {name for name, what in arguments.LONG.items() if what is takes}


def test_the_form_knows_the_letters_of_options():
    assert dict(pair.split(":") for pair in _words("SHORT")) == LETTERS


@pytest.mark.parametrize("case", _DIRECTIVES, ids=lambda case: case["about"])
def test_directives_are_read_as_the_form_reads_them(case):
    """Its own tests read the same cases."""
    short = {name: letter for letter, name in LETTERS.items()}.get(case["option"])
    assert directives.value(case["script"], case["option"], short) == case["value"]
