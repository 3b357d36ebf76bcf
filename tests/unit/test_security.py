"""SECURITY.md: each claim names tests, which are there."""

from __future__ import annotations

import re

import pytest

from pages import ROOT

_TEXT = (ROOT / "SECURITY.md").read_text()
_SHOWN_BY = re.findall(r"`([\w/.]+)::([^`]+)`", _TEXT)


@pytest.mark.parametrize(("file", "test"), _SHOWN_BY, ids=[test for _, test in _SHOWN_BY])
def test_a_test_that_is_named_is_there(file, test):
    named = f"test('{test}'" if file.endswith(".ts") else f"def {test}("
    assert named in (ROOT / file).read_text()


def test_each_claim_names_one():
    claims = re.findall(r"^- \*\*.*?(?=^- |^$)", _TEXT, re.MULTILINE | re.DOTALL)
    assert claims
    assert [claim for claim in claims if "::" not in claim] == []
