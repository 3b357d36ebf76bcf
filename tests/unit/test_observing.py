"""What squeue and scontrol show of one's own jobs, read: from recordings, and from any bytes."""

import time
from datetime import timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.array import Component
from jupyter_slurm_api.slurm import commands, observing, parsing
from jupyter_slurm_api.slurm.commands import OWN_FIELDS, Separators

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
MARKS = Separators("qfield", "qrecord")
GIB = 1024**3

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="q"))
HOSTILE = (
    "x" * 1000,
    "1\n99999|root|FAKE|RUNNING|\n",
    "zfieldfakezrecord\n99999zfield",  # the marks of another command
    "\x00\x1e\x1f\u0085\u2028\r\n\t\x0b\x0c\x1b[31m",
    "'\"`$(id)\\",
    "\u202eevil\u202c \U0001f680",
)

STATES = {
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
    "array": "PENDING",
    "array_stepped": "PENDING",
    "het": "RUNNING",
}


def row(**fields):
    """One row of squeue, of which little is said."""
    words = {"JobArrayID": "7", "JobID": "7", "State": "PENDING", "UserName": "alice"} | fields
    return tuple(words.get(name, "") for name in OWN_FIELDS)


def line(*words):
    return "qfield".join(words) + "qrecord\n"


@pytest.fixture(scope="module")
def rows(slurm):
    case = slurm["squeue_own"]
    return observing.own_jobs(case.stdout, case.separators).value


@pytest.fixture(scope="module")
def own(slurm, rows):
    """Observe a job of the zoo as squeue shows it; an array's task by its index."""

    def observe(label, task=""):
        slurm_id = slurm.zoo[label] + task
        return observing.observe(slurm_id, rows[slurm_id])

    return observe


@pytest.fixture(scope="module")
def shown(slurm):
    """Return what scontrol shows of a zoo job, or of an array by the ids of its tasks."""
    return lambda label: observing.shown(slurm[f"job_{label}"].stdout, slurm.zoo[label])


class TestOwnJobs:
    def test_every_row_is_there(self, slurm, rows):
        case = slurm["squeue_own"]
        assert sum(map(len, rows.values())) == case.stdout.count(case.separators.record.encode())

    def test_another_user_s_job_is_not_among_them(self, slurm, rows):
        assert slurm.zoo["foreign"] not in rows

    def test_an_array_stands_under_its_own_id_with_the_tasks_that_wait(self, slurm, rows):
        array = slurm.zoo["array"]
        assert [each[0] for each in rows[array]] == [f"{array}_[2-9%2]"]

    def test_each_task_that_has_started_stands_under_an_id_of_its_own(self, slurm, rows):
        array = slurm.zoo["array_mixed"]
        assert array not in rows
        assert {f"{array}_{task}" for task in range(4)} <= set(rows)

    def test_a_heterogeneous_job_stands_under_one_id_with_all_its_components(self, slurm, rows):
        het = slurm.zoo["het"]
        assert {each[0] for each in rows[het]} == {f"{het}+0", f"{het}+1"}

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("field", ["Name", "Comment", "Partition", "WorkDir", "STDOUT"])
    def test_a_hostile_word_stays_in_its_field(self, field, text):
        output = line(*row(**{field: text})) + line(*row(JobArrayID="8"))
        parsed = observing.own_jobs(output.encode(), MARKS)
        assert parsed == parsing.Parsed(
            {"7": (row(**{field: text}),), "8": (row(JobArrayID="8"),)}, 0
        )

    @given(st.lists(st.integers(len(OWN_FIELDS) - 1, len(OWN_FIELDS) + 1)), st.data())
    def test_rows_in_are_rows_out_and_bad_ones(self, widths, data):
        ids = st.sampled_from(["1", "1_2", "1_[3-5]", "2+0", "2+1"]) | WORDS.map("1{}".format)
        found = [[data.draw(ids), *data.draw(st.lists(WORDS, max_size=3))] for _ in widths]
        lines = [
            line(*(some + [""] * width)[:width]) for some, width in zip(found, widths, strict=True)
        ]
        parsed = observing.own_jobs("".join(lines).encode(), MARKS)
        good = sum(map(len, parsed.value.values()))
        assert good == widths.count(len(OWN_FIELDS))
        assert good + parsed.bad == len(widths)

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        for slurm_id, found in observing.own_jobs(output, MARKS).value.items():
            observing.observe(slurm_id, found)


