"""What can be seen of the documentation without following it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from jupyter_slurm_api.extension import SlurmApi
from pages import PAGES, ROOT, Ids, blocks

_UUID = "0b8e6f6c-3b5d-4a52-9d8c-0c2f5b0f2a11"
_NOT_RUN = {"README": 3, "tutorial": 1}


def test_what_is_not_run_says_why_and_is_counted():
    left_out = [page.stem for page in PAGES for block in blocks(page) if block.reason]
    assert Counter(left_out) == _NOT_RUN


def test_all_else_is_run_or_no_code():
    languages = {block.language for page in PAGES for block in blocks(page)}
    assert languages == {"bash", "ipython", "python", "text"}


def test_every_setting_that_is_named_is_one():
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(r"SlurmApi\.(\w+)", page.read_text())}
    assert named
    assert named <= {*SlurmApi.class_own_traits(config=True), "name"}


class TestIds:
    @pytest.mark.parametrize(
        ("shown", "printed", "fits"),
        [
            ("done", "done\n", True),
            ("done", "not done", False),
            ("first ... last", "first\nsecond\nlast", True),
            ('{"a": 1}', '{"a":1}', True),
            ("Job 12345, and 12345_7", "Job 8, and 8_7", True),
            ("Job 12345, and 12345_7", "Job 8, and 9_7", False),
            ("Jobs 12345 and 12346", "Jobs 8 and 9", True),
        ],
    )
    def test_what_is_shown_is_what_is_printed_but_for_ids(self, shown, printed, fits):
        assert Ids().fits(shown, printed) is fits

    def test_an_id_stays_what_it_has_been(self):
        ids = Ids()
        assert ids.fits("job 550e8400-e29b-41d4-a716-446655440000, 12345", f"job {_UUID}, 8")
        assert ids.put_into("show 12345_[1-3] 12346") == "show 8_[1-3] 12346"
        assert ids.fits("550e8400-e29b-41d4-a716-446655440000 of 12345", f"{_UUID} of 8")
        assert not ids.fits("12345", "9")
