"""What sacct says, read: from recorded answers of real Slurms, and from any bytes at all."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm import accounting, commands, observing
from jupyter_slurm_api.slurm.accounts import account_name
from jupyter_slurm_api.slurm.commands import ACCOUNTING_FIELDS, TAG_FIELDS, Separators
from jupyter_slurm_api.slurm.parsing import Parsed

UUID = "0b5e4d3c-2a19-4f08-8e7d-6c5b4a392817"
OTHER = "11111111-2222-3333-4444-555555555555"
TAG = commands.tag(UUID)
MARKS = Separators("qfield", "qfield\n")
MIB, GIB = 1024**2, 1024**3

# No user chooses a word that begins a record, so none of them follows a line feed.
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="q\n"))
HOSTILE = (
    "x" * 1000,
    "two\nlines",
    "zfieldfakezfield\n99999zfield",  # the marks of another command
    "\x00\x1e\x1f\u0085\u2028\t\x0b\x0c\x1b[31m",
    "'\"`$(id)\\",
    "\u202eevil\u202c \U0001f680",
)


def line(*words):
    return ("qfield".join(words) + "qfield\n").encode()


def row(**fields):
    """One record of sacct: of a job of alice's that has ended."""
    facts = {
        "JobID": "5",
        "JobIDRaw": "5",
        "State": "COMPLETED",
        "User": "alice",
        "Partition": "debug",
        "NodeList": "n1",
        "Submit": "100",
        "Start": "110",
        "End": "150",
        "ExitCode": "0:0",
    }
    return line(*((facts | fields).get(name, "") for name in ACCOUNTING_FIELDS))


def step(name, **fields):
    """One record of a step, which says neither user nor partition."""
    return row(JobID=name, JobIDRaw=name, **({"User": "", "Partition": ""} | fields))


def read(*records, **options):
    return accounting.recorded(b"".join(records), MARKS, "alice", **options).value


def only(*records, **options):
    ((run,),) = read(*records, **options).values()
    return run


