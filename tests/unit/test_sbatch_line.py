"""sbatch's command line, with options of our own."""

import os
import re

import pytest

from jupyter_slurm_api.cli import sbatch_line
from jupyter_slurm_api.cli.sbatch_line import UsageError
from jupyter_slurm_api.slurm import arguments, options
from jupyter_slurm_api.slurm.options import Takes

OURS = {
    "block": Takes.NOTHING,
    "in": Takes.VALUE,
    "into": Takes.VALUE,
    "sweep": Takes.VALUE,
    "wait": Takes.NOTHING,
}


def read(*words, mixed=True):
    return sbatch_line.read(words, OURS, repeatable=("sweep",), mixed=mixed)


def of(takes):
    return sorted(name for name, its in options.OPTIONS.items() if its is takes)


class TestParameters:
    @pytest.mark.parametrize("mixed", [True, False])
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["--time=10"], {"time": "10"}),
            (["--time", "10"], {"time": "10"}),
            (["-t", "10"], {"time": "10"}),
            (["-t10"], {"time": "10"}),
            (["-t=10"], {"time": "=10"}),  # as getopt has it
            (["-HOn2"], {"hold": True, "overcommit": True, "ntasks": "2"}),
            (["--exclusive"], {"exclusive": True}),
            (["--exclusive=user"], {"exclusive": "user"}),
            (["--nice", "-k"], {"nice": True, "no-kill": True}),
            (["-koff"], {"no-kill": "off"}),
            (["--part=debug"], {"partition": "debug"}),
            (["--mem=2G", "--mem=3G"], {"mem": "3G"}),
            (
                ["--array=0-9%2", "-d", "afterok:1:2"],
                {"array": "0-9%2", "dependency": "afterok:1:2"},
            ),
            (["--begin=now+1 hour"], {"begin": "now+1 hour"}),
            (["--name", "x"], {"job-name": "x"}),
            (["--name=x y"], {"job-name": "x y"}),
        ],
    )
    def test_they_mean_what_they_mean_to_sbatch(self, words, expected, mixed):
        line = read(*words, "job.sh", mixed=mixed)
        assert (line.parameters, line.words) == (expected, ["job.sh"])

    @pytest.mark.parametrize("name", of(Takes.VALUE))
    def test_each_that_takes_a_value_takes_the_next_word(self, name):
        line = read(f"--{name}", "value", "job.sh")
        assert line.words == ["job.sh"]
        assert list(line.parameters.values()) == ([] if name == "chdir" else ["value"])

    @pytest.mark.parametrize("name", of(Takes.NOTHING) + of(Takes.MAYBE))
    def test_no_other_does(self, name):
        line = read(f"--{name}", "job.sh")
        assert (line.parameters, line.words) == ({name: True}, ["job.sh"])

    @pytest.mark.parametrize(
        ("letter", "name"),
        [(letter, name) for letter, name in options.LETTERS.items() if name in options.OPTIONS],
    )
    def test_a_letter_means_its_long_option(self, letter, name):
        value = ["1"] if options.OPTIONS[name] is Takes.VALUE else []
        assert read(f"-{letter}", *value) == read(f"--{name}", *value)


class TestOurs:
    def test_they_are_kept_apart(self):
        line = read("--block", "--into", "a", "--into=b", "-W", "-n4")
        assert line.ours == {"block": True, "into": "b", "wait": True}
        assert line.parameters == {"ntasks": "4"}

    def test_what_may_be_repeated_keeps_all_its_values(self):
        line = read("--sweep", "lr=[0.1,0.01]", "--sweep=seed=range(5)")
        assert line.repeated == {"sweep": ["lr=[0.1,0.01]", "seed=range(5)"]}
        assert read().repeated == {"sweep": []}

    def test_they_take_no_abbreviation_from_sbatch(self):
        assert read("--in", "a").ours == {"in": "a"}
        assert read("--inp", "a").parameters == {"input": "a"}
        with pytest.raises(UsageError, match="--swee is no option"):
            read("--swee", "a")


