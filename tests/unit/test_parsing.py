"""What Slurm said, read: from recorded answers of real Slurms, and from any bytes at all."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import states
from jupyter_slurm_api.models import ClusterInfo, Submitted
from jupyter_slurm_api.observation import Observation
from jupyter_slurm_api.slurm import commands, parsing
from jupyter_slurm_api.slurm.commands import Separators

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
MARKS = Separators("qfield", "qrecord")
SACCT_MARKS = Separators("qfield", "qfield\n")

NAMES = {
    "pipe": "a|b|c",
    "quotes": 'it\'s "quoted" `and` $more\\',
    "newline": "first line\nsecond line",
    "tabs": "\ttabs\tand  blanks ",
    "emoji": "\U0001f680 Übung 日本",
    "rtl": "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd",
    "script": "<script>alert(1)</script>",
    "control": "us\x1frs\x1eff\x0cvt\x0bnel\u0085ls\u2028esc\x1b[31m",
    "percent": "100%j %x",
    "no_utf8": "latin \ufffd \ufffd\ufffd",
    "forged_row": "x\n99999|root|FAKE|RUNNING|\n",
    "forged_shown": "x JobState=COMPLETED ExitCode=0:0 Restarts=7 SubmitTime=1",
    "forged_shown_line": "x JobState=COMPLETED ExitCode=0:0\ny",
    "no_comment_no_name": "",
}
OWN_STATES = {
    "plain": "COMPLETED",
    "failing": "FAILED",
    "killed": "FAILED",
    "timeout": "TIMEOUT",
    "out_lost": "FAILED",
    "cancelled_pending": "CANCELLED",
    "cancelled_running": "CANCELLED",
    "requeued": "COMPLETED",
    "requeue_hold": "PENDING",
    "special_exit": "SPECIAL_EXIT",
    "running": "RUNNING",
    "suspended": "SUSPENDED",
    "held": "PENDING",
    "begin": "PENDING",
    "dependency": "PENDING",
    "array": "RUNNING",
    "array_mixed": "FAILED",
    "array_stepped": "PENDING",
    "het": "RUNNING",
}


@pytest.fixture(scope="module")
def own(slurm):
    """Observe a job of the zoo as squeue shows it to its user."""
    case = slurm["squeue_own"]
    rows = parsing.own_jobs(case.stdout, case.separators).value
    return lambda label: parsing.observe(slurm.zoo[label], rows[slurm.zoo[label]])


@pytest.fixture(scope="module")
def queue(slurm):
    case = slurm["squeue"]
    return parsing.queue(case.stdout, case.separators)


@pytest.fixture(scope="module")
def rows_of(slurm, queue):
    """Return a zoo job's lines of the whole queue."""

    def find(label):
        job = slurm.zoo[label]
        return [row for row in queue.value if row["job_id"].split("_")[0].split("+")[0] == job]

    return find


@pytest.fixture(scope="module")
def recorded(slurm):
    """Return the runs of a zoo job that the accounting has."""
    case = slurm["sacct"]
    runs = parsing.recorded(case.stdout, case.separators, "alice").value
    return lambda label: runs.get(slurm.zoo[label], [])


@pytest.fixture(scope="module")
def shown(slurm):
    """Return a zoo job as scontrol shows it."""
    return lambda label: parsing.shown(slurm[f"job_{label}"].stdout, slurm.zoo[label])


