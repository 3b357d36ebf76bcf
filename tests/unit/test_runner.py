"""Commands run for real: small ones, slow ones, stubborn ones and those that are not there."""

import asyncio
import contextlib
import os
import signal
import time

import pytest

from jupyter_slurm_api.errors import (
    SlurmBusy,
    SlurmError,
    SlurmMissing,
    SlurmTimeout,
    SlurmUnavailable,
)
from jupyter_slurm_api.slurm.runner import Answer, Runner

ENV = {"PATH": os.environ["PATH"]}


def run(argv, *, seconds=10.0, env=None, **options):
    async def once():
        return await Runner(seconds=seconds).run(argv, env=ENV if env is None else env, **options)

    return asyncio.run(once())


def sh(script, **options):
    return run(["sh", "-c", script], **options)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - /proc
        return stat.read().rpartition(")")[2].split()[0] != "Z"


def wait_until(true, seconds=5.0):
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    return true()


def pids_in(path, count):
    wait_until(lambda: path.exists() and len(path.read_text().split()) == count)
    return [int(word) for word in path.read_text().split()]


@pytest.mark.parametrize("enough", [None, lambda line: False], ids=["whole", "by line"])
class TestAnswer:
    """What holds whether an answer is read as a whole or line by line."""

    def test_both_outputs_and_the_exit_status(self, enough):
        answer = sh("echo out; echo err >&2; exit 3", enough=enough)
        assert (answer.stdout, answer.stderr, answer.code) == (b"out\n", b"err\n", 3)
        assert 0 < answer.seconds < 5

    def test_a_signal_is_a_negative_status(self, enough):
        assert sh("kill -9 $$", enough=enough).code == -signal.SIGKILL

    def test_standard_input(self, enough):
        assert run(["cat"], stdin=b"#!/bin/sh\n", enough=enough).stdout == b"#!/bin/sh\n"

    def test_no_standard_input_is_an_empty_one(self, enough):
        assert run(["cat"], enough=enough).stdout == b""

    def test_a_large_input_to_a_command_that_does_not_read_it(self, enough):
        assert sh("exit 7", stdin=b"x" * (5 << 20), enough=enough).code == 7

    def test_output_without_a_line_end(self, enough):
        assert sh("printf abc", enough=enough).stdout == b"abc"

    def test_any_bytes(self, enough):
        assert sh(r"printf 'caf\351\000\n'", enough=enough).stdout == b"caf\xe9\x00\n"

    def test_much_on_both_outputs_at_once_blocks_nobody(self, enough):
        answer = sh(
            "yes err | head -c 3000000 >&2 & yes out | head -c 3000000; wait", enough=enough
        )
        assert (len(answer.stdout), len(answer.stderr)) == (3000000, 3000000)

    def test_where_it_runs(self, enough, tmp_path):
        answer = run(["pwd"], cwd=str(tmp_path), enough=enough)
        assert answer.stdout.decode().strip() == str(tmp_path.resolve())

    def test_it_gets_its_own_environment_and_nothing_of_ours(self, enough, monkeypatch):
        monkeypatch.setenv("JUPYTER_TOKEN", "secret")
        answer = sh("env", env=ENV | {"SLURM_TIME_FORMAT": "%s"}, enough=enough)
        names = {line.partition(b"=")[0] for line in answer.stdout.splitlines()}
        assert b"SLURM_TIME_FORMAT" in names
        assert b"JUPYTER_TOKEN" not in names

    def test_its_time_is_over(self, enough):
        began = time.monotonic()
        with pytest.raises(SlurmTimeout, match=r"sleep did not answer within 0\.3 s"):
            run(["sleep", "60"], seconds=0.3, enough=enough)
        assert time.monotonic() - began < 3

    def test_what_it_said_while_we_slept_is_heard(self, enough):
        async def sleep_through_it():
            asyncio.get_running_loop().call_later(0.2, time.sleep, 1)
            argv = ["sh", "-c", "sleep 0.5; echo out"]
            return await Runner(seconds=0.7).run(argv, env=ENV, enough=enough)

        assert asyncio.run(sleep_through_it()).stdout == b"out\n"

    def test_when_its_time_is_over_the_whole_group_dies(self, enough, tmp_path):
        pids = tmp_path / "pids"
        script = f"trap '' TERM; sleep 60 & echo $! >>{pids}; echo $$ >>{pids}; wait; sleep 60"
        with pytest.raises(SlurmTimeout):
            sh(script, seconds=2, enough=enough)
        children = pids_in(pids, 2)
        assert wait_until(lambda: not any(map(is_alive, children)))

    def test_when_its_caller_goes_away_the_whole_group_dies(self, enough, tmp_path):
        pids = tmp_path / "pids"
        script = f"sleep 60 & echo $! >>{pids}; echo $$ >>{pids}; wait"

        async def go_away():
            runner = Runner(seconds=30)
            task = asyncio.ensure_future(runner.run(["sh", "-c", script], env=ENV, enough=enough))
            children = await asyncio.to_thread(pids_in, pids, 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return children

        children = asyncio.run(go_away())
        assert len(children) == 2
        assert wait_until(lambda: not any(map(is_alive, children)))

    def test_so_it_does_when_its_caller_goes_away_while_it_starts(
        self, enough, tmp_path, monkeypatch
    ):
        start = asyncio.create_subprocess_exec

        async def slow_start(*argv, **options):
            process = await start(*argv, **options)
            await asyncio.sleep(0.5)
            return process

        monkeypatch.setattr(asyncio, "create_subprocess_exec", slow_start)
        self.test_when_its_caller_goes_away_the_whole_group_dies(enough, tmp_path)

    def test_shell_words_are_only_words(self, enough):
        words = ["$(id)", "a; b", "`x`", "*", "--", "é"]
        answer = run(["printf", r"%s\n", *words], enough=enough)
        assert answer.stdout.decode().splitlines() == words


class TestEnough:
    def test_the_first_matching_line_is_the_answer_and_the_command_is_ended(self, tmp_path):
        pid = tmp_path / "pid"
        began = time.monotonic()
        answer = sh(
            f"echo $$ >{pid}; echo banner; echo 123; sleep 60; echo 456",
            enough=lambda line: line.strip().isdigit(),
        )
        assert answer.stdout == b"banner\n123\n"
        assert time.monotonic() - began < 5
        assert wait_until(lambda: not is_alive(int(pid.read_text())))

    def test_a_line_is_judged_as_a_whole(self):
        seen = []
        sh("printf 12; sleep 0.2; echo 3; echo x", enough=seen.append)
        assert seen == [b"123\n", b"x\n"]

    def test_a_line_without_end_is_no_answer_and_hides_none(self):
        answer = sh(
            "head -c 3000000 /dev/zero; echo; echo 123", enough=lambda line: line == b"123\n"
        )
        assert answer.stdout.endswith(b"\n123\n")

    def test_without_a_matching_line_it_is_run_to_its_end(self):
        answer = sh("echo a; echo b; exit 4", enough=lambda line: line == b"c\n")
        assert (answer.stdout, answer.code) == (b"a\nb\n", 4)

    def test_the_whole_script_is_sent_before_the_answer_is_read(self):
        script = b"#" * (5 << 20)
        answer = sh("wc -c; sleep 60", stdin=script, enough=lambda line: True)
        assert int(answer.stdout) == len(script)


class TestMissing:
    def test_a_program_that_is_not_installed(self):
        with pytest.raises(SlurmMissing, match="'no-such-program' is not on this server's PATH"):
            run(["no-such-program"])

    def test_the_path_that_counts_is_the_command_s_own(self, tmp_path):
        with pytest.raises(SlurmMissing):
            run(["sh"], env={"PATH": str(tmp_path)})

    def test_a_program_that_is_installed_later_is_found(self, tmp_path):
        async def twice():
            runner = Runner(seconds=10)
            env = {"PATH": f"{tmp_path}:{ENV['PATH']}"}
            with pytest.raises(SlurmMissing):
                await runner.run(["later"], env=env)
            program = tmp_path / "later"
            program.write_text("#!/bin/sh\necho here\n")
            program.chmod(0o755)
            return await runner.run(["later"], env=env)

        assert asyncio.run(twice()).stdout == b"here\n"


class TestNotStarted:
    def test_a_directory_that_is_not_there_any_more(self, tmp_path):
        with pytest.raises(SlurmUnavailable, match="could not be started"):
            run(["pwd"], cwd=str(tmp_path / "gone"))

    def test_a_command_line_that_is_too_long(self):
        with pytest.raises(SlurmUnavailable, match="could not be started"):
            run(["true", "x" * (4 << 20)])

    def test_a_program_that_was_replaced_is_looked_for_again(self, tmp_path):
        async def twice():
            runner = Runner(seconds=10)
            runner._prefix = []
            first, second = tmp_path / "1", tmp_path / "2"
            env = {"PATH": f"{first}:{second}:{ENV['PATH']}"}
            for directory in (first, second):
                directory.mkdir()
                (directory / "tool").write_text(f"#!/bin/sh\necho {directory.name}\n")
                (directory / "tool").chmod(0o755)
            assert (await runner.run(["tool"], env=env)).stdout == b"1\n"
            (first / "tool").unlink()
            with pytest.raises(SlurmUnavailable):
                await runner.run(["tool"], env=env)
            return await runner.run(["tool"], env=env)

        assert asyncio.run(twice()).stdout == b"2\n"


class TestAtOnce:
    @staticmethod
    def two(argv, other, **limits):
        """Run two commands where each program has one place; both answers or errors."""

        async def both():
            runner = Runner(at_once=1, **limits)
            commands = [runner.run(each, env=ENV) for each in (argv, other)]
            return await asyncio.gather(*commands, return_exceptions=True), runner.started

        return asyncio.run(both())

    def test_waiting_for_a_place_is_no_part_of_a_command_s_time(self):
        answers, _ = self.two(["sleep", "0.6"], ["sleep", "0.6"], seconds=1)
        assert {type(each) for each in answers} == {Answer}

    def test_what_found_no_place_was_not_started_and_says_so(self):
        answers, started = self.two(["sleep", "0.6"], ["sleep", "0.6"], seconds=5, patience=0.2)
        (busy,) = [each for each in answers if isinstance(each, SlurmBusy)]
        assert "was not started" in busy.message
        assert started == 1

    def test_a_program_does_not_wait_for_the_places_of_another(self):
        answers, _ = self.two(["sleep", "0.6"], ["true"], seconds=5, patience=0.2)
        assert [type(each) for each in answers] == [Answer, Answer]

    def test_who_gives_up_waiting_takes_no_place(self):
        async def give_up():
            runner = Runner(seconds=5, at_once=1)
            first = asyncio.ensure_future(runner.run(["sleep", "0.3"], env=ENV))
            second = asyncio.ensure_future(runner.run(["sleep", "60"], env=ENV))
            await asyncio.sleep(0.1)
            second.cancel()
            await first
            return await runner.run(["sleep", "0"], env=ENV)

        assert asyncio.run(give_up()).code == 0

    def test_only_so_many_run_at_once(self):
        async def many():
            runner = Runner(seconds=10, at_once=2)
            began = time.monotonic()
            await asyncio.gather(*[runner.run(["sleep", "0.3"], env=ENV) for _ in range(4)])
            return runner.started, time.monotonic() - began

        started, seconds = asyncio.run(many())
        assert started == 4
        assert 0.6 <= seconds < 3

    def test_a_command_that_timed_out_gives_its_place_free(self):
        async def one_after_the_other():
            runner = Runner(seconds=0.3, at_once=1)
            with pytest.raises(SlurmTimeout):
                await runner.run(["sleep", "60"], env=ENV)
            return await runner.run(["echo", "next"], env=ENV)

        assert asyncio.run(one_after_the_other()).stdout == b"next\n"


class TestWhoMeasures:
    @pytest.fixture
    def told(self):
        """Run a command; its name and outcome as whoever measures is told."""

        def run(*argv, **options):
            measured = []
            limits = {name: options.pop(name) for name in ("seconds",) if name in options}

            async def once():
                runner = Runner(
                    **{"seconds": 10, **limits},
                    ran=lambda *of_a_command: measured.append(of_a_command),
                )
                with contextlib.suppress(SlurmError):
                    await runner.run(argv, **{"env": ENV, **options})

            asyncio.run(once())
            ((program, outcome, seconds),) = measured
            assert seconds >= 0
            return program, outcome

        return run

    def test_is_told_how_each_command_ended(self, told):
        assert told("true") == ("true", "ok")
        assert told("false") == ("false", "failed")
        assert told("sleep", "60", seconds=0.1) == ("sleep", "timeout")
        assert told("no-such-program") == ("no-such-program", "missing")
        assert told("true", cwd="/nowhere") == ("true", "not_started")

    def test_what_had_said_enough_did_well_though_it_was_not_left_to_end(self, told):
        script = "echo 42; sleep 60"
        assert told("sh", "-c", script, enough=lambda line: line == b"42\n") == ("sh", "ok")

    def test_so_it_is_told_of_one_that_found_no_place(self):
        measured = []

        async def two():
            runner = Runner(
                seconds=5, at_once=1, patience=0.2, ran=lambda *told: measured.append(told[1])
            )
            both = [runner.run(["sleep", "0.6"], env=ENV) for _ in range(2)]
            await asyncio.gather(*both, return_exceptions=True)

        asyncio.run(two())
        assert measured == ["busy", "ok"]
