"""Tables, cards and hostile text, as a terminal gets them."""

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import sizes
from jupyter_slurm_api.cli.card import card
from jupyter_slurm_api.cli.tables import Column, table
from jupyter_slurm_api.cli.text import cut, harmless, harmless_lines, width
from jupyter_slurm_api.views import JobView

HOSTILE = "a\x1b]0;title\x07\x1b[2J\r\nb\x9b31m\u202egnp.exe\u2066\u200f"
COLUMNS = (
    Column("ID", lambda row: row[0], to_the_right=True),
    Column("NAME", lambda row: row[1], shrinks=True),
    Column("WHERE", lambda row: row[2], shrinks=True),
)


class TestText:
    def test_what_a_terminal_would_obey_is_written_out(self):
        shown = harmless(HOSTILE)
        assert shown.isprintable()
        assert shown.startswith(r"a\x1b]0;title\x07\x1b[2J\r\nb\x9b31m\u202egnp")

    @pytest.mark.parametrize("text", ["hello", "a job", "é", "名前", "😀", "a|b\"'<script>"])
    def test_what_is_harmless_stays(self, text):
        assert harmless(text) == text

    def test_an_output_keeps_its_lines_and_colours(self):
        assert harmless_lines("\x1b[1;31mred\x1b[0m\n\t50%\r100%\n") == (
            "\x1b[1;31mred\x1b[0m\n\t50%\r100%\n"
        )

    @pytest.mark.parametrize("hostile", ["\x1b[2J", "\x1b]52;c;eA==\x07", "\x9b1m", "\u202e", "\0"])
    def test_and_nothing_else_that_is_obeyed(self, hostile):
        assert hostile[0] not in harmless_lines(f"a{hostile}b")

    @pytest.mark.parametrize(
        ("text", "columns"), [("abc", 3), ("é", 1), ("e\u0301", 1), ("名前", 4)]
    )
    def test_width(self, text, columns):
        assert width(text) == columns

    @pytest.mark.parametrize(
        ("text", "columns", "shown"),
        [
            ("hello", 5, "hello"),
            ("hello", 4, "hel…"),
            ("名前です", 5, "名前…"),
            ("名前です", 4, "名…"),
        ],
    )
    def test_cut(self, text, columns, shown):
        assert cut(text, columns) == shown

    @given(st.text())
    def test_whatever_it_is_nothing_is_left_to_obey(self, text):
        assert harmless(text).isprintable()


class TestTable:
    ROWS = (("1", "a", "n1"), ("1234", "a-rather-long-name", None))

    def test_columns_stand_below_their_heads(self):
        assert table(COLUMNS, self.ROWS, None) == (
            "  ID  NAME                WHERE\n"
            "   1  a                   n1\n"
            "1234  a-rather-long-name"
        )

    def test_what_may_shrink_does_where_there_is_no_room(self):
        assert table(COLUMNS, self.ROWS, 24).splitlines()[2] == "1234  a-rather-l…"
        assert all(width(line) <= 24 for line in table(COLUMNS, self.ROWS, 24).splitlines())

    def test_an_id_is_never_cut(self):
        assert "1234" in table(COLUMNS, self.ROWS, 1)

    def test_a_row_stays_one_line_whatever_a_name_holds(self):
        lines = table(COLUMNS, [("1", HOSTILE, "x\n99 root")], 60).split("\n")
        assert len(lines) == 2
        assert all(line.isprintable() for line in lines)

    def test_wide_characters_are_counted_as_they_are_shown(self):
        lines = table(COLUMNS, [("1", "名前", "x"), ("2", "ab", "x")], None).splitlines()
        assert lines[1].index("x") == lines[2].index("x") - 2

    def test_no_rows_are_a_head(self):
        assert table(COLUMNS, [], 80) == "ID  NAME  WHERE"


class TestCard:
    def job(self, **facts):
        base = {"job_id": "uuid", "slurm_id": "7", "status": "PENDING", "status_code": "PD"}
        return JobView.model_validate(base | {"user": "alice"} | facts)

    def test_a_job_that_is_held_tells_why_and_how_to_go_on(self):
        shown = card(self.job(reason="JobHeldUser", explanation="You hold it."), 80)
        assert "State         PENDING (JobHeldUser)\n              You hold it." in shown
        assert "jupyter slurm release 7" in shown
        assert "jupyter slurm cancel 7" in shown

    def test_a_job_that_is_over_tells_how_it_ended(self):
        at = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
        shown = card(
            self.job(
                status="FAILED",
                exit_code=3,
                start_time=at,
                end_time=at + timedelta(hours=1),
                output="".join(f"line {number}\n" for number in range(30)),
                usage={"elapsed": 3600, "total_cpu": 1.5, "max_rss": 3 * 2**30},
            ),
            80,
        )
        assert "Exit          3" in shown
        assert "Used          3600 s, 1.5 s of CPU, 3 GiB of memory" in shown
        assert "  line 29\n" in shown
        assert "line 19" not in shown
        assert "cancel" not in shown

    def test_it_is_harmless(self):
        shown = card(self.job(name=HOSTILE, reason=HOSTILE, comment=HOSTILE, output=HOSTILE), 80)
        assert "\x1b" not in shown
        assert "\u202e" not in shown

    def test_what_is_not_known_is_not_shown(self):
        assert "None" not in card(self.job(), 80)

    @pytest.mark.parametrize(
        ("amount", "written"),
        [(1, "1 B"), (1536, "1.5 KiB"), (2**31, "2 GiB"), (2**50, "1024 TiB")],
    )
    def test_sizes(self, amount, written):
        assert sizes.written(amount) == written
