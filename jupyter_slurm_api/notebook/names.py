"""Which variables of the notebook a cell needs, and which of them travel by themselves."""

from __future__ import annotations

import ast
import builtins
import dis
import types
from collections.abc import Iterator, Mapping
from typing import Any, Final

_BUILTIN: Final = frozenset(dir(builtins)) | {"get_ipython", "display", "exit", "quit"}
_CODE: Final = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type)


def needed(source: str) -> set[str]:
    """Return the names that plain Python code reads before it gives them a value itself.

    Raises:
        SyntaxError: it is no Python.
    """
    code = compile(
        source, "<cell>", "exec", dont_inherit=True, flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    )
    given: set[str] = set()
    read: set[str] = set()
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            given.add(step.argval)
        elif step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in given:
            read.add(step.argval)
    inner = {name for one in _inner(code) for name in _globals_of(one)}
    return (read | (inner - given)) - _BUILTIN


def is_code(value: Any) -> bool:
    """Tell whether this is a module, a function or a class: what code needs travels with it."""
    return isinstance(value, _CODE)


def lacking(source: str, namespace: Mapping[str, Any], sent: Mapping[str, Any]) -> list[str]:
    """Return the variables that a cell needs and that would not be there."""
    return sorted(
        name
        for name in needed(source) & namespace.keys()
        if name not in sent and not is_code(namespace[name])
    )


def code_for(source: str, namespace: Mapping[str, Any]) -> dict[str, Any]:
    """Return the modules, functions and classes of the notebook that a cell uses."""
    used = needed(source) & namespace.keys()
    return {name: namespace[name] for name in sorted(used) if is_code(namespace[name])}


def _inner(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inner(constant)


def _globals_of(code: types.CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield step.argval
