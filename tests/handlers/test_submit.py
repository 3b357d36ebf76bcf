"""POST submit: what makes a job, and what each bad request gets."""

from __future__ import annotations

import os

import pytest

from jupyter_slurm_api import errors

SCRIPT = "#!/bin/bash\n#SBATCH --time=00:10:00\necho 'Hello World'\n"


async def test_the_specifications_example_is_submitted(submit, slurm, database):
    answer = await submit(
        {
            "script": SCRIPT,
            "name": "test-job",
            "parameters": {"time": "00:10:00", "ntasks": 1, "partition": "debug"},
        }
    )
    assert answer.status == 201
    assert answer.body["message"] == "Job submitted successfully"
    job_id = answer.body["job_id"]
    assert answer.headers["Location"] == f"/a%40b/slurm/job/{job_id}"
    [job] = database.jobs
    assert (job["_id"], job["slurm_id"], job["status"]) == (job_id, "101", "PENDING")
    assert job["script"] == SCRIPT
    [spec] = slurm.submits
    assert spec.script == SCRIPT.encode()
    assert spec.argv == (
        "sbatch",
        "--parsable",
        "--time=00:10:00",
        "--ntasks=1",
        "--partition=debug",
        "--job-name=test-job",
        f"--comment=jupyter-slurm-api={job_id}",
    )


async def test_a_submit_answers_under_the_prefix_too(call):
    answer = await call("slurm", "submit", method="POST", body='{"script": "#!/bin/sh\\n"}')
    assert answer.status == 201


@pytest.mark.parametrize(
    ("parameters", "argv"),
    [
        ({"exclusive": True}, ["--exclusive"]),
        ({"exclusive": "user"}, ["--exclusive=user"]),
        ({"hold": False, "requeue": None}, []),
        ({"mail-type": ["END", "FAIL"]}, ["--mail-type=END,FAIL"]),
        ({"mem": "2G", "nodes": 2}, ["--mem=2G", "--nodes=2"]),
    ],
)
async def test_parameters_become_options(submit, slurm, parameters, argv):
    assert (await submit({"script": SCRIPT, "parameters": parameters})).status == 201
    assert list(slurm.submits[0].argv[2:-1]) == argv


async def test_the_name_wins_over_the_parameter(submit, slurm):
    body = {"script": SCRIPT, "name": "one", "parameters": {"job-name": "two"}}
    assert (await submit(body)).status == 201
    assert "--job-name=one" in slurm.submits[0].argv
    assert "--job-name=two" not in slurm.submits[0].argv


@pytest.mark.parametrize(
    ("script", "parameters", "kept"),
    [
        (SCRIPT, {"comment": "run 7"}, "run 7 "),
        ("#!/bin/sh\n#SBATCH --comment='of the script'\n", {}, "of the script "),
        ("#!/bin/sh\n#SBATCH --comm=short\n", {}, "short "),
        ("#!/bin/sh\n#SBATCH --comment=old\n", {"comment": "new"}, "new "),
    ],
)
async def test_the_users_comment_stands_before_our_tag(submit, slurm, script, parameters, kept):
    await submit({"script": script, "parameters": parameters})
    assert slurm.submits[0].argv[-1].startswith(f"--comment={kept}jupyter-slurm-api=")


async def test_a_job_runs_in_the_root_directory_unless_it_says_where(submit, slurm, jp_root_dir):
    below = jp_root_dir / "below"
    below.mkdir()
    await submit({"script": SCRIPT})
    await submit({"script": SCRIPT, "work_dir": "below"})
    await submit({"script": SCRIPT, "parameters": {"chdir": str(below)}})
    assert [spec.work_dir for spec in slurm.submits] == [str(jp_root_dir), str(below), str(below)]


async def test_a_work_dir_wins_over_the_scripts_own(submit, slurm, jp_root_dir):
    script = "#!/bin/sh\n#SBATCH -D /elsewhere\n"
    await submit({"script": script, "work_dir": "."})
    assert f"--chdir={jp_root_dir}" in slurm.submits[0].argv