class TestObserve:
    @pytest.mark.parametrize("label", STATES)
    def test_its_state(self, own, label):
        assert own(label).status == STATES[label]

    def test_every_word_is_the_one_that_the_whole_queue_shows(self, slurm, rows):
        case = slurm["squeue"]
        firsts = {first[0]: first for first, *_ in rows.values()}
        for found in parsing.queue(case.stdout, case.separators).value:
            if found["job_id"] not in firsts:
                continue
            seen = observing.observe("7", [firsts[found["job_id"]]])
            assert (seen.name, seen.user) == (found["name"], found["user"])
            assert (seen.status, seen.reason) == (found["state"], found["reason"])
            assert (seen.partition, seen.cpus) == (found["partition"], found["cpus"])

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
        assert (seen.reason, seen.comment, seen.tag, seen.dependency) == (None, None, None, None)
        assert (seen.unstarted, seen.components, seen.usage) == (None, None, None)
        assert (seen.own_slurm_id, seen.restarts) == (seen.slurm_id, 0)
        assert seen.work_dir == "/tmp/recorded"
        assert seen.stdout_path == f"/tmp/recorded/slurm-{seen.slurm_id}.out"
        assert seen.stderr_path == seen.stdout_path

    @pytest.mark.parametrize("label", ["held", "begin", "dependency", "partitions"])
    def test_a_waiting_job_shows_no_estimates_as_facts(self, own, label):
        seen = own(label)
        assert (seen.node_list, seen.start_time, seen.end_time) == (None, None, None)
        assert (seen.exit_code, seen.exit_signal) == (None, None)

    def test_when_slurm_thinks_that_it_starts_is_an_estimate(self, own):
        assert own("begin").estimated_start is not None
        assert own("held").estimated_start is None
        assert own("plain").estimated_start is None

    @pytest.mark.parametrize(
        ("label", "reason"),
        [("held", "JobHeldUser"), ("begin", "BeginTime"), ("dependency", "Dependency")],
    )
    def test_why_it_waits(self, own, label, reason):
        assert own(label).reason == reason

    def test_what_it_waits_for(self, slurm, own):
        assert own("dependency").dependency == f"afterok:{slurm.zoo['held']}(unfulfilled)"
        assert own("held").dependency is None

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

    @pytest.mark.parametrize(
        ("label", "stdout", "stderr"),
        [
            ("out_patterns", "{id}-sbatch-alice.out", "{id}_4294967294.err"),
            ("out_blanks", "with blanks/{id:0>5} log.txt", None),
            ("out_null", "/dev/null", None),
            ("out_absolute", "%j-%N-0-0-batch.out", None),
            ("out_backslash", "raw%j.out", None),
            ("out_unknown", "%y-{id}.out", None),
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
        ("stdout", "stderr", "paths"),
        [
            ("/w/%j.out", "/w/%j.err", ("/w/7.out", "/w/7.err")),
            ("/w/%j.out", "(null)", ("/w/7.out", "/w/7.out")),
            ("/w/%j.out", "", ("/w/7.out", "/w/7.out")),
            ("N/A", "N/A", (None, None)),
            ("", "", (None, None)),
        ],
    )
    def test_a_job_has_the_paths_that_slurm_says(self, stdout, stderr, paths):
        seen = observing.observe("7", [row(WorkDir="/w", STDOUT=stdout, STDERR=stderr)])
        assert (seen.stdout_path, seen.stderr_path) == paths

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
        rows = observing.own_jobs(case.stdout, case.separators).value
        seen = observing.observe("x", rows[slurm.zoo["completing"]])
        assert seen.status == "COMPLETING"
        assert not seen.is_over
        assert (seen.end_time, seen.exit_code) == (None, None)

    @pytest.mark.parametrize(
        ("end", "limit", "has_run"),
        [
            ("1795780437", "10:00", True),
            # an estimate, as of any job that waits
            ("1795781034", "10:00", False),
            ("NONE", "UNLIMITED", False),
        ],
    )
    def test_a_job_on_its_way_back_into_the_queue_has_not_run(self, end, limit, has_run):
        times = {"StartTime": "1795780434", "EndTime": end, "TimeLimit": limit}
        fields = row(State="COMPLETING", NodeList="n1", **times)
        seen = observing.observe("7", [fields])
        assert (seen.start_time is not None, seen.node_list) == (has_run, "n1" if has_run else None)

    @pytest.mark.parametrize(
        ("resources", "memory", "gres"),
        [
            ("cpu=2,mem=2G,gres/gpu=2,gres/gpu:a100=2", 2 * GIB, "gres/gpu=2,gres/gpu:a100=2"),
            ("mem=1.50T", 1536 * GIB, None),
            ("N/A", None, None),
            ("", None, None),
        ],
    )
    def test_its_resources(self, resources, memory, gres):
        seen = observing.observe("7", [row(**{"tres-alloc": resources})])
        assert (seen.memory, seen.gres) == (memory, gres)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_name_or_comment_is_what_it_is(self, text):
        seen = observing.observe("7", [row(Name=text, Comment=f"{text} {commands.tag(UUID)}")])
        assert (seen.name, seen.comment, seen.tag) == (text, text.strip(), UUID)
        assert seen.status == "PENDING"

    @given(st.lists(st.tuples(*[st.text()] * len(OWN_FIELDS)), min_size=1, max_size=3))
    def test_no_words_make_it_raise(self, rows):
        for slurm_id in ("1", "1_2"):
            observing.observe(slurm_id, rows)

    @pytest.mark.parametrize("row_id", ["7_" + "9" * 5000, "7_\u0663", "7_\u00b2", "_", "7_[", "+"])
    def test_no_id_makes_it_raise(self, row_id):
        ((slurm_id, rows),) = observing.own_jobs(
            line(*row(JobArrayID=row_id)).encode(), MARKS
        ).value.items()
        assert not observing.observe(slurm_id, rows).is_task


class TestArrays:
    @pytest.mark.parametrize(
        ("label", "unstarted"),
        [("array", "2-9%2"), ("array_stepped", "1,4,7,20,30-31"), ("out_array", "0-1")],
    )
    def test_which_tasks_have_not_started(self, own, label, unstarted):
        assert own(label).unstarted == unstarted

    def test_of_several_rows_all_that_wait_are_named(self):
        rows = [row(JobArrayID="7_[2-5%2]"), row(JobArrayID="7_[8,9%2]")]
        assert observing.unstarted(rows) == "2-5%2,8,9%2"
        assert observing.observe("7", rows).unstarted == "2-5%2,8,9%2"

    @pytest.mark.parametrize("row_id", ["7", "7_3", "7+1"])
    def test_no_other_row_has_any(self, row_id):
        assert observing.unstarted([row(JobArrayID=row_id)]) is None

    @pytest.mark.parametrize("label", ["array", "array_stepped", "out_array"])
    def test_what_only_a_task_has_is_not_said_of_an_array(self, own, label):
        seen = own(label)
        assert (seen.nodes, seen.node_list, seen.exit_code) == (None, None, None)
        assert (seen.start_time, seen.end_time) == (None, None)

    @pytest.mark.parametrize(
        ("label", "pattern"), [("array", "slurm-%A_%a.out"), ("out_array", "%A_%a-%N.out")]
    )
    def test_an_array_has_the_pattern_of_its_tasks_paths(self, own, label, pattern):
        assert own(label).stdout_path == own(label).stderr_path == f"/tmp/recorded/{pattern}"

    def test_a_task_has_an_id_of_its_own(self, slurm, own):
        seen = own("array", "_1")
        assert (seen.slurm_id, seen.task_id) == (f"{slurm.zoo['array']}_1", 1)
        assert seen.own_slurm_id.isdecimal()
        assert seen.own_slurm_id != seen.array_slurm_id
        assert (seen.status, seen.unstarted, seen.nodes) == ("RUNNING", None, 1)

    @pytest.mark.parametrize(
        ("task", "status", "code"),
        [("_0", "COMPLETED", 0), ("_1", "FAILED", 1), ("_2", "COMPLETED", 0), ("_3", "FAILED", 1)],
    )
    def test_how_each_task_ended(self, own, task, status, code):
        assert (own("array_mixed", task).status, own("array_mixed", task).exit_code) == (
            status,
            code,
        )

    @pytest.mark.parametrize("task", ["_0", "_1"])
    def test_a_task_s_output_goes_where_sbatch_says_and_not_squeue(self, slurm, own, task):
        seen = own("array", task)
        assert seen.stdout_path == f"/tmp/recorded/slurm-{slurm.zoo['array']}{task}.out"
        assert seen.stderr_path == seen.stdout_path
        of_scontrol = f" StdOut={seen.stdout_path} ".encode()
        assert of_scontrol in slurm["job_array"].stdout

    @pytest.mark.parametrize(
        ("pattern", "path"),
        [
            ("/w/%A_%a-%N.out", "/w/16_3-n1.out"),
            ("/w/%j.out", "/w/45.out"),
            ("/w/own-45.out", "/w/own-45.out"),
            ("/w/slurm-45.out", "/w/slurm-16_3.out"),  # the wrong default
            ("/elsewhere/slurm-45.out", "/elsewhere/slurm-45.out"),
        ],
    )
    def test_a_pattern_is_filled_in_with_the_task_s_own_words(self, pattern, path):
        words = {"NodeList": "n[1-2]", "State": "RUNNING", "WorkDir": "/w"}
        found = row(JobArrayID="16_3", JobID="45", STDOUT=pattern, STDERR=pattern, **words)
        seen = observing.observe("16_3", [found])
        assert (seen.stdout_path, seen.stderr_path) == (path, path)

    @pytest.mark.parametrize("directory", ["/", "/w/100%j", "/w/%A_%a", "/w/back\\slash", "/w/a b"])
    @pytest.mark.parametrize(("row_id", "part"), [("45", "45"), ("16_3", "16_3")])
    def test_a_directory_s_own_name_is_no_pattern(self, directory, row_id, part):
        inside = directory.rstrip("/")
        found = row(
            JobArrayID=row_id, JobID="45", WorkDir=directory, STDOUT=f"{inside}/slurm-45.out"
        )
        assert observing.observe(row_id, [found]).stdout_path == f"{inside}/slurm-{part}.out"


class TestComponents:
    def test_a_heterogeneous_job_s(self, slurm, own):
        het = slurm.zoo["het"]
        seen = own("het")
        first, second = seen.components
        assert {first.node_list, second.node_list} <= {"n1", "n2", "n3", "n4"}
        assert first == Component(
            offset=0,
            slurm_id=het,
            status="RUNNING",
            partition="debug",
            nodes=1,
            node_list=first.node_list,
            cpus=1,
            memory=2 * GIB,
        )
        assert (second.offset, second.slurm_id) == (1, str(int(het) + 1))
        assert (second.cpus, second.memory) == (2, 4 * GIB)
        assert seen.unstarted is None

    def test_they_stand_in_their_order_and_what_moves_speaks_for_all(self):
        rows = [
            row(JobArrayID="7+10", State="RUNNING"),
            row(JobArrayID="7+2", State="COMPLETED"),
            row(JobArrayID="7+0", State="COMPLETED"),
        ]
        seen = observing.observe("7", rows)
        assert [one.offset for one in seen.components] == [0, 2, 10]
        assert seen.status == "RUNNING"

    def test_no_other_job_has_any(self, own):
        assert own("running").components is None
        assert own("array").components is None


class TestShown:
    def test_scontrol_and_squeue_agree_whatever_name_or_comment_a_job_has(self, slurm, rows, shown):
        names = ("own_slurm_id", "unstarted", "status", "node_list", "restarts", "submit_time")
        names += ("start_time", "end_time", "exit_code", "exit_signal")
        for label in set(slurm.zoo) - {"foreign", "completing"}:
            for slurm_id, found in shown(label).items():
                seen = observing.observe(slurm_id, rows[slurm_id])
                for name in names:
                    assert getattr(found, name) == getattr(seen, name), (label, slurm_id, name)

    @pytest.mark.parametrize(
        ("label", "parts"),
        [
            ("plain", [""]),
            ("array", ["", "_0", "_1"]),
            ("array_mixed", ["_0", "_1", "_2", "_3"]),
            ("array_stepped", [""]),
            ("het", [""]),
            ("forged_shown_line", [""]),
        ],
    )
    def test_a_job_is_there_under_its_id_and_each_task_under_its_own(
        self, slurm, shown, label, parts
    ):
        assert sorted(shown(label)) == [slurm.zoo[label] + part for part in parts]

    @pytest.mark.parametrize(
        ("name", "comment"),
        [
            ("x JobState=COMPLETED Restarts=7\ny", "c"),
            ("x Command=y JobState=COMPLETED", "c"),
            ("x\u2028 JobState=COMPLETED Restarts=7 ", "c"),
            ("x\nJobId=49 JobName=y", "c"),
            ("x JobState=FAILED\nJobId=49 JobName=y", "c"),
            ("x JobState=FAILED Command=\nJobId=49 ArrayJobId=49 ArrayTaskId=3 JobName=y", "c"),
            ("x", "c JobState=COMPLETED Restarts=7"),
            ("x", "c\n JobState=COMPLETED"),
            ("x", "c JobState=FAILED Command=z"),
            ("x", "c\nJobId=49 JobName=y JobState=FAILED Restarts=7 Command=z"),
            ("x", "c\nJobId=49 ArrayJobId=49 ArrayTaskId=3 JobName=y JobState=FAILED"),
            ("x JobState=FAILED\nJobId=49 JobName=y", "c\nJobId=49 JobName=y JobState=FAILED"),
        ],
    )
    def test_a_name_or_a_comment_forges_nothing(self, slurm, name, comment):
        output = slurm["job_comment"].stdout.decode()
        assert slurm.zoo["comment"] == "49"
        assert "JobName=sbatch" in output
        assert "Comment=nothing of yours" in output
        before = observing.shown(output.encode(), "49")
        output = output.replace("JobName=sbatch", f"JobName={name}")
        output = output.replace("Comment=nothing of yours", f"Comment={comment}")
        assert observing.shown(output.encode(), "49") == before
        assert before["49"].status == "PENDING"

    def test_killed_by_a_signal(self, slurm, shown):
        seen = shown("killed")[slurm.zoo["killed"]]
        assert (seen.exit_code, seen.exit_signal) == (0, 9)

    def test_a_job_on_its_way_out(self, slurm):
        (seen,) = observing.shown(slurm["job_completing"].stdout, slurm.zoo["completing"]).values()
        assert (seen.status, seen.end_time) == ("COMPLETING", None)

    def test_another_job_than_the_one_that_was_asked_for_is_no_answer(self, slurm):
        assert observing.shown(slurm["job_plain"].stdout, "999") == {}

    @pytest.mark.parametrize(
        "output",
        [b"", b"\n", b"No jobs in the system\n", b"JobState=X", b"JobId=1 JobName=x UserId=y"],
    )
    def test_nothing_shown(self, output):
        assert observing.shown(output, "1") == {}

    def test_a_job_of_which_little_is_said(self):
        (seen,) = observing.shown(b"JobId=1 JobName=x JobState=FAILED", "1").values()
        assert (seen.slurm_id, seen.status, seen.submit_time) == ("1", "FAILED", None)

    @pytest.mark.parametrize("task", ["9" * 5000, "\u00b2", "\u0663", "-1", "2-9%2", "x"])
    def test_no_task_id_makes_it_raise(self, task):
        text = f"JobId=2 ArrayJobId=1 ArrayTaskId={task} JobName=x JobState=PENDING"
        (seen,) = observing.shown(text.encode(), "1").values()
        assert not seen.is_task
        assert seen.unstarted == task

    @pytest.mark.parametrize("start", ["ArrayJobId=1 ArrayTaskId=", "ArrayJobId=", "HetJobId=1"])
    def test_a_long_word_takes_no_longer_than_its_length(self, start):
        began = time.process_time()
        observing.shown(f"JobId=1 {start}{'1' * 500_000}".encode(), "1")
        assert time.process_time() - began < 5

    @given(
        st.binary()
        | st.lists(
            st.sampled_from(
                (
                    *("JobId=1", " JobName=", " JobState=", " UserId=", " Command=", "\n", " "),
                    *(" ArrayJobId=1", " HetJobId=1", " ArrayTaskId=", " Restarts=", "1"),
                )
            )
            | st.text()
        ).map(lambda words: "".join(words).encode())
    )
    def test_no_bytes_make_it_raise(self, output):
        observing.shown(output, "1")
