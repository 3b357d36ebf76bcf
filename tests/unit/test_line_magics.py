"""The line magics, from their words to what they ask of the server, show and say."""

import json
import subprocess
import sys
from unittest.mock import Mock

import httpx
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from test_client import JOB
from test_command_line import DONE, NOT_DONE, QUEUE, ROW
from traitlets.config import Config

import jupyter_slurm_api
from jupyter_slurm_api.client import SlurmClient
from jupyter_slurm_api.notebook.connection import Connection
from jupyter_slurm_api.notebook.line_commands import LineCommand, run_line
from jupyter_slurm_api.notebook.line_magics import NAMES, slurm
from jupyter_slurm_api.notebook.line_words import Words
from jupyter_slurm_api.notebook.magic_error import SlurmMagicError

JOBS = {"jobs": [], "total": 0, "next_cursor": None, "synced_at": None, "stale": False}
LIMITS = {"accounting": False, "user": "a"}


class Server:
    """Answers by path with what a test sets; ``asked`` has the requests."""

    def __init__(self):
        self.asked = []
        self.answers = {"/slurm/health": {"status": "ok"}}

    def __call__(self, request):
        self.asked.append(request)
        status, body = 200, self.answers.get(request.url.path)
        if isinstance(body, tuple):
            status, body = body
        if body is None:
            raise httpx.ConnectError("nobody", request=request)
        return httpx.Response(status, json=body)

    @property
    def sent(self):
        return json.loads(self.asked[-1].content)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def run(server):
    """Run a line as IPython would."""
    connection = Connection()
    client = SlurmClient("http://a/", "t", transport=httpx.MockTransport(server))
    connection._client = client

    def run(line):
        name, _, rest = line.removeprefix("%").partition(" ")
        return run_line(NAMES[name], connection, rest)

    yield run
    client.close()


def refused(status, message):
    fields = dict.fromkeys(["type", "title", "detail", "request_id"], "")
    return status, fields | {"status": status, "error": "some_error", "message": message}


class TestLists:
    @pytest.mark.parametrize(
        ("line", "asked"),
        [
            ("%squeue", {}),
            ("%squeue --me -t R,PD -p x", {"user": "me", "state": "R,PD", "partition": "x"}),
            ("%slurm queue -u bob -A x", {"user": "bob", "account": "x"}),
        ],
    )
    def test_the_queue_is_asked_for_as_squeue_would(self, run, server, line, asked):
        server.answers["/slurm/queue"] = QUEUE
        assert run(line)[0]["job_id"] == ROW["job_id"]
        assert dict(server.asked[-1].url.params) == asked

    @pytest.mark.parametrize(("ids", "found"), [("12_[3-9],4", 1), ("7", 1), ("1", 0)])
    def test_of_the_queue_some_ids_alone(self, run, server, ids, found):
        server.answers["/slurm/queue"] = QUEUE | {"jobs": [ROW | {"array_job_id": "7"}]}
        assert len(run(f"%squeue -j {ids}")) == found

    def test_jobs_are_asked_for_as_sacct_would(self, run, server):
        server.answers["/slurm/jobs"] = JOBS
        run("%sacct -X -s F,TO -S 2026-01-01 -E 2026-02-01 --name fit -r debug -A x")
        assert dict(server.asked[-1].url.params) == {
            "state": "F,TO",
            "since": "2026-01-01",
            "until": "2026-02-01",
            "name": "fit",
            "partition": "debug",
            "account": "x",
        }

    def test_or_by_their_ids(self, run, server):
        server.answers |= {"/slurm/job/7": JOB, "/slurm/job/8": JOB | {"slurm_id": "8"}}
        assert [job.slurm_id for job in run("%sacct -j 7,8")] == ["7", "8"]

    def test_that_they_are_old_or_not_all_is_said(self, run, server):
        server.answers["/slurm/queue"] = QUEUE | {"stale": True, "total": 9}
        stale, cut = run("%squeue").remarks
        assert stale.startswith("Slurm cannot be asked now")
        assert cut.startswith("1 of 9 are shown")