class TestRecords:
    @pytest.mark.parametrize("name", ["squeue", "squeue_own", "squeue_own_completing"])
    def test_no_record_of_a_zoo_of_odd_names_is_bad(self, slurm, name):
        case = slurm[name]
        width = len(commands.QUEUE_FIELDS if name == "squeue" else commands.OWN_FIELDS)
        parsed = parsing.records(case.stdout, case.separators, width)
        assert parsed.bad == 0
        assert len(parsed.value) == case.stdout.count(case.separators.record.encode())

    @pytest.mark.parametrize("output", [b"", b"\n", b"  \n"])
    def test_no_records(self, output):
        assert parsing.records(output, MARKS, 2) == parsing.Parsed([], 0)

    def test_half_a_record_at_the_end_is_counted_and_takes_no_other_with_it(self):
        parsed = parsing.records(b"aqfieldbqrecord\ncqfie", MARKS, 2)
        assert parsed == parsing.Parsed([("a", "b")], 1)

    def test_a_record_with_a_field_too_many_or_too_few_is_counted(self):
        output = b"aqfieldbqrecord\naqrecord\naqfieldbqfieldcqrecord\ncqfielddqrecord\n"
        parsed = parsing.records(output, MARKS, 2)
        assert parsed == parsing.Parsed([("a", "b"), ("c", "d")], 2)

    def test_half_a_character_at_the_end_is_counted(self):
        parsed = parsing.records("aqfieldéqrecord\nbqfieldé".encode()[:-1], MARKS, 2)
        assert parsed.value[0] == ("a", "é")

    @given(st.lists(st.lists(st.text().filter(lambda text: "q" not in text), min_size=1)))
    def test_rows_in_are_rows_out_and_bad_ones(self, rows):
        # Slurm writes no empty row: the first field is an id.
        rows = [["1" + row[0], *row[1:]] for row in rows]
        output = "".join("qfield".join(row) + "qrecord\n" for row in rows)
        parsed = parsing.records(output.encode("utf-8", "replace"), MARKS, 3)
        assert [list(record) for record in parsed.value] == [row for row in rows if len(row) == 3]
        assert parsed.bad == len([row for row in rows if len(row) != 3])

    # No user chooses the words that sacct is asked for, so none of them begins with a line feed.
    @given(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="q\n")),
            min_size=13,
            max_size=13,
        )
    )
    def test_sacct_s_records_end_with_the_separator_of_fields_and_a_line_feed(self, fields):
        row = ["1", *fields]
        output = ("qfield".join(row) + "qfield\n").encode("utf-8", "replace")
        parsed = parsing.records(output * 2, SACCT_MARKS, 14)
        assert parsed == parsing.Parsed([tuple(row)] * 2, 0)


class TestQueue:
    def test_every_job_of_every_user_is_there(self, slurm, queue):
        users = {row["user"] for row in queue.value}
        assert users == {"alice", "bob"}
        assert slurm.zoo["foreign"] in {row["job_id"] for row in queue.value}

    @pytest.mark.parametrize("label", NAMES)
    def test_a_name_is_what_it_is(self, rows_of, label):
        assert [row["name"] for row in rows_of(label)] == [NAMES[label]]

    def test_nobody_forges_a_row(self, queue):
        assert not [row for row in queue.value if row["user"] == "root" or "99999" in row["job_id"]]

    def test_a_running_job(self, rows_of):
        (row,) = rows_of("running")
        assert row == {
            **row,
            "name": "sbatch",
            "user": "alice",
            "state": "RUNNING",
            "state_code": "R",
            "flags": (),
            "nodes": "1",
            "partition": "debug",
            "account": "users",
            "reason": None,
            "array_job_id": None,
            "array_task_id": None,
            "cpus": 2,
            "time_limit": "00:30:00",
            "api_job_id": None,
        }
        assert row["nodelist"] in {"n1", "n2", "n3", "n4"}
        assert row["submit_time"] <= row["start_time"] < row["end_time"]
        assert row["start_time"].endswith("Z")
        assert datetime.fromisoformat(row["start_time"].replace("Z", "+00:00"))

    def test_a_waiting_job_has_a_reason_and_no_nodes_nor_times(self, rows_of):
        (row,) = rows_of("held")
        assert (row["state"], row["state_code"], row["reason"]) == ("PENDING", "PD", "JobHeldUser")
        assert (row["nodelist"], row["start_time"], row["end_time"]) == ("", None, None)
        assert (row["time"], row["priority"]) == ("00:00:00", 0)

    def test_an_array_s_tasks_and_its_waiting_range(self, slurm, rows_of):
        job = slurm.zoo["array"]
        rows = {row["job_id"]: row for row in rows_of("array")}
        assert set(rows) == {f"{job}_0", f"{job}_1", f"{job}_[2-9%2]"}
        assert {row["array_job_id"] for row in rows.values()} == {job}
        assert rows[f"{job}_1"]["array_task_id"] == "1"
        assert rows[f"{job}_[2-9%2]"]["array_task_id"] == "2-9%2"

    def test_an_array_s_range_is_uncut(self, slurm, rows_of):
        assert [row["job_id"] for row in rows_of("array_stepped")] == [
            f"{slurm.zoo['array_stepped']}_[1,4,7,20,30-31]"
        ]

    def test_a_heterogeneous_job_is_no_array(self, slurm, rows_of):
        rows = rows_of("het")
        assert {row["job_id"] for row in rows} == {f"{slurm.zoo['het']}+{part}" for part in (0, 1)}
        assert {row["array_job_id"] for row in rows} == {None}

    def test_a_job_of_several_partitions(self, rows_of):
        assert rows_of("partitions")[0]["partition"] == "debug,long"

    def test_a_flag_stands_in_its_own_column_too(self, rows_of):
        (row,) = rows_of("special_exit")
        assert (row["state"], row["flags"]) == ("SPECIAL_EXIT", ("SPECIAL_EXIT",))

    def test_the_codes_of_slurm_are_those_of_our_tables(self, queue):
        assert {row["state_code"] for row in queue.value} == {
            states.code_of(row["state"]) for row in queue.value
        }

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.queue(output, MARKS)

    @given(st.lists(st.text().filter(lambda text: "q" not in text), min_size=19, max_size=19))
    def test_no_words_make_it_raise(self, words):
        record = "qfield".join(words) + "qrecord"
        parsed = parsing.queue(f"1{record}".encode("utf-8", "replace"), MARKS)
        assert (len(parsed.value), parsed.bad) == (1, 0)


