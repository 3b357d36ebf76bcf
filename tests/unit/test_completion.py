"""What Tab offers in the lines of the magics."""

import threading

import pytest

from jupyter_slurm_api.client import Unavailable
from jupyter_slurm_api.notebook import known
from jupyter_slurm_api.notebook.completion import completions
from jupyter_slurm_api.notebook.known import Known
from jupyter_slurm_api.notebook.line_magics import LINES, SLURM
from jupyter_slurm_api.notebook.line_words import ACCOUNTS, ACTIVE_JOBS, JOBS, PARTITIONS, QOS
from jupyter_slurm_api.slurm.options import OPTIONS


class Told:
    """What a server has told."""

    def words(self, kind):
        return {
            PARTITIONS: ["debug", "long"],
            ACCOUNTS: ["physics"],
            QOS: ["high"],
            JOBS: ["1", "2", "fit", "my job", "`x`", "a\n"],
            ACTIVE_JOBS: ["2", "fit"],
        }.get(kind, [])


def offered(text):
    return completions(LINES, Told(), text)


class TestLine:
    def test_a_word_of_slurm_s(self):
        assert offered("%slurm ") == offered("%slurm ca") == list(SLURM)

    @pytest.mark.parametrize("text", ["%slurm queue --", "x = %slurm queue --", "  %squeue -"])
    def test_an_option(self, text):
        assert {"--me", "--df", "-p", "--partition"} <= set(offered(text))

    @pytest.mark.parametrize("magic", ["%sbatch", "%%slurm", "%%slurm python", "%%sbatch"])
    def test_every_option_of_sbatch_and_ours(self, magic):
        found = offered(f"{magic} --")
        assert {f"--{name}" for name in OPTIONS} | {"--tag", "-p", "-n"} <= set(found)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("%squeue -p ", ["debug", "long"]),
            ("%squeue -p de", ["debug", "long"]),
            ("%squeue --partition=", ["debug", "long"]),
            ("%sbatch --partition=de", ["debug", "long"]),
            ("%%slurm -n 4 -p ", ["debug", "long"]),
            ("%sinfo -p debug,", ["debug", "long"]),
            ("%sacct -r ", ["debug", "long"]),
            ("%sbatch -A ", ["physics"]),
            ("%squeue -A ", ["physics"]),
            ("%%slurm --qos ", ["high"]),
            ("%slurm estimate -q ", ["high"]),
            ("%slurm cancel ", ["2", "fit"]),
            ("%slurm cancel 2 ", ["2", "fit"]),
            ("%scancel --yes ", ["2", "fit"]),
            ("%slurm hold f", ["2", "fit"]),
            ("%slurm show ", ["1", "2", "fit"]),  # a name of several words is no word
            ("%slurm output -f ", ["1", "2", "fit"]),
            ("%sbatch -d afterok:", ["1", "2", "fit"]),
        ],
    )
    def test_what_the_server_knows(self, text, found):
        assert offered(text) == found

    def test_a_state(self):
        assert {"PENDING", "FAILED"} <= set(offered("%squeue -t "))
        assert {"PENDING", "FAILED"} <= set(offered("%sacct -s "))

    @pytest.mark.parametrize(
        "text", ["%sbatch ", "%sbatch -o ", "%slurm estimate jo", "%slurm output -n ", "%nothing -"]
    )
    def test_files_are_left_to_ipython(self, text):
        assert offered(text) == []

    @pytest.mark.parametrize("text", ["", "x = 1", "%slurm", "print('%slurm ", "%%slurm\necho "])
    def test_what_is_no_line_of_a_magic(self, text):
        assert offered(text) == []


class Connection:
    """A connection whose server answers as a test wants."""

    def __init__(self, answer):
        self.asked, self._answer = 0, answer

    def ask(self, _question):
        self.asked += 1
        return self._answer()


class TestKnown:
    def test_it_is_asked_once_for_a_while(self, monkeypatch):
        connection = Connection(lambda: {PARTITIONS: ["debug"]})
        told = Known(connection)
        assert [told.words(PARTITIONS) for _ in range(3)] == [["debug"]] * 3
        assert connection.asked == 1
        monkeypatch.setattr(known, "_FRESH_SECONDS", -1.0)
        assert told.words(PARTITIONS) == ["debug"]
        assert connection.asked == 2

    def test_of_a_server_that_is_away_there_is_nothing(self):
        def away():
            raise Unavailable("away")

        connection = Connection(away)
        told = Known(connection)
        assert told.words(PARTITIONS) == told.words(PARTITIONS) == []
        assert connection.asked == 1

    def test_a_slow_one_is_not_waited_for_and_not_asked_again_meanwhile(self, monkeypatch):
        answered = threading.Event()

        def slow():
            answered.wait(60)
            return {JOBS: ["1"]}

        connection = Connection(slow)
        told = Known(connection)
        monkeypatch.setattr(known, "_PATIENCE", 0.0)
        assert told.words(JOBS) == told.words(JOBS) == []
        answered.set()
        monkeypatch.setattr(known, "_PATIENCE", 60.0)
        assert told.words(JOBS) == ["1"]
        assert connection.asked == 1