class TestNames:
    def jobs(self, *found):
        rows = [JOB | {"slurm_id": slurm_id, "name": name} for slurm_id, name in found]
        return JOBS | {"jobs": rows, "total": len(rows)}

    def test_a_name_stands_for_the_one_active_job_that_has_it(self, run, server):
        server.answers["/slurm/jobs"] = self.jobs(("7", "my fit"), ("8", "my fit 2"))
        server.answers["/slurm/job/7"] = JOB
        assert run("%slurm show 'my fit'").job.slurm_id == "7"
        asked = server.asked[0].url.params
        assert asked["name"] == "my fit"
        assert "PENDING" in asked.get_list("state")
        assert not {"COMPLETED", "FAILED", "UNKNOWN"} & set(asked.get_list("state"))

    @pytest.mark.parametrize(
        "word", ["7", "7_3", "7_[3-9]", "123+1", "0" * 8 + "-0000" * 3 + "-" + "0" * 12]
    )
    def test_an_id_is_no_name(self, run, server, word):
        server.answers["/slurm/jobs/actions"] = {
            "action": "hold",
            "done": 1,
            "failed": 0,
            "results": [DONE],
        }
        run(f"%slurm hold {word}")
        assert server.sent["ids"] == [word]

    @pytest.mark.parametrize(
        ("found", "said"),
        [([], "No active job of yours is called 'fit'"), ([("7", "fit"), ("8", "fit")], "7, 8")],
    )
    def test_a_name_of_none_or_of_several_is_refused(self, run, server, found, said):
        server.answers["/slurm/jobs"] = self.jobs(*found)
        with pytest.raises(SlurmMagicError, match=said):
            run("%scancel fit")


class TestActing:
    @pytest.fixture(autouse=True)
    def answers(self, server):
        server.answers["/slurm/jobs/actions"] = {
            "action": "cancel",
            "done": 1,
            "failed": 0,
            "results": [DONE | {"message": "Cancelled.\x1b[2J"}],
        }

    @pytest.mark.parametrize("line", ["%scancel 7", "%slurm cancel 7", "%slurm cancel 7 7"])
    def test_one_is_cancelled_at_once(self, run, server, capsys, line):
        run(line)
        assert server.sent == {"action": "cancel", "ids": ["7"]}
        assert capsys.readouterr().out == "7: Cancelled.\\x1b[2J\n"

    @pytest.mark.parametrize("ids", ["7 8", "7_[1-3]"])
    @pytest.mark.parametrize(
        ("answer", "done"), [("y", True), ("YES ", True), ("", False), ("n", False)]
    )
    def test_many_after_a_question(self, run, server, monkeypatch, ids, answer, done):
        questions = []
        monkeypatch.setattr("builtins.input", lambda asked: questions.append(asked) or answer)
        if done:
            run(f"%scancel {ids}")
        else:
            with pytest.raises(SlurmMagicError, match=r"Nothing was done\."):
                run(f"%scancel {ids}")
        assert questions == [f"Cancel {', '.join(ids.split())}? [y/N] "]
        assert bool(server.asked) is done

    def test_where_nobody_can_be_asked_it_says_what_to_do(self, run, server, monkeypatch):
        monkeypatch.setattr("builtins.input", Mock(side_effect=EOFError))
        with pytest.raises(SlurmMagicError, match=r"Cancel 7, 8\? Say so with --yes\."):
            run("%scancel 7 8")
        assert not server.asked
        run("%scancel --yes 7 8")
        assert server.sent["ids"] == ["7", "8"]

    def test_a_signal_cancels_nothing(self, run, server):
        run("%scancel -s USR1 7")
        assert server.sent == {"action": "signal", "ids": ["7"], "signal": "USR1"}

    def test_what_would_not_is_an_error_job_by_job(self, run, server, capsys):
        server.answers["/slurm/jobs/actions"] |= {"failed": 1, "results": [DONE, NOT_DONE]}
        with pytest.raises(SlurmMagicError, match=r"^8: Job 8 is over\.$"):
            run("%slurm requeue 7 8")
        assert capsys.readouterr().out == "7: .\n"