class TestObserve:
    @pytest.mark.parametrize("label", OWN_STATES)
    def test_its_state(self, own, label):
        assert own(label).status == OWN_STATES[label]

    def test_another_user_s_job_is_not_among_one_s_own(self, slurm):
        case = slurm["squeue_own"]
        assert slurm.zoo["foreign"] not in parsing.own_jobs(case.stdout, case.separators).value

    @pytest.mark.parametrize("label", NAMES)
    def test_its_name(self, own, label):
        assert own(label).name == NAMES[label]

    def test_a_running_job(self, own):
        seen = own("running")
        assert seen.user == "alice"
        assert seen.partition == "debug"
        assert (seen.account, seen.qos) == ("users", "normal")
        assert (seen.nodes, seen.cpus) == (1, 2)
        assert seen.memory == 100 * 1024**2
        assert seen.gres is None
        assert seen.time_limit == "00:30:00"
        assert seen.submit_time <= seen.eligible_time <= seen.start_time
        assert seen.submit_time.tzinfo is timezone.utc
        assert seen.node_list in {"n1", "n2", "n3", "n4"}
        assert (seen.end_time, seen.exit_code, seen.exit_signal) == (None, None, None)
        assert (seen.reason, seen.comment, seen.tag, seen.array) == (None, None, None, None)
        assert seen.restarts == 0
        assert seen.work_dir == "/tmp/recorded"
        assert seen.stdout_path == f"/tmp/recorded/slurm-{seen.slurm_id}.out"
        assert seen.stderr_path == seen.stdout_path

    @pytest.mark.parametrize("label", ["held", "begin", "dependency", "partitions"])
    def test_a_waiting_job_shows_no_estimates_as_facts(self, own, label):
        seen = own(label)
        assert (seen.node_list, seen.start_time, seen.end_time) == (None, None, None)
        assert (seen.exit_code, seen.exit_signal) == (None, None)

    @pytest.mark.parametrize(
        ("label", "reason"),
        [("held", "JobHeldUser"), ("begin", "BeginTime"), ("dependency", "Dependency")],
    )
    def test_why_it_waits(self, own, label, reason):
        assert own(label).reason == reason

    @pytest.mark.parametrize(
        ("label", "code", "signal"),
        [
            ("plain", 0, None),
            ("failing", 3, None),
            ("killed", 0, 9),
            ("cancelled_running", 0, 15),
            ("cancelled_pending", 0, None),
            ("out_lost", 0, 53),
        ],
    )
    def test_how_it_ended(self, own, label, code, signal):
        seen = own(label)
        assert (seen.exit_code, seen.exit_signal) == (code, signal)
        assert seen.end_time >= seen.submit_time

    @pytest.mark.parametrize("label", ["plain", "failing", "killed", "timeout", "requeued"])
    def test_when_it_ran(self, own, label):
        seen = own(label)
        assert seen.submit_time <= seen.start_time <= seen.end_time

    def test_a_job_that_never_ran_has_no_start(self, own):
        assert own("cancelled_pending").start_time is None

    def test_a_requeue_counts(self, own):
        assert own("requeued").restarts == 1
        assert own("requeue_hold").restarts == 1

    def test_an_array_counts_tasks_not_rows(self, own):
        assert own("array").array == {"PENDING": 8, "RUNNING": 2}
        assert own("array_stepped").array == {"PENDING": 6}
        assert own("array_mixed").array == {"COMPLETED": 2, "FAILED": 2}

    @pytest.mark.parametrize("label", ["array", "array_mixed", "array_stepped", "out_array"])
    def test_what_only_a_task_has_is_not_said_of_an_array(self, own, label):
        seen = own(label)
        assert (seen.nodes, seen.node_list, seen.exit_code) == (None, None, None)
        assert (seen.stdout_path, seen.stderr_path) == (None, None)

    def test_a_heterogeneous_job_is_one_job_and_no_array(self, own):
        assert own("het").array is None

    @pytest.mark.parametrize(
        ("label", "stdout", "stderr"),
        [
            ("out_patterns", "{id}-sbatch-alice.out", "{id}_4294967294.err"),
            ("out_blanks", "with blanks/{id:0>5} log.txt", None),
            ("out_null", "/dev/null", None),
            ("out_absolute", "%j-%N-0-0-batch.out", None),
            ("out_backslash", "raw%j.out", None),
            ("out_unknown", "%y-{id}.out", None),
            ("out_lost", "no-such-directory/{id}.out", None),
            ("directory", "50%j and blanks/slurm-{id}.out", None),
        ],
    )
    def test_where_its_output_goes(self, slurm, own, label, stdout, stderr):
        seen = own(label)
        job = slurm.zoo[label]
        wanted = [
            path if path.startswith("/") else f"/tmp/recorded/{path}"
            for path in (stdout.format(id=job), (stderr or stdout).format(id=job))
        ]
        assert [seen.stdout_path, seen.stderr_path] == wanted

    @pytest.mark.parametrize(
        ("label", "comment", "tag"),
        [
            ("plain", None, None),
            ("comment", "nothing of yours", None),
            ("comment_words", "mine JobState=FAILED | it's mine", None),
            ("comment_newline", "two\nlines", None),
            ("comment_no_utf8", "caf\ufffd", None),
            ("tagged", None, UUID),
            ("tagged_comment", "mine, too", UUID),
        ],
    )
    def test_its_comment_without_our_tag(self, own, label, comment, tag):
        assert (own(label).comment, own(label).tag) == (comment, tag)

    def test_a_job_on_its_way_out_is_not_over(self, slurm):
        case = slurm["squeue_own_completing"]
        rows = parsing.own_jobs(case.stdout, case.separators).value
        seen = parsing.observe("x", rows[slurm.zoo["completing"]])
        assert seen.status == "COMPLETING"
        assert not seen.is_over
        assert (seen.end_time, seen.exit_code) == (None, None)

    @pytest.mark.parametrize(
        ("resources", "memory", "gres"),
        [
            (
                "cpu=2,mem=2G,node=1,gres/gpu=2,gres/gpu:a100=2",
                2 << 30,
                "gres/gpu=2,gres/gpu:a100=2",
            ),
            ("mem=1.50T", 3 << 39, None),
            ("N/A", None, None),
            ("", None, None),
        ],
    )
    def test_its_resources(self, resources, memory, gres):
        record = ["1" if name == "JobArrayID" else "" for name in commands.OWN_FIELDS]
        record[commands.OWN_FIELDS.index("tres-alloc")] = resources
        seen = parsing.observe("1", [tuple(record)])
        assert (seen.memory, seen.gres) == (memory, gres)

    @given(st.lists(st.tuples(*[st.text()] * len(commands.OWN_FIELDS)), min_size=1, max_size=3))
    def test_no_words_make_it_raise(self, rows):
        parsing.observe("1", rows)

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.own_jobs(output, MARKS)