BAD = {
    "no script": ({}, 422, "'script'"),
    "empty script": ({"script": " \n"}, 422, "empty"),
    "no interpreter": ({"script": "echo hello"}, 422, "must begin with #!"),
    "DOS line ends": ({"script": "#!/bin/sh\r\necho\r\n"}, 422, "CRLF"),
    "NUL in the script": ({"script": "#!/bin/sh\n\0"}, 422, "NUL"),
    "script too large": ({"script": "#!/bin/sh\n" + "x" * 10_000}, 413, "at most 10,000"),
    "half a character": ('{"script": "#!/bin/sh\\ud800"}', 422, "Invalid JSON"),
    "not JSON": ("{script", 422, "must be a JSON object"),
    "no object": ("[]", 422, "must be a JSON object"),
    "script no text": ({"script": 5}, 422, "'script'"),
    "parameters no object": ({"script": SCRIPT, "parameters": ["-n"]}, 422, "'parameters'"),
    "parameter an object": ({"script": SCRIPT, "parameters": {"mem": {}}}, 422, "parameters.mem"),
    "unknown field": ({"script": SCRIPT, "scirpt": ""}, 422, "'scirpt'"),
    "unknown parameter": ({"script": SCRIPT, "parameters": {"tim": 5}}, 422, "Did you mean 'time'"),
    "underscore": ({"script": SCRIPT, "parameters": {"cpus_per_task": 5}}, 422, "'cpus-per-task'"),
    "line break": ({"script": SCRIPT, "parameters": {"mem": "1\n2"}}, 422, "line break"),
    "NUL": ({"script": SCRIPT, "parameters": {"mem": "1\0"}}, 422, "NUL"),
    "flag with a value": ({"script": SCRIPT, "parameters": {"hold": "x"}}, 422, "no value"),
    "option without one": ({"script": SCRIPT, "parameters": {"mem": True}}, 422, "needs a value"),
    "empty name": ({"script": SCRIPT, "name": ""}, 422, "'name' is empty"),
    "name of two lines": ({"script": SCRIPT, "name": "a\nb"}, 422, "'name' holds a line break"),
    "missing directory": ({"script": SCRIPT, "work_dir": "/no/such"}, 422, "does not exist"),
    "a file as directory": ({"script": SCRIPT, "work_dir": "/etc/passwd"}, 422, "does not exist"),
    "a home of nobody": ({"script": SCRIPT, "work_dir": "~nosuchuser/x"}, 422, "no home"),
    "another cluster": ({"script": "#!/bin/sh\n#SBATCH -M other\n"}, 422, "--clusters"),
    "its other name": ({"script": "#!/bin/sh\n#SBATCH --cluster=x\n"}, 422, "--clusters"),
    "endless parameter": ({"script": SCRIPT, "parameters": {"mem": "1" * 200_000}}, 422, "10,000"),
    "endless number": (
        {"script": SCRIPT, "parameters": {"priority": 10**30}},
        422,
        "larger number",
    ),
    "two directories": (
        {"script": SCRIPT, "work_dir": "/tmp", "parameters": {"chdir": "/var"}},
        422,
        "different directories",
    ),
}


@pytest.mark.parametrize(("body", "status", "words"), BAD.values(), ids=BAD)
async def test_bad_input_gets_a_sentence_and_leaves_nothing(
    submit, slurm, database, body, status, words
):
    answer = await submit(body)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["status"] == status
    assert words in answer.body["message"]
    assert answer.body["message"] == answer.body["detail"]
    assert database.jobs == []
    assert slurm.submits == []


async def test_a_directory_that_is_not_writable_is_refused(submit, jp_root_dir):
    closed = jp_root_dir / "closed"
    closed.mkdir(mode=0o555)
    answer = await submit({"script": SCRIPT, "work_dir": str(closed)})
    assert answer.status == (201 if os.geteuid() == 0 else 422)  # root may write anywhere
    assert os.geteuid() == 0 or "not writable by you" in answer.body["message"]


@pytest.mark.parametrize(
    "name",
    [
        "wait",
        "wrap",
        "parsable",
        "test-only",
        "help",
        "usage",
        "version",
        "quiet",
        "verbose",
        "uid",
        "gid",
        "clusters",
    ],
)
async def test_what_is_not_the_users_to_set_is_refused(submit, slurm, name):
    answer = await submit({"script": SCRIPT, "parameters": {name: "x"}})
    assert answer.status == 422
    assert answer.body["errors"][0]["field"] == f"parameters.{name}"
    assert slurm.submits == []


@pytest.mark.parametrize(
    ("failure", "status", "retry"),
    [
        (errors.SlurmRefused("invalid partition specified: nope"), 422, False),
        (errors.SlurmDenied("Access/permission denied"), 403, False),
        (errors.SlurmUnavailable("Slurm cannot be reached"), 503, True),
        (errors.SlurmMissing("Slurm's command 'sbatch' is not on the PATH"), 503, True),
        (errors.SlurmBusy("Too many sbatch commands are waiting"), 503, True),
    ],
)
async def test_what_slurm_does_not_take_leaves_no_record(
    submit, slurm, database, failure, status, retry
):
    slurm.failure = failure
    answer = await submit({"script": SCRIPT})
    assert answer.status == status
    assert answer.body["message"] == failure.message
    assert ("Retry-After" in answer.headers) == retry
    assert database.jobs == []


async def test_a_submit_without_an_answer_stays_recorded_and_is_named(submit, slurm, database):
    slurm.failure = errors.SlurmTimeout("sbatch did not answer within 20 s.")
    answer = await submit({"script": SCRIPT})
    assert answer.status == 504
    [job] = database.jobs
    assert job["status"] == "SUBMITTING"
    assert answer.body["job_id"] == job["_id"]
    assert answer.headers["Location"] == f"/a%40b/slurm/job/{job['_id']}"
    assert job["_id"] in answer.body["message"]


async def test_what_cannot_be_recorded_is_not_sent_to_slurm(submit, slurm, database):
    database.is_away = True
    answer = await submit({"script": SCRIPT})
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "database" in answer.body["message"]
    assert "mongo.example.org" not in str(answer.body)
    assert slurm.submits == []
