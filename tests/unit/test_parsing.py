"""What Slurm said, read: from recorded answers of real Slurms, and from any bytes at all."""

from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jupyter_slurm_api import states
from jupyter_slurm_api.models import ClusterInfo, Submitted
from jupyter_slurm_api.slurm import commands, parsing
from jupyter_slurm_api.slurm.commands import Separators

MARKS = Separators("qfield", "qrecord")
SACCT_MARKS = Separators("qfield", "qfield\n")

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="q"))
BYTES = st.binary().map(lambda some: some.replace(b"q", b""))
HOSTILE = (
    "x" * 1000,
    "1\n99999|root|FAKE|RUNNING|\n",
    "zfieldfakezrecord\n99999zfield",  # the marks of another command
    "\x00\x1e\x1f\u0085\u2028\r\n\t\x0b\x0c\x1b[31m",
    "'\"`$(id)\\",
    "\u202eevil\u202c \U0001f680",
)

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

    @given(st.lists(st.lists(WORDS, min_size=1)))
    def test_rows_in_are_rows_out_and_bad_ones(self, rows):
        # Slurm writes no empty row: the first field is an id.
        rows = [["1" + row[0], *row[1:]] for row in rows]
        output = "".join("qfield".join(row) + "qrecord\n" for row in rows)
        parsed = parsing.records(output.encode(), MARKS, 3)
        assert [list(record) for record in parsed.value] == [row for row in rows if len(row) == 3]
        assert parsed.bad == len([row for row in rows if len(row) != 3])

    @given(BYTES)
    @example(b"\xff\xfe latin \xe9")
    @example(b"\xe2\x82")  # half a character
    def test_a_field_that_is_no_utf_8_keeps_to_itself(self, field):
        parsed = parsing.records(b"1qfield" + field + b"qfield2qrecord\n", MARKS, 3)
        assert parsed == parsing.Parsed([("1", field.decode("utf-8", "replace"), "2")], 0)

    # No user chooses the words that sacct is asked for, so none of them begins with a line feed.
    @given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="q\n")), min_size=1))
    def test_sacct_s_records_end_with_the_separator_of_fields_and_a_line_feed(self, fields):
        row = ["1", *fields]
        output = ("qfield".join(row) + "qfield\n").encode()
        parsed = parsing.records(output * 2, SACCT_MARKS, len(row))
        assert parsed == parsing.Parsed([tuple(row)] * 2, 0)

    @given(st.binary(), st.integers(0, 30))
    def test_no_bytes_make_it_raise(self, output, width):
        parsing.records(output, MARKS, width)


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

    @pytest.mark.parametrize(
        ("state", "shown"),
        [
            ("PENDING", (None, None, "2025-11-24T12:00:00Z")),
            ("REQUEUE_HOLD", (None, None, "2025-11-24T12:00:00Z")),
            ("RUNNING", ("2025-11-24T12:00:00Z", "2025-11-24T13:00:00Z", None)),
        ],
    )
    def test_the_start_of_a_job_that_waits_is_an_estimate_and_shown_as_one(self, state, shown):
        fields = {"JobArrayID": "7", "State": state, "StartTime": "1763985600"}
        fields |= {"EndTime": "1763989200"}
        line = "qfield".join(fields.get(name, "") for name in commands.QUEUE_FIELDS) + "qrecord\n"
        (row,) = parsing.queue(line.encode(), MARKS).value
        assert (row["start_time"], row["end_time"], row["estimated_start"]) == shown

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

    @pytest.mark.parametrize("text", HOSTILE)
    @pytest.mark.parametrize("field", ["Name", "Partition", "Account", "Reason", "NodeList"])
    def test_a_hostile_word_stays_in_its_field(self, field, text):
        names = commands.QUEUE_FIELDS
        fields = {"JobArrayID": "7", "UserName": "alice", "State": "PENDING", field: text}
        line = "qfield".join(fields.get(name, "") for name in names) + "qrecord\n"
        parsed = parsing.queue((line * 2).encode(), MARKS)
        assert [row["job_id"] for row in parsed.value] == ["7", "7"]
        assert {row[field.lower()] for row in parsed.value} == {text}
        assert parsed.bad == 0

    @given(st.lists(WORDS, min_size=19, max_size=19))
    def test_no_words_make_it_raise(self, words):
        parsed = parsing.queue(f"1{'qfield'.join(words)}qrecord".encode(), MARKS)
        assert (len(parsed.value), parsed.bad) == (1, 0)

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, output):
        parsing.queue(output, MARKS)


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
        assert info == ClusterInfo(
            "devcluster", slurm.directory.name, accounting=True, min_job_age=3600
        )

    def test_a_cluster_without(self, slurm):
        info = parsing.cluster_info(slurm["plain_config"].stdout)
        assert info == ClusterInfo(
            "devcluster", slurm.directory.name, accounting=False, min_job_age=300
        )

    @pytest.mark.parametrize("output", [b"", b"\xff", b"Configuration data as of 1"])
    def test_no_configuration(self, output):
        assert parsing.cluster_info(output) == ClusterInfo("", "", accounting=False)

    @pytest.mark.parametrize("value", [b"", b"(null)", b"accounting_storage/none"])
    def test_no_accounting(self, value):
        output = b"ClusterName = c\nAccountingStorageType   = " + value + b"\n"
        assert parsing.cluster_info(output) == ClusterInfo("c", "", accounting=False)

    @pytest.mark.parametrize(
        ("words", "age"),
        [
            ("300 sec", 300),
            ("2 sec", 2),
            ("0 sec", 0),
            ("soon", 0),
            ("", 0),
            ("9" * 5000, 0),
        ],
    )
    def test_for_how_long_the_queue_shows_a_job_that_ended(self, words, age):
        assert parsing.cluster_info(f"MinJobAge = {words}\n".encode()).min_job_age == age

    @given(
        st.binary()
        | st.lists(st.sampled_from(["ClusterName", "SLURM_VERSION", "MinJobAge", "=", " ", "\n"]))
        .map("".join)
        .map(str.encode)
    )
    def test_no_bytes_make_it_raise(self, output):
        parsing.cluster_info(output)