class TestSubmitting:
    @pytest.fixture(autouse=True)
    def answers(self, server, tmp_path, monkeypatch):
        server.answers["/slurm/submit"] = {"message": "ok", "job_id": "u", "slurm_id": "7"}
        server.answers["/slurm/job/u"] = JOB
        monkeypatch.chdir(tmp_path)
        (tmp_path / "job.sh").write_text("#!/bin/sh\n")
        monkeypatch.setenv("HOME", str(tmp_path))
        return tmp_path

    @pytest.mark.parametrize("script", ["job.sh", "~/job.sh"])
    def test_a_script(self, run, server, answers, script):
        assert run(f"%sbatch --time 10 -n4 --tag a --tag b {script}").id == "7"
        sent = json.loads(server.asked[-1].content)
        assert sent["parameters"] == {"time": "10", "ntasks": "4"}
        assert (sent["name"], sent["tags"]) == ("job.sh", ["a", "b"])
        assert sent["work_dir"] == str(answers)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("%sbatch", "Name a script"),
            ("%sbatch -", "Name a script"),
            ("%sbatch job.sh --time=10", "Options stand before the script"),
            ("%sbatch --tme=10 job.sh", "--tme is no option. Did you mean --time?"),
            ("%sbatch --wait job.sh", "'wait' cannot be set here"),
            ("%slurm estimate --tag=x", "--tag is no option"),
        ],
    )
    def test_what_cannot_be_meant_is_not_sent(self, run, server, line, said):
        with pytest.raises(SlurmMagicError) as told:
            run(line)
        assert str(told.value).startswith(said)
        assert {one.url.path for one in server.asked} <= {"/slurm/health"}

    def test_an_estimate_needs_no_script(self, run, server):
        at = "2026-01-01T00:00:00Z"
        server.answers["/slurm/estimate"] = {
            "best": "debug",
            "not_asked": [],
            "asked_at": at,
            "estimates": [{"partition": "debug", "start_time": at, "node_list": "n1"}],
        }
        (estimate,) = run("%slurm estimate -n 4")
        assert estimate.node_list == "n1"
        assert server.sent["parameters"] == {"ntasks": "4"}
        assert len(run("%slurm estimate --df --wrap=true")) == 1
        assert len(run("%sbatch --test-only job.sh")) == 1
        assert "/slurm/submit" not in {one.url.path for one in server.asked}

    def test_one_that_is_refused_everywhere_is_an_error(self, run, server):
        server.answers["/slurm/estimate"] = {
            "best": None,
            "not_asked": [],
            "asked_at": "2026-01-01T00:00:00Z",
            "estimates": [{"partition": None, "refusal": "Invalid partition"}],
        }
        with pytest.raises(SlurmMagicError, match="Invalid partition"):
            run("%slurm estimate -p x")


class TestErrors:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("%slurm cancle 7", "There is no `%slurm cancle`. Did you mean `%slurm cancel`?"),
            ("%slurm xyz", "There is no `%slurm xyz`. `%slurm help` names what there is."),
            ("%slurm --time 10", "`%slurm` is followed by a word; `%%slurm` on top of a cell"),
            ("%slurm show", "The following arguments are required: ID.\nusage: %slurm show"),
            ("%squeue --nope", "Unrecognized arguments: --nope.\nusage: %squeue"),
            ("%slurm jobs --limit x", "Argument --limit: invalid int value: 'x'.\nusage: "),
            ("%slurm show 'a", "The line cannot be split into words (No closing quotation)"),
        ],
    )
    def test_a_line_that_cannot_be_meant_is_a_sentence(self, run, line, said):
        with pytest.raises(SlurmMagicError) as told:
            run(line)
        assert str(told.value).startswith(said)

    def test_what_the_server_says_is_shown_harmless_and_without_a_traceback(self, run, server):
        server.answers["/slurm/job/7"] = refused(422, "Slurm said:\n\x1b[2JNo")
        with pytest.raises(SlurmMagicError) as told:
            run("%slurm show 7")
        assert told.value._render_traceback_() == ["Slurm said:", "\\x1b[2JNo"]

    @pytest.mark.parametrize("line", ["%slurm help", "%slurm --help", "%slurm"])
    def test_help_names_all_words(self, run, capsys, line):
        assert run(line) is None
        assert "\n  queue " in capsys.readouterr().out

    @pytest.mark.parametrize("line", ["%squeue", "%slurm show", "%sbatch", "%slurm estimate"])
    def test_each_explains_itself_with_an_example(self, run, server, capsys, line):
        assert run(f"{line} --help") is None
        assert f"example: {line}" in capsys.readouterr().out
        assert not server.asked

    def test_more_words_can_be_given(self, run):
        more = LineCommand("do it", lambda _connection, words: list(words), Words())
        assert run_line(slurm({"run": more}), None, "run a 'b c'") == ["a", "b c"]