class TestWords:
    def test_options_may_follow_a_word_where_they_are_mixed(self):
        line = read("python", "--in", "a", "-n", "4", "more", "--block")
        assert line.words == ["python", "more"]
        assert (line.parameters, line.ours) == ({"ntasks": "4"}, {"in": "a", "block": True})

    def test_as_with_sbatch_they_may_not(self):
        line = read("-n", "4", "job.sh", "-n", "5", mixed=False)
        assert (line.parameters, line.words) == ({"ntasks": "4"}, ["job.sh", "-n", "5"])

    @pytest.mark.parametrize("mixed", [True, False])
    def test_nor_ever_behind_two_dashes(self, mixed):
        line = read("-n4", "--", "--block", "-n5", mixed=mixed)
        assert (line.words, line.ours) == (["--block", "-n5"], {})

    def test_a_dash_alone_is_a_word(self):
        assert read("-").words == ["-"]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("", []),
            ("-J 'my job' a\\ b", ["-J", "my job", "a b"]),
            ('--sweep \'s=["a", "b"]\'', ["--sweep", 's=["a", "b"]']),
            ("--comment=#1 $HOME {x} *", ["--comment=#1", "$HOME", "{x}", "*"]),
        ],
    )
    def test_a_line_has_them_as_in_a_shell_that_expands_nothing(self, text, words):
        assert sbatch_line.split(text) == words

    def test_an_open_quotation_is_told(self):
        with pytest.raises(UsageError, match="No closing quotation"):
            sbatch_line.split("-J 'my job")


class TestErrors:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--tme=10"], "--tme is no option. Did you mean --time?"),
            (["--cpus_per_task=1"], "--cpus_per_task is no option. Did you mean --cpus-per-task?"),
            (["--blok"], "--blok is no option. Did you mean --block?"),
            (["--xyzzy"], "--xyzzy is no option."),
            (["-Z"], "-Z is no option of sbatch."),
            (["-HZ"], "-Z is no option of sbatch."),
            (["-t"], "--time needs a value."),
            (["--into"], "--into needs a value."),
            (["--name"], "--job-name needs a value."),
            (["--hold=yes"], "--hold takes no value."),
            (["--block=yes"], "--block takes no value."),
            (["-Mother"], "'clusters' cannot be set here: this server follows the jobs"),
            (["--quiet"], "'quiet' cannot be set here: it changes what sbatch answers"),
        ],
    )
    def test_what_cannot_be_meant_is_said(self, words, said):
        with pytest.raises(UsageError) as told:
            read("python", *words)
        assert str(told.value).startswith(said)

    @pytest.mark.parametrize("name", sorted(options.REFUSED.keys() - OURS.keys()))
    def test_what_a_request_may_not_set_is_refused_with_the_reason(self, name):
        value = ["1"] if arguments.LONG[name] is Takes.VALUE else []
        with pytest.raises(UsageError, match=re.escape(options.REFUSED[name])):
            read(f"--{name}", *value)


class TestDirectory:
    @pytest.mark.parametrize(
        ("words", "script", "where"),
        [
            ([], "#!/bin/sh\n", "."),
            (["-D", "sub"], "#!/bin/sh\n", "sub"),
            (["-D", "/abs"], "#!/bin/sh\n", "/abs"),
            ([], "#!/bin/sh\n#SBATCH --chdir=in-script\n", "in-script"),
            (["--chdir=../x"], "#!/bin/sh\n#SBATCH -D y\n", "../x"),
        ],
    )
    def test_a_job_runs_where_we_are_or_where_it_says(
        self, tmp_path, monkeypatch, words, script, where
    ):
        monkeypatch.chdir(tmp_path)
        line = read(*words)
        assert line.work_dir(script) == os.path.normpath(tmp_path / where)
        assert "chdir" not in line.parameters


class TestName:
    @pytest.mark.parametrize(
        ("words", "script", "named"),
        [
            ([], "#!/bin/sh\n", False),
            (["-Jx"], "#!/bin/sh\n", True),
            (["--name=x"], "#!/bin/sh\n", True),
            ([], "#!/bin/sh\n#SBATCH -J x\n", True),
        ],
    )
    def test_the_line_or_the_script_gives_it(self, words, script, named):
        assert read(*words).names_job(script) is named