class TestRecordedRuns:
    @pytest.mark.parametrize(
        ("label", "status", "code", "signal"),
        [
            ("plain", "COMPLETED", 0, None),
            ("failing", "FAILED", 3, None),
            ("killed", "FAILED", 0, 9),
            ("cancelled_running", "CANCELLED", 0, None),
            ("cancelled_pending", "CANCELLED", 0, None),
            ("out_lost", "FAILED", 0, 53),
        ],
    )
    def test_how_it_ended(self, recorded, label, status, code, signal):
        (run,) = recorded(label)
        assert (run.status, run.exit_code, run.exit_signal) == (status, code, signal)
        assert run.is_over
        assert run.end_time >= run.submit_time

    @pytest.mark.parametrize("label", ["plain", "failing", "killed", "out_lost"])
    def test_squeue_and_sacct_agree_on_an_end(self, own, recorded, label):
        (run,), seen = recorded(label), own(label)
        for name in ("status", "exit_code", "exit_signal", "partition", "account", "qos", "nodes"):
            assert getattr(run, name) == getattr(seen, name), name
        for name in ("node_list", "cpus", "submit_time", "start_time", "end_time"):
            assert getattr(run, name) == getattr(seen, name), name

    def test_a_job_that_never_ran_has_no_start(self, recorded):
        assert recorded("cancelled_pending")[0].start_time is None

    def test_every_run_of_a_requeued_job_the_latest_last(self, recorded):
        runs = recorded("requeued")
        assert [run.status for run in runs] == ["REQUEUED", "COMPLETED"]
        assert runs[0].submit_time < runs[1].submit_time

    def test_a_job_that_still_is_there_has_no_end(self, recorded):
        (run,) = recorded("running")
        assert (run.status, run.end_time) == ("RUNNING", None)

    def test_an_array_s_tasks_are_counted_together(self, recorded):
        (run,) = recorded("array_mixed")
        assert run.status == "FAILED"
        assert run.array == {"COMPLETED": 2, "FAILED": 2}
        assert recorded("array")[0].array == {"PENDING": 8, "RUNNING": 2}

    def test_another_user_s_job_is_left_out(self, slurm, recorded):
        assert b"bob" in slurm["sacct"].stdout
        assert recorded("foreign") == []

    def test_every_record_is_read(self, slurm):
        case = slurm["sacct"]
        assert parsing.recorded(case.stdout, case.separators, "alice").bad == 0

    def test_nothing_recorded(self, slurm):
        case = slurm["sacct_nothing"]
        assert parsing.recorded(case.stdout, case.separators, "alice") == parsing.Parsed({}, 0)

    @given(st.binary(), st.text())
    def test_no_bytes_make_it_raise(self, output, user):
        parsing.recorded(output, SACCT_MARKS, user)

    @given(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="q\n")),
            min_size=14,
            max_size=14,
        )
    )
    def test_no_words_make_it_raise(self, words):  # but for a partition, without which it waits
        words = ["1", words[1], "alice", words[3] or "debug", *words[4:]]
        output = ("qfield".join(words) + "qfield\n").encode("utf-8", "replace")
        parsed = parsing.recorded(output, SACCT_MARKS, "alice")
        assert (list(parsed.value), parsed.bad) == (["1"], 0)

    def test_of_an_array_nothing_is_said_that_only_its_tasks_have(self):
        tasks = [("5_0", "FAILED", "200", "3:0"), ("5_1", "COMPLETED", "150", "0:0")]
        output = b"".join(
            "qfield".join(
                (
                    *(task, state, "alice", "debug", "users", "normal", "1", "n1", "1"),
                    *("100", "100", "100", end, code, "\n"),
                )
            ).encode()
            for task, state, end, code in tasks
        )
        [seen] = parsing.recorded(output, SACCT_MARKS, "alice").value["5"]
        assert (seen.status, seen.array) == ("FAILED", {"COMPLETED": 1, "FAILED": 1})
        assert (seen.exit_code, seen.node_list, seen.nodes) == (None, None, None)
        assert seen.end_time is not None
        assert seen.end_time.timestamp() == 200

    def test_an_end_without_its_start_is_no_answer_yet(self):
        words = ["5", "COMPLETED", "alice", "", "users", *[""] * 4, "100", "", "100", "100", "0:0"]
        output = ("qfield".join(words) + "qfield\n").encode()
        assert parsing.recorded(output, SACCT_MARKS, "alice") == parsing.Parsed({}, 0)