def at(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


@pytest.fixture(scope="module")
def recorded(slurm):
    """Return the runs of a zoo job that the accounting has; of an array's task by its index."""
    case = slurm["sacct"]
    runs = accounting.recorded(case.stdout, case.separators, "alice").value
    return lambda label, task="": runs.get(slurm.zoo[label] + task, [])


class TestRuns:
    @pytest.mark.parametrize(
        ("label", "task", "status", "code", "signal"),
        [
            ("plain", "", "COMPLETED", 0, None),
            ("failing", "", "FAILED", 3, None),
            ("killed", "", "FAILED", 0, 9),
            ("timeout", "", "TIMEOUT", None, None),
            ("cancelled_running", "", "CANCELLED", None, None),
            ("cancelled_pending", "", "CANCELLED", None, None),
            ("out_lost", "", "FAILED", 0, 53),
            ("array_mixed", "_0", "COMPLETED", 0, None),
            ("array_mixed", "_1", "FAILED", 1, None),
            ("array_mixed", "_3", "FAILED", 1, None),
        ],
    )
    def test_how_it_ended(self, recorded, label, task, status, code, signal):
        (run,) = recorded(label, task)
        assert (run.status, run.exit_code, run.exit_signal) == (status, code, signal)
        assert run.is_over
        assert run.end_time >= run.submit_time

    @pytest.mark.parametrize("label", ["plain", "failing", "killed", "out_lost", "requeued"])
    def test_squeue_and_sacct_agree_on_an_end(self, slurm, recorded, label):
        case = slurm["squeue_own"]
        rows = observing.own_jobs(case.stdout, case.separators).value
        seen = observing.observe(slurm.zoo[label], rows[slurm.zoo[label]])
        run = recorded(label)[-1]
        names = ("status", "exit_code", "exit_signal", "partition", "account", "qos", "nodes")
        names += ("node_list", "cpus", "submit_time", "eligible_time", "start_time", "end_time")
        for name in (*names, "own_slurm_id", "unstarted", "components"):
            assert getattr(run, name) == getattr(seen, name), name

    def test_a_job_that_never_ran_has_neither_start_nor_usage(self, recorded):
        (run,) = recorded("cancelled_pending")
        assert (run.node_list, run.start_time, run.usage) == (None, None, None)

    def test_every_run_of_a_requeued_job_the_latest_last(self, recorded):
        first, last = recorded("requeued")
        assert (first.status, last.status) == ("REQUEUED", "COMPLETED")
        assert first.submit_time < last.submit_time

    def test_a_run_that_a_requeue_ended_has_an_end(self, recorded):
        first, last = recorded("requeued")
        assert first.start_time <= first.end_time <= last.start_time
        assert first.exit_code is None

    def test_a_job_that_still_is_there_has_no_end(self, recorded):
        for label in ("running", "suspended", "held"):
            (run,) = recorded(label)
            assert (run.end_time, run.exit_code, run.exit_signal) == (None, None, None)

    def test_runs_stand_in_the_order_of_their_submits_however_they_came(self):
        records = [row(Submit=str(moment)) for moment in (300, 100, 200)]
        runs = read(*records)["5"]
        assert [run.submit_time for run in runs] == [at(100), at(200), at(300)]

    def test_another_user_s_job_is_left_out(self, slurm, recorded):
        assert b"bob" in slurm["sacct"].stdout
        assert recorded("foreign") == []

    def test_every_record_is_read(self, slurm):
        case = slurm["sacct"]
        assert accounting.recorded(case.stdout, case.separators, "alice").bad == 0

    def test_nothing_recorded(self, slurm):
        case = slurm["sacct_nothing"]
        assert accounting.recorded(case.stdout, case.separators, "alice") == Parsed({}, 0)

    def test_an_end_without_its_start_is_no_answer_yet(self):
        placeholder = row(Partition="", Start="", NodeList="")
        assert accounting.recorded(placeholder, MARKS, "alice") == Parsed({}, 0)

    @pytest.mark.parametrize("state", ["COMPLETED", "FAILED", "CANCELLED by 1000"])
    def test_a_start_that_was_heard_of_after_the_end_is_no_answer_yet(self, state):
        late = row(State=state, End="Unknown")
        assert accounting.recorded(late, MARKS, "alice") == Parsed({}, 0)

    def test_what_was_cancelled_as_it_was_submitted_ended_then(self):
        fields = {"State": "CANCELLED", "NodeList": "None assigned", "End": "Unknown"}
        run = only(row(Start="110", **fields))
        assert (run.status, run.start_time, run.end_time, run.usage) == (
            "CANCELLED",
            None,
            at(110),
            None,
        )
        assert read(row(Start="Unknown", **fields)) == {}

    def test_a_placeholder_beside_the_real_record_changes_nothing(self):
        assert read(row(Partition=""), row()) == read(row())

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("field", ["Account", "QOS", "NodeList", "Partition"])
    def test_a_hostile_word_stays_in_its_field(self, field, text):
        runs = read(row(**{field: text}), row(JobID="6"))
        assert sorted(runs) == ["5", "6"]
        assert runs["5"][0].status == "COMPLETED"

    @given(st.lists(st.integers(len(ACCOUNTING_FIELDS) - 1, len(ACCOUNTING_FIELDS) + 1)))
    def test_rows_in_are_runs_out_and_bad_ones(self, widths):
        records = [
            [str(number), "", "RUNNING", "alice", "debug", *[""] * (width - 5)]
            for number, width in enumerate(widths)
        ]
        output = b"".join(line(*record) for record in records)
        parsed = accounting.recorded(output, MARKS, "alice")
        assert len(parsed.value) == widths.count(len(ACCOUNTING_FIELDS))
        assert len(parsed.value) + parsed.bad == len(widths)

    @given(st.lists(WORDS, min_size=len(ACCOUNTING_FIELDS), max_size=len(ACCOUNTING_FIELDS)))
    def test_no_words_make_it_raise(self, words):
        # But for a partition, without which it waits.
        words = ["1", words[1], words[2], "alice", words[4] or "debug", *words[5:]]
        parsed = accounting.recorded(line(*words), MARKS, "alice")
        assert (list(parsed.value), parsed.bad) == (["1"], 0)

    @given(st.binary(), st.text())
    def test_no_bytes_make_it_raise(self, output, user):
        accounting.recorded(output, MARKS, user)


class TestArrays:
    @pytest.mark.parametrize(
        ("label", "unstarted"),
        [("array", "2-9%2"), ("array_stepped", "1,4,7,20,30-31"), ("out_array", "0-1")],
    )
    def test_tasks_that_never_started_are_a_range_under_the_array_s_id(
        self, slurm, recorded, label, unstarted
    ):
        (run,) = recorded(label)
        assert (run.slurm_id, run.unstarted) == (slurm.zoo[label], unstarted)
        assert (run.status, run.usage, run.start_time) == ("PENDING", None, None)

    def test_each_task_that_started_has_its_own_id_and_record(self, recorded):
        (run,) = recorded("array", "_1")
        assert (run.status, run.unstarted) == ("RUNNING", None)
        assert (run.task_id, run.is_task) == (1, True)
        assert run.own_slurm_id not in (run.slurm_id, run.array_slurm_id)

    def test_an_array_all_of_whose_tasks_started_has_no_record_of_its_own(self, recorded):
        assert recorded("array_mixed") == []
        assert recorded("array_mixed", "_2") != []

    def test_a_range_that_was_cancelled(self):
        run = only(row(JobID="5_[3-9%2]", State="CANCELLED by 7", NodeList="None assigned"))
        assert (run.slurm_id, run.unstarted, run.cancelled_by) == ("5", "3-9%2", "7")

    @pytest.mark.parametrize("row_id", ["5_" + "9" * 5000, "5_\u0663", "5_\u00b2", "_", "5_["])
    def test_no_id_makes_it_raise(self, row_id):
        assert not only(row(JobID=row_id)).is_task


class TestComponents:
    def test_a_heterogeneous_job_is_one_with_its_components(self, slurm, recorded):
        (run,) = recorded("het")
        first, second = run.components
        assert (first.offset, first.slurm_id) == (0, slurm.zoo["het"])
        assert (second.offset, second.slurm_id) == (1, str(int(slurm.zoo["het"]) + 1))
        assert (first.status, first.cpus) == ("RUNNING", 1)
        assert (second.status, second.cpus) == ("RUNNING", 2)
        assert {first.node_list, second.node_list} <= {"n1", "n2", "n3", "n4"}
        assert run.unstarted is None

    def test_it_is_over_when_the_last_of_them_is(self):
        parts = [row(JobID="5+0"), row(JobID="5+1", State="RUNNING", End="Unknown")]
        assert (only(*parts).status, only(*parts).end_time) == ("RUNNING", None)
        parts[1] = row(JobID="5+1", State="FAILED", End="200")
        assert (only(*parts).status, only(*parts).end_time) == ("FAILED", at(200))


class TestCanceller:
    @pytest.mark.parametrize("label", ["cancelled_pending", "cancelled_running"])
    def test_sacct_tells_of_a_number(self, recorded, label):
        (run,) = recorded(label)
        assert run.cancelled_by.isdecimal()
        assert run.status == "CANCELLED"

    def test_a_name_is_asked_for_by_the_number_and_only_for_who_cancelled(self):
        asked = []

        def name_of(number):
            asked.append(number)
            return "root"

        records = [row(JobID="4"), row(State="CANCELLED by 0"), row(JobID="6", State="CANCELLED")]
        runs = read(*records, name_of=name_of)
        assert [runs[each][0].cancelled_by for each in "456"] == [None, "root", None]
        assert asked == ["0"]

    @pytest.mark.parametrize(
        ("number", "name"), [("0", "root"), ("4294967294", "4294967294"), ("-1", "-1")]
    )
    def test_a_number_without_an_account_stands_for_itself(self, number, name):
        assert account_name(number) == name

    @given(st.text() | st.integers().map(str) | st.just("9" * 5000))
    def test_no_number_makes_it_raise(self, number):
        account_name(number)


class TestUsage:
    def test_a_job_that_ran_for_a_while(self, recorded):
        (run,) = recorded("timeout")
        used = run.usage
        assert (used.requested_memory, used.requested_cpus) == (2 * GIB, 1)
        assert used.elapsed == (run.end_time - run.start_time).total_seconds()
        assert 0 < used.total_cpu < 0.1
        assert 3 * MIB < used.max_rss < 4 * MIB

    def test_what_was_asked_for_and_not_what_was_given(self, recorded):
        (run,) = recorded("running")
        assert (run.usage.requested_memory, run.usage.requested_cpus) == (100 * MIB, 2)

    def test_memory_is_the_step_s_that_held_most_cpu_time_that_of_all(self):
        run = only(
            row(TotalCPU="00:00:09", ElapsedRaw="40"),
            step("5.batch", MaxRSS="3000K", TotalCPU="00:01.500"),
            step("5.extern", MaxRSS="0", TotalCPU="00:00:00"),
            step("5.0", MaxRSS="1.50G", TotalCPU="01:00:00"),
            step("5.1", MaxRSS="", TotalCPU=""),
        )
        assert run.usage.max_rss == 3 * GIB // 2
        assert run.usage.total_cpu == 3601.5
        assert run.usage.elapsed == 40

    def test_without_steps_cpu_time_is_the_job_s(self):
        usage = only(row(TotalCPU="01:30")).usage
        assert (usage.total_cpu, usage.max_rss) == (90, None)

    @pytest.mark.parametrize(
        ("asked", "memory"),
        [
            ("2G", 2 * GIB),
            ("500M", 500 * MIB),
            ("1000", 1000 * MIB),
            ("500Mc", 4 * 500 * MIB),  # for each CPU, as sacct wrote it before 21.08
            ("1Gn", 2 * GIB),  # for each node
            ("0", None),
            ("0n", None),
            ("", None),
            ("?", None),
            ("c", None),
        ],
    )
    def test_the_memory_that_was_asked_for(self, asked, memory):
        usage = only(row(ReqMem=asked, AllocCPUS="4", NNodes="2")).usage
        assert usage.requested_memory == memory

    def test_a_suffix_without_a_number_counts_once(self):
        assert only(row(ReqMem="500Mc", AllocCPUS="")).usage.requested_memory == 500 * MIB

    def test_each_job_and_each_run_has_its_own_steps(self):
        runs = read(
            row(JobID="5", Submit="100"),
            step("5.batch", MaxRSS="1K"),
            row(JobID="5_1"),
            step("5_1.batch", MaxRSS="2K"),
            row(JobID="5", Submit="200"),
            step("5.batch", MaxRSS="3K"),
            row(JobID="50"),
            step("5.0", MaxRSS="9K"),  # whose job is not before it
        )
        assert [run.usage.max_rss for run in runs["5"]] == [1024, 3072]
        assert runs["5_1"][0].usage.max_rss == 2048
        assert runs["50"][0].usage.max_rss is None

    def test_steps_without_a_job_are_nobody_s(self):
        assert read(step("5.batch"), step("6.batch")) == {}


class TestTagged:
    @staticmethod
    def tagged(*rows):
        return accounting.tagged(b"".join(line(*words) for words in rows), MARKS, "alice").value

    def test_every_recorded_submit_is_read_and_none_has_a_tag(self, slurm):
        case = slurm["sacct_tags"]
        assert case.stdout.count(b"sbatch --parsable") > 20
        assert accounting.tagged(case.stdout, case.separators, "alice") == Parsed({}, 0)

    @pytest.mark.parametrize(
        ("row_id", "slurm_id"),
        [("7", "7"), ("7_3", "7"), ("7_[0-9%2]", "7"), ("7+1", "7"), ("67108865", "67108865")],
    )
    def test_a_tag_leads_to_the_job_as_a_whole(self, row_id, slurm_id):
        submit = f"sbatch --parsable --hold --comment=mine, too {TAG}"
        assert self.tagged((row_id, "alice", "100", submit)) == {UUID: slurm_id}

    def test_a_submit_without_a_tag_leads_nowhere(self):
        assert self.tagged(("7", "alice", "100", "sbatch --comment=mine job.sh")) == {}

    def test_another_user_s_submit_leads_nowhere(self):
        assert self.tagged(("7", "bob", "100", f"sbatch --comment={TAG}")) == {}

    def test_ours_is_the_tag_that_is_written_last(self):
        copied = f"sbatch --comment={commands.tag(OTHER)} {TAG}"
        assert self.tagged(("7", "alice", "100", copied)) == {UUID: "7"}

    @pytest.mark.parametrize("order", [1, -1])
    def test_a_line_that_was_copied_takes_nothing_over(self, order):
        submit = f"sbatch --parsable --comment={TAG}"
        first, copy = ("7", "alice", "999", submit), ("8", "alice", "1000", submit)
        assert self.tagged(*[first, copy][::order]) == {UUID: "7"}

    def test_in_one_second_the_first_record_is_the_first_submit(self):
        submit = f"sbatch --parsable --comment={TAG}"
        rows = [("7", "alice", "100", submit), ("8", "alice", "100", submit)]
        assert self.tagged(*rows) == {UUID: "7"}

    def test_a_requeue_is_no_copy(self):
        submit = f"sbatch --parsable --comment={TAG}"
        rows = [("7", "alice", "100", submit), ("7", "alice", "200", submit)]
        assert self.tagged(*rows) == {UUID: "7"}

    @pytest.mark.parametrize("text", HOSTILE)
    def test_a_hostile_comment_hides_no_tag(self, text):
        submit = f"sbatch --parsable --comment={text} {TAG}"
        rows = [("7", "alice", "100", submit), ("8", "alice", "100", "sbatch")]
        assert self.tagged(*rows) == {UUID: "7"}

    def test_a_record_that_does_not_parse_takes_no_other_with_it(self):
        submit = f"sbatch --comment={TAG}"
        output = line("6", "alice") + line("7", "alice", "1", submit)
        assert accounting.tagged(output, MARKS, "alice") == Parsed({UUID: "7"}, 1)

    @given(st.binary() | st.lists(WORDS, min_size=4, max_size=4).map(lambda words: line(*words)))
    def test_no_bytes_make_it_raise(self, output):
        assert len(TAG_FIELDS) == 4
        accounting.tagged(output, MARKS, "alice")
