"""From a submit request to what sbatch is given, or to what is wrong with it."""

import asyncio
import os
import time

import pytest

from jupyter_slurm_api.errors import FilesUnavailable, InvalidRequest, TooLarge
from jupyter_slurm_api.services import files, submission
from jupyter_slurm_api.services.submission import Checks, check_parameters, script_bytes
from jupyter_slurm_api.views import SubmitRequest

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
TAG = f"jupyter-slurm-api={UUID}"
SCRIPT = "#!/bin/sh\ntrue\n"


@pytest.fixture
def root(tmp_path):
    return tmp_path


@pytest.fixture
def check(root):
    """Make a job of a request that is sent with these fields."""

    def make(script=SCRIPT, **fields):
        request = SubmitRequest(script=script, **fields)
        return asyncio.run(Checks(root, {}, limit=1000).spec(request, UUID))

    return make


@pytest.fixture
def faults(check):
    """Return the faults of a request that is refused, as (field, message)."""

    def find(**fields):
        with pytest.raises(InvalidRequest) as raised:
            check(**fields)
        return [(fault["field"], fault["message"]) for fault in raised.value.errors]

    return find


class TestScript:
    @pytest.mark.parametrize("script", [SCRIPT, "#!/bin/sh", "#!/usr/bin/env python3\nprint('é')"])
    def test_a_script_goes_as_it_is(self, script):
        assert script_bytes(script, 1000) == script.encode()

    @pytest.mark.parametrize(
        ("script", "words"),
        [
            ("", "is empty"),
            (" \n\t\n", "is empty"),
            ("true\n", "must begin with #!"),
            (" #!/bin/sh\n", "must begin with #!"),
            ("\n#!/bin/sh\n", "must begin with #!"),
            ("\ufeff#!/bin/sh\n", "must begin with #!"),
            ("#!/bin/sh\r\ntrue\r\n", "Windows line ends"),
            ("#!/bin/sh\ntrue\r\n", "Windows line ends"),
            ("#!/bin/sh\n\0", "NUL"),
            ("#!/bin/sh\n#SBATCH --clusters=other\n", "Take --clusters out"),
            ("#!/bin/sh\n#SBATCH -M other\n", "Take --clusters out"),
        ],
    )
    def test_what_sbatch_would_refuse_is_refused(self, faults, script, words):
        ((field, message),) = faults(script=script)
        assert field == "script"
        assert words in message

    def test_the_limit_is_in_bytes_and_may_be_reached(self):
        script = "#!" + "é" * 49
        assert len(script_bytes(script, 100)) == 100
        with pytest.raises(TooLarge, match="has 100 bytes; at most 99 are allowed"):
            script_bytes(script, 99)

    def test_a_lonely_carriage_return_is_the_script_s_own(self):
        assert script_bytes("#!/bin/sh\nprintf '\r'", 100)


class TestParameters:
    def test_none_is_fine(self):
        check_parameters(SubmitRequest(script=SCRIPT))

    def test_every_fault_is_named_at_once(self, faults):
        found = faults(
            name="a\nb", parameters={"partitoin": "x", "wrap": "true", "time": True, "mem": "1G"}
        )
        assert [field for field, _ in found] == [
            "parameters.partitoin",
            "parameters.wrap",
            "parameters.time",
            "name",
        ]
        assert "Did you mean 'partition'?" in found[0][1]

    @pytest.mark.parametrize("name", ["", "a\nb", "a\rb", "a\0b"])
    def test_a_bad_name_is_told_by_its_own_field(self, faults, name):
        ((field, message),) = faults(name=name)
        assert field == "name"
        assert message.startswith("'name' ")

    @pytest.mark.parametrize("value", ["", "a\nb", []])
    def test_a_bad_value_is_told_by_its_option(self, faults, value):
        assert [field for field, _ in faults(parameters={"qos": value})] == ["parameters.qos"]