class TestShown:
    @pytest.mark.parametrize("label", OWN_STATES)
    def test_scontrol_and_squeue_agree(self, own, shown, label):
        seen = own(label)
        assert shown(label).status == seen.status
        assert shown(label).restarts == seen.restarts
        assert shown(label).submit_time == seen.submit_time
        if not seen.array:
            assert shown(label).node_list == seen.node_list
            assert shown(label).end_time == seen.end_time
            assert shown(label).exit_code == seen.exit_code

    @pytest.mark.parametrize("label", sorted(NAMES))
    def test_a_name_or_a_comment_changes_nothing(self, own, shown, label):
        seen = shown(label)
        assert (seen.status, seen.restarts) == ("PENDING", 0)
        assert seen.submit_time == own(label).submit_time
        assert (seen.end_time, seen.exit_code, seen.exit_signal) == (None, None, None)

    @pytest.mark.parametrize("label", ["comment_words", "comment_newline", "comment_no_utf8"])
    def test_an_odd_comment_changes_nothing(self, shown, label):
        assert shown(label).status == "PENDING"

    @pytest.mark.parametrize(
        ("name", "comment"),
        [
            ("x JobState=COMPLETED Restarts=7\ny", "c"),
            ("x Command=y JobState=COMPLETED", "c"),
            ("x\u2028 JobState=COMPLETED Restarts=7 ", "c"),
            ("x", "c JobState=COMPLETED Restarts=7"),
            ("x", "c\n JobState=COMPLETED"),
        ],
    )
    def test_a_line_break_or_a_comment_forges_nothing(self, slurm, name, comment):
        output = slurm["job_comment"].stdout.decode()
        assert "JobName=sbatch" in output
        assert "Comment=nothing of yours" in output
        output = output.replace("JobName=sbatch", f"JobName={name}")
        output = output.replace("Comment=nothing of yours", f"Comment={comment}")
        seen = parsing.shown(output.encode(), "1")
        assert (seen.status, seen.restarts) == ("PENDING", 0)

    def test_killed_by_a_signal(self, shown):
        assert (shown("killed").exit_code, shown("killed").exit_signal) == (0, 9)

    def test_a_job_on_its_way_out(self, slurm):
        seen = parsing.shown(slurm["job_completing"].stdout, "7")
        assert (seen.slurm_id, seen.status, seen.end_time) == ("7", "COMPLETING", None)

    @pytest.mark.parametrize("output", [b"", b"\n", b"No jobs in the system\n", b"JobState=X"])
    def test_nothing_shown(self, output):
        assert parsing.shown(output, "1") is None

    def test_a_job_of_which_little_is_said(self):
        assert parsing.shown(b"JobId=1 JobState=FAILED", "1") == Observation(
            slurm_id="1", status="FAILED"
        )

    @given(
        st.binary()
        | st.text().map(lambda text: f"JobId=1 JobState={text}".encode(errors="replace"))
    )
    def test_no_bytes_make_it_raise(self, output):
        parsing.shown(output, "1")


