"""Slurm by its commands: what each answer of theirs becomes, with a runner that only tells it."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_slurm_api import errors
from jupyter_slurm_api.models import JobSpec, Submitted
from jupyter_slurm_api.slurm.cli import SlurmCommands
from jupyter_slurm_api.slurm.runner import Answer

SPEC = JobSpec(b"#!/bin/sh\n", ("sbatch", "--parsable"), "/work")
INVALID = b"squeue: error: Invalid job id specified\n"


class FakeRunner:
    def __init__(self, stdout=b"", stderr=b"", code=0):
        self.answer = Answer(stdout, stderr, code, 0.1)
        self.calls = []

    async def run(self, argv, **options):
        self.calls.append((list(argv), options))
        return self.answer


def slurm(runner):
    return SlurmCommands(runner, {"PATH": "/bin", "JUPYTER_TOKEN": "x"}, "ada")


def submit(*answer):
    return asyncio.run(slurm(FakeRunner(*answer)).submit(SPEC))


@pytest.mark.parametrize(
    ("stdout", "submitted"),
    [
        (b"123\n", Submitted("123")),
        (b"123;north\n", Submitted("123", "north")),
        (b"Welcome to the cluster!\n2 news\n123\n", Submitted("123")),
    ],
)
def test_sbatchs_id_line_is_the_answer(stdout, submitted):
    assert submit(stdout) == submitted


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((b"", b"sbatch: error: Invalid partition name specified", 1), errors.SlurmRefused),
        ((b"", b"sbatch: error: Access/permission denied", 1), errors.SlurmDenied),
        (
            (b"", b"Unable to contact slurm controller (connect failure)", 1),
            errors.SlurmUnavailable,
        ),
        ((b"", b"Socket timed out on send/recv operation", 1), errors.SlurmTimeout),
        ((b"", b"", -9), errors.SlurmTimeout),
        ((b"", b"sbatch: Job 5 to start at noon", 0), errors.SlurmRefused),
    ],
)
def test_what_an_sbatch_without_an_id_means(answer, kind):
    with pytest.raises(errors.SlurmError) as raised:
        submit(*answer)
    assert type(raised.value) is kind


def test_sbatch_gets_the_script_the_directory_and_no_secret():
    runner = FakeRunner(b"7\n")
    asyncio.run(slurm(runner).submit(SPEC))
    [(argv, options)] = runner.calls
    assert argv == ["sbatch", "--parsable"]
    assert (options["stdin"], options["cwd"]) == (SPEC.script, "/work")
    assert options["env"] == {"PATH": "/bin"}


def test_the_configuration_is_asked_for_once():
    runner = FakeRunner(b"ClusterName = north\nSLURM_VERSION = 22.05.8\n")
    one = slurm(runner)

    async def twice():
        return await one.info(), await one.info()

    assert asyncio.run(twice())[1].name == "north"
    assert len(runner.calls) == 1


def test_a_job_that_the_controller_does_not_know_is_none():
    assert asyncio.run(slurm(FakeRunner(b"", INVALID, 1)).shown("7")) is None


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        (
            b"scancel: error: Kill job error on job id 7: Invalid job id specified",
            errors.JobNotFound,
        ),
        (
            b"scancel: error: Kill job error on job id 7: Access/permission denied",
            errors.SlurmDenied,
        ),
    ],
)
def test_scancel_is_believed_by_its_words_not_by_its_exit(stderr, kind):
    with pytest.raises(kind):
        asyncio.run(slurm(FakeRunner(b"", b"scancel: Terminating job 7\n" + stderr)).cancel(["7"]))


def test_scancel_without_an_error_is_done():
    asyncio.run(slurm(FakeRunner(b"", b"scancel: Terminating job 7\n")).cancel(["7"]))