class TestServerThatMoved:
    @pytest.fixture
    def servers(self, monkeypatch):
        """Give a connection one server after the other."""

        def connection(*answers):
            clients = [
                SlurmClient("http://a/", "t", transport=httpx.MockTransport(one)) for one in answers
            ]
            made = iter(clients)
            monkeypatch.setattr(
                "jupyter_slurm_api.notebook.connection.SlurmClient", lambda *_: next(made)
            )
            return Connection()

        return connection

    @pytest.mark.parametrize("gone", [None, (403, {"message": "Forbidden"})])
    def test_it_is_looked_for_once_more(self, servers, gone):
        before, after = Server(), Server()
        before.answers["/slurm/limits"], after.answers["/slurm/limits"] = gone, LIMITS
        assert servers(before, after).ask(SlurmClient.limits).user == "a"

    @pytest.mark.parametrize("status", [403, 503])
    def test_one_that_refuses_is_not(self, servers, status):
        server = Server()
        server.answers["/slurm/limits"] = refused(status, "no")
        with pytest.raises(Exception, match="no"):
            servers(server).ask(SlurmClient.limits)


class TestLoading:
    @pytest.fixture
    def shell(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell takes it
        config = Config()
        config.HistoryManager.enabled = False
        shell = InteractiveShell(config=config)
        yield shell
        jupyter_slurm_api.unload_ipython_extension(shell)

    def offered(self, shell, line):
        with provisionalcompleter():
            return [one.text for one in shell.Completer.completions(line, len(line))]

    def test_the_magics_come_and_go(self, shell):
        before = {kind: set(its) for kind, its in shell.magics_manager.magics.items()}
        jupyter_slurm_api.load_ipython_extension(shell)
        assert NAMES.keys() <= shell.magics_manager.magics["line"].keys()
        assert self.offered(shell, "x = 1\n%squeue --pa") == ["--partition"]
        jupyter_slurm_api.unload_ipython_extension(shell)
        assert {kind: set(its) for kind, its in shell.magics_manager.magics.items()} == before
        assert "--partition" not in self.offered(shell, "x = 1\n%squeue --pa")
        jupyter_slurm_api.unload_ipython_extension(shell)  # once more does no harm

    def test_a_server_is_named_and_its_token_is_not_shown(self, shell, capsys):
        jupyter_slurm_api.load_ipython_extension(shell)
        magics = shell.magics_manager.registry["SlurmMagics"]
        shell.run_line_magic("config", "SlurmMagics.url = 'http://127.0.0.1:1/'")
        first = magics.connection
        assert first.client.server.url == "http://127.0.0.1:1/"
        shell.run_line_magic("config", "SlurmMagics.token = 'secret'")
        assert magics.connection is first
        assert first.client.server.token == "secret"
        shell.run_line_magic("config", "SlurmMagics")
        assert "secret" not in capsys.readouterr().out + repr(magics.token)
        first.client.close()

    def test_what_looks_like_a_variable_in_a_script_is_the_job_s(self, shell, monkeypatch):
        jupyter_slurm_api.load_ipython_extension(shell)
        lines = []
        magics = shell.magics_manager.registry["SlurmMagics"]
        monkeypatch.setattr(magics, "_run", lambda name, line: lines.append(line))
        shell.user_ns["x"] = 7
        shell.run_line_magic("sbatch", "--wrap='echo $x {x}'")
        shell.run_line_magic("slurm", "show {x}")
        assert lines == ["--wrap='echo $x {x}'", "show 7"]

    def test_loading_loads_nothing_heavy(self):
        code = (
            "import sys; from IPython.core.interactiveshell import InteractiveShell\n"
            "import jupyter_slurm_api; shell = InteractiveShell()\n"
            "jupyter_slurm_api.load_ipython_extension(shell)\n"
            "print({'pydantic', 'httpx', 'pandas', 'jupyter_slurm_api.client'} & set(sys.modules))"
        )
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert done.stdout == "set()\n"