class TestSubmitted:
    def test_a_recorded_answer(self, slurm):
        found = parsing.submitted(slurm["sbatch"].stdout)
        assert found.slurm_id.isdecimal()
        assert found.cluster is None

    @pytest.mark.parametrize(
        ("output", "found"),
        [
            (b"123\n", Submitted("123")),
            (b"123;other\n", Submitted("123", "other")),
            (b"Welcome to the cluster!\n*** 5 days to maintenance ***\n123\n", Submitted("123")),
            (b"  123  \n", Submitted("123")),
            (b"67108865;fed\nmore words\n", Submitted("67108865", "fed")),
            (b"caf\xe9\n123\n", Submitted("123")),
            (b"123", Submitted("123")),
            (b"", None),
            (b"\n", None),
            (b"Submitted batch job 123\n", None),
            (b"123 jobs are waiting\n", None),
            (b"-5\n", None),
            (b";cluster\n", None),
            (b"12.5\n", None),
        ],
    )
    def test_the_id_is_found_among_what_a_site_prints(self, output, found):
        assert parsing.submitted(output) == found

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.submitted(output)


class TestClusterInfo:
    def test_a_cluster_with_accounting(self, slurm):
        info = parsing.cluster_info(slurm["config"].stdout)
        assert info == ClusterInfo("devcluster", slurm.directory.name, accounting=True)

    def test_a_cluster_without(self, slurm):
        info = parsing.cluster_info(slurm["plain_config"].stdout)
        assert info == ClusterInfo("devcluster", slurm.directory.name, accounting=False)

    @pytest.mark.parametrize("output", [b"", b"\xff", b"Configuration data as of 1"])
    def test_no_configuration(self, output):
        assert parsing.cluster_info(output) == ClusterInfo("", "", accounting=False)

    @pytest.mark.parametrize("value", [b"", b"(null)", b"accounting_storage/none"])
    def test_no_accounting(self, value):
        output = b"ClusterName = c\nAccountingStorageType   = " + value + b"\n"
        assert parsing.cluster_info(output) == ClusterInfo("c", "", accounting=False)

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.cluster_info(output)