class TestArgv:
    def test_a_plain_job(self, check, root):
        spec = check()
        assert spec.argv == ("sbatch", "--parsable", f"--comment={TAG}")
        assert (spec.script, spec.work_dir) == (SCRIPT.encode(), str(root))

    def test_parameters_and_name(self, check):
        spec = check(name="my job", parameters={"time": "5", "hold": True, "qos": None})
        assert spec.argv[2:] == ("--time=5", "--hold", "--job-name=my job", f"--comment={TAG}")

    def test_the_name_wins_over_the_parameter(self, check):
        spec = check(name="wins", parameters={"job-name": "loses"})
        assert [word for word in spec.argv if "job-name" in word] == ["--job-name=wins"]

    def test_the_parameter_names_a_job_without_another_name(self, check):
        assert "--job-name=mine" in check(parameters={"job-name": "mine"}).argv

    @pytest.mark.parametrize("name", ["--wrap=x", "$(id)", "a b;c", "<script>", "日本", "-"])
    def test_an_odd_name_is_one_word(self, check, name):
        assert f"--job-name={name}" in check(name=name).argv

    @pytest.mark.parametrize("comment", ["x" * 961, "\u00e9" * 481])
    def test_a_comment_has_room_for_our_mark(self, check, faults, comment):
        check(parameters={"comment": "x" * 960})
        ((field, message),) = faults(parameters={"comment": comment})
        assert field == "parameters.comment"
        assert "at most 960 bytes" in message

    @pytest.mark.parametrize(
        ("script", "parameters", "comment"),
        [
            (SCRIPT, {"comment": "mine"}, f"mine {TAG}"),
            ("#!/bin/sh\n#SBATCH --comment='in script'\n", {}, f"in script {TAG}"),
            ("#!/bin/sh\n#SBATCH --comment=loses\n", {"comment": "wins"}, f"wins {TAG}"),
            (SCRIPT, {"comment": None}, TAG),
            (SCRIPT, {"comment": ["a", 1]}, f"a,1 {TAG}"),
            (SCRIPT, {"comment": 0}, f"0 {TAG}"),
            ("#!/bin/sh\n#SBATCH --comment=mine\n", {"comment": False}, f"mine {TAG}"),
        ],
    )
    def test_the_user_s_comment_stays_beside_our_tag(self, check, script, parameters, comment):
        spec = check(script=script, parameters=parameters)
        assert [word for word in spec.argv if "comment" in word] == [f"--comment={comment}"]

    def test_the_request_stays_as_it_was_sent(self, root):
        request = SubmitRequest(script=SCRIPT, name="n", parameters={"comment": "c", "chdir": "."})
        before = request.model_dump()
        asyncio.run(Checks(root, {}, limit=1000).spec(request, UUID))
        assert request.model_dump() == before


