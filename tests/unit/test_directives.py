"""What a script's #SBATCH lines set; each rule was seen at the real sbatch, 22.05."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm import directives, options


def script(*lines):
    return "\n".join(["#!/bin/sh", *lines, ""])


def words(*lines):
    return directives.components(script(*lines))[0]


def comment(*lines):
    return directives.value(script(*lines), "comment")


def chdir(*lines):
    return directives.value(script(*lines), "chdir", "D")


class TestLines:
    @pytest.mark.parametrize("text", ["", "#!/bin/sh", "#SBATCH --a", "#!/bin/sh #SBATCH --a"])
    def test_the_first_line_sets_nothing(self, text):
        assert directives.components(text) == [[]]

    def test_comments_and_blank_lines_are_passed_over(self):
        lines = ["#SBATCH --a", "", "# comment", "  # indented", " \t\v\f\r", "#SBATCH --b"]
        assert words(*lines) == ["--a", "--b"]

    def test_the_first_command_ends_them(self):
        assert words("#SBATCH --a", "echo hello", "#SBATCH --b") == ["--a"]

    @pytest.mark.parametrize("blank", ["\x1c", "\x85", "\xa0", "\u2028"])
    def test_what_only_python_takes_for_blank_is_a_command(self, blank):
        assert words(blank, "#SBATCH --a") == []

    @pytest.mark.parametrize(
        "line",
        [
            "##SBATCH --a",
            "# SBATCH --a",
            " #SBATCH --a",
            "\f#SBATCH --a",
            "#sbatch --a",
            "#PBS --a",
        ],
    )
    def test_what_only_looks_like_one(self, line):
        assert words(line) == []

    @pytest.mark.parametrize("line", ["#SBATCH --a", "#SBATCH--a", "#SBATCH\v--a", "#SLURM --a"])
    def test_how_one_may_begin(self, line):
        assert words(line) == ["--a"]


class TestWords:
    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("--time=5 -p long", ["--time=5", "-p", "long"]),
            ("--a\t--b\f--c\r--d", ["--a", "--b", "--c", "--d"]),
            ("--a='two words'", ["--a=two words"]),
            ("'--a'\"=b\"c", ["--a=bc"]),
            ('--a="it\'s"', ["--a=it's"]),
            ("--a=x\x85y\u2028z", ["--a=x\x85y\u2028z"]),
        ],
    )
    def test_blanks_part_words_and_quotes_hold_them_together(self, line, found):
        assert words(f"#SBATCH {line}") == found

    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("--a=b # why", ["--a=b"]),
            ("--a=b#c", ["--a=b"]),
            ("--a=b# --c", ["--a=b"]),
            ("--a='b#c'", ["--a=b#c"]),
            (r"--a=b\#c", ["--a=b#c"]),
        ],
    )
    def test_a_comment_begins_anywhere_outside_of_quotes(self, line, found):
        assert words(f"#SBATCH {line}") == found

    @pytest.mark.parametrize(
        ("line", "found"),
        [
            (r"--a=b\ c", ["--a=b c"]),
            (r"--a='b\'c'", ["--a=b'c"]),
            (r"--a='b\\c'", [r"--a=b\c"]),
            (r'--a="b\nc"', ["--a=bnc"]),
            ("--a=b\\", ["--a=b"]),
        ],
    )
    def test_a_backslash_takes_the_next_character_as_it_is_in_quotes_too(self, line, found):
        assert words(f"#SBATCH {line}") == found

    def test_a_backslash_joins_no_lines(self):
        assert words("#SBATCH --a=b\\", "#SBATCH --c") == ["--a=b", "--c"]

    @pytest.mark.parametrize("empty", ["''", '""', "hetjob", "packjob"])
    def test_an_empty_word_ends_its_line(self, empty):
        assert words(f"#SBATCH --a {empty} --b", "#SBATCH --c") == ["--a", "--c"]


class TestComponents:
    @pytest.mark.parametrize("line", ["#SBATCH hetjob", "#SBATCH packjob --c", "#SLURM\thetjob#"])
    def test_a_line_parts_the_components_of_a_heterogeneous_job(self, line):
        found = directives.components(script("#SBATCH --a", line, "#SBATCH --b"))
        assert found == [["--a"], ["--b"]]

    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (("#SBATCH --comment=x", "#SBATCH hetjob", "#SBATCH --comment=y"), "x"),
            (("#SBATCH --time=5", "#SBATCH hetjob", "#SBATCH --comment=y"), "y"),
            (("#SBATCH --comment", "#SBATCH hetjob", "#SBATCH --comment=y"), None),
        ],
    )
    def test_the_first_that_sets_an_option_counts(self, lines, found):
        assert comment(*lines) == found


class TestOptions:
    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("--chdir=/a", "/a"),
            ("--chdir /a", "/a"),
            ("-D /a", "/a"),
            ("-D/a", "/a"),
            ("--chdir='/a b'", "/a b"),
            ("--chdir=/a=b", "/a=b"),
            ("--chdir=", ""),
            ("--chdir", None),
            ("--chdirs=/a", None),
            ("--dependency=singleton", None),
        ],
    )
    def test_a_value_stands_behind_its_option(self, line, found):
        assert chdir(f"#SBATCH {line}") == found

    def test_it_may_stand_on_the_next_line(self):
        assert chdir("#SBATCH --chdir", "#SBATCH /a") == "/a"

    def test_the_last_one_counts_long_or_short(self):
        assert chdir("#SBATCH --chdir=/a", "#SBATCH -D /b") == "/b"
        assert chdir("#SBATCH -D /b --chdir=/a") == "/a"

    @pytest.mark.parametrize("start", ["--com", "--comm", "--commen"])
    def test_the_start_of_a_long_option_will_do(self, start):
        assert comment(f"#SBATCH {start}=mine") == "mine"
        assert comment(f"#SBATCH {start} mine") == "mine"

    @pytest.mark.parametrize("start", ["--c", "--co", "--"])
    def test_a_start_that_fits_several_options_sets_none(self, start):
        assert comment(f"#SBATCH {start}=mine") is None

    @pytest.mark.parametrize("name", ["mem", "ntasks", "time", "gpus"])
    def test_a_whole_name_is_no_start_of_another(self, name):
        found = [other for other in options.OPTIONS if other.startswith(name)]
        assert len(found) > 1
        assert directives.value(script(f"#SBATCH --{name}=5"), name) == "5"

    def test_another_name_of_an_option(self):
        assert directives.value(script("#SBATCH --cluster=other"), "clusters", "M") == "other"

    @pytest.mark.parametrize("line", ["-HD/a", "-OD /a", "-QHD/a"])
    def test_letters_may_share_a_dash(self, line):
        assert chdir(f"#SBATCH {line}") == "/a"

    @pytest.mark.parametrize("line", ["-kD/a", "-JD/a"])
    def test_the_rest_behind_a_letter_may_be_its_value(self, line):
        assert chdir(f"#SBATCH {line}") is None

    @pytest.mark.parametrize("line", ["--job-name --comment=x", "-J --comment=x"])
    def test_the_value_of_one_option_is_no_other_option(self, line):
        assert comment(f"#SBATCH {line}") is None

    @pytest.mark.parametrize(
        "line",
        ["--exclusive --comment=x", "--nice --comment=x", "-k --comment=x", "-s --comment=x"],
    )
    def test_what_needs_no_value_takes_none(self, line):
        assert comment(f"#SBATCH {line}") == "x"


@given(st.text())
def test_no_script_makes_the_reader_raise(text):
    directives.value(f"#!/bin/sh\n#SBATCH {text}", "chdir", "D")