class TestPartitions:
    def test_recorded_partitions(self, slurm):
        case = slurm["sinfo"]
        parsed = parsing.partitions(case.stdout, case.separators)
        assert parsed.bad == 0
        debug, long = parsed.value
        assert debug == {
            **debug,
            "name": "debug",
            "is_default": True,
            "available": True,
            "time_limit": "01:00:00",
            "default_time": "00:10:00",
            "nodes": 4,
        }
        assert (long["name"], long["is_default"]) == ("long", False)
        assert (long["time_limit"], long["default_time"]) == ("7-00:00:00", "01:00:00")
        cpus = debug["cpus"]
        assert cpus["total"] == 16
        assert cpus["allocated"] + cpus["idle"] + cpus["other"] == cpus["total"]

    @pytest.mark.parametrize(
        ("fields", "wanted"),
        [
            (("p", "down", "infinite", "n/a", "0", "0/0/0/0"), {"available": False}),
            (("p", "drain", "infinite", "n/a", "0", "0/0/0/0"), {"available": False}),
            (("p", "up", "infinite", "n/a", "0", "0/0/0/0"), {"time_limit": "UNLIMITED"}),
            (("p", "up", "infinite", "n/a", "0", "0/0/0/0"), {"default_time": None}),
            (("p", "up", "1:00", "infinite", "0", "0/0/0/0"), {"default_time": "UNLIMITED"}),
            (("p", "up", "1:00", "1:00", "1K+", "0/0/0/0"), {"nodes": None}),
            (("p", "up", "1:00", "1:00", "1", ""), {"cpus": {"allocated": 0}}),
            (("**", "up", "1:00", "1:00", "1", ""), {"name": "*", "is_default": True}),
        ],
    )
    def test_other_words(self, fields, wanted):
        output = ("qfield".join(fields) + "qrecord\n").encode()
        (found,) = parsing.partitions(output, MARKS).value
        assert found == found | wanted

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.partitions(output, MARKS)