class TestWorkDir:
    def test_the_server_s_root_unless_told(self, check, root):
        assert check().work_dir == str(root)

    @pytest.mark.parametrize(
        "path", ["sub", "./sub", "sub/", "other/../sub", "{root}/sub", "{root}//sub/."]
    )
    def test_a_path_is_below_the_root_or_absolute(self, check, root, path):
        (root / "sub").mkdir()
        assert check(work_dir=path.format(root=root)).work_dir == str(root / "sub")

    def test_home(self, check, root, monkeypatch):
        (root / "home" / "runs").mkdir(parents=True)
        monkeypatch.setenv("HOME", str(root / "home"))
        assert check(work_dir="~/runs").work_dir == str(root / "home" / "runs")

    def test_a_name_with_blanks_and_percents(self, check, root):
        (root / "50%j and é").mkdir()
        assert check(work_dir="50%j and é").work_dir == str(root / "50%j and é")

    def test_chdir_is_the_same(self, check, root):
        (root / "sub").mkdir()
        spec = check(parameters={"chdir": "sub"})
        assert spec.work_dir == str(root / "sub")
        assert f"--chdir={root}/sub" in spec.argv

    def test_both_may_name_the_same_directory(self, check, root):
        (root / "sub").mkdir()
        spec = check(work_dir="sub", parameters={"chdir": f"{root}/sub/"})
        assert [word for word in spec.argv if "chdir" in word] == [f"--chdir={root}/sub"]

    def test_both_may_not_name_different_ones(self, faults, root):
        (root / "sub").mkdir()
        ((field, message),) = faults(work_dir="sub", parameters={"chdir": "."})
        assert field == "parameters.chdir"
        assert "different directories" in message

    def test_work_dir_wins_over_the_script(self, check, root):
        (root / "sub").mkdir()
        spec = check(script="#!/bin/sh\n#SBATCH -D /elsewhere\n", work_dir="sub")
        assert f"--chdir={root}/sub" in spec.argv

    def test_the_script_s_own_directory_is_left_to_sbatch(self, check, root):
        spec = check(script="#!/bin/sh\n#SBATCH -D /elsewhere\n")
        assert not [word for word in spec.argv if "chdir" in word]

    @pytest.mark.parametrize("path", ["", "a\0b", "a\nb"])
    def test_what_is_no_path(self, faults, path):
        assert [field for field, _ in faults(work_dir=path)] == ["work_dir"]

    def test_a_directory_that_is_not_there(self, faults, root):
        ((field, message),) = faults(work_dir="missing")
        assert field == "work_dir"
        assert message.startswith(f"The directory {root}/missing does not exist")

    def test_a_file_is_no_directory(self, faults, root):
        (root / "file").touch()
        assert "does not exist" in faults(work_dir="file")[0][1]

    def test_the_home_of_nobody(self, faults):
        assert [field for field, _ in faults(work_dir="~no-such-user/x")] == ["work_dir"]

    def test_a_name_that_is_too_long(self, faults):
        assert [field for field, _ in faults(work_dir="x" * 5000)] == ["work_dir"]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_directory_that_is_not_writable(self, faults, root):
        (root / "closed").mkdir(mode=0o500)
        assert "is not writable by you" in faults(work_dir="closed")[0][1]

    def test_a_directory_that_does_not_answer(self, check, monkeypatch):
        monkeypatch.setattr(files, "_SECONDS", 0.05)
        monkeypatch.setattr(submission, "_fault_of", lambda directory: time.sleep(0.5))
        with pytest.raises(FilesUnavailable, match="cannot be reached"):
            check()


class TestOutputs:
    """Where the output goes, as long as Slurm has not said it itself."""

    @pytest.mark.parametrize(
        ("script", "fields", "stdout", "stderr"),
        [
            (SCRIPT, {}, "slurm-%j.out", "slurm-%j.out"),
            (SCRIPT, {"parameters": {"array": "0-3"}}, "slurm-%A_%a.out", "slurm-%A_%a.out"),
            ("#!/bin/sh\n#SBATCH -o a.txt\n", {}, "a.txt", "a.txt"),
            ("#!/bin/sh\n#SBATCH --error=e.txt\n", {}, "slurm-%j.out", "e.txt"),
            ("#!/bin/sh\n#SBATCH -o a.txt\n", {"parameters": {"output": "b"}}, "b", "b"),
            ("#!/bin/sh\n#SBATCH -D sub\n", {}, "sub/slurm-%j.out", "sub/slurm-%j.out"),
        ],
    )
    def test_it_is_as_sbatch_would_have_it(self, root, check, script, fields, stdout, stderr):
        spec = check(script, **fields)
        assert (spec.stdout, spec.stderr) == (f"{root}/{stdout}", f"{root}/{stderr}")

    def test_an_absolute_path_stays_one(self, check):
        assert check(parameters={"output": "/scratch/%x.out"}).stdout == "/scratch/%x.out"

    @pytest.mark.parametrize(
        ("parameters", "stdout"), [({}, "by-variable"), ({"output": "wanted"}, "wanted")]
    )
    def test_a_variable_of_sbatch_s_wins_over_the_script(self, root, parameters, stdout):
        checks = Checks(root, {"SBATCH_OUTPUT": "by-variable"}, limit=1000)
        script = "#!/bin/sh\n#SBATCH -o by-script\n"
        request = SubmitRequest(script=script, parameters=parameters)
        spec = asyncio.run(checks.spec(request, UUID))
        assert spec.stdout == f"{root}/{stdout}"
