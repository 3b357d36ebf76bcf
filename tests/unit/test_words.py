"""Slurm's words as values: every form that a release of Slurm writes, and every nonsense."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.slurm import words

KIB, MIB, GIB, TIB, PIB = (1024**power for power in range(1, 6))


@pytest.mark.parametrize(
    "word",
    [
        *("", "(null)", "None assigned", "N/A", "n/a", "NONE", "None", "none"),
        *("NOT_SET", "INVALID", "Unknown", "UNKNOWN"),
    ],
)
def test_slurm_s_ways_to_say_nothing(word):
    assert words.text(word) is None


@pytest.mark.parametrize("word", ["a", " ", "null", "0", "NODE_FAIL", "Nonesuch", "-"])
def test_other_text_stays(word):
    assert words.text(word) == word


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("0", 0),
        ("007", 7),
        ("4294967294", 4294967294),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1-2", None),
        ("N/A", None),
        (" 1", None),
        ("1\n", None),
        ("\u0663", None),
        ("\u00b2", None),
        ("1_000", None),
        ("18446744073709551615", 2**64 - 1),
        pytest.param(
            "9" * 5000, None, id="endless"
        ),  # Python itself reads no number of so many digits
    ],
)
def test_number(word, value):
    assert words.number(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("1763942400", datetime(2025, 11, 24, tzinfo=timezone.utc)),
        ("0", None),
        ("", None),
        ("N/A", None),
        ("Unknown", None),
        ("None", None),
        ("2025-11-24T00:00:00", None),
        ("-5", None),
        ("99999999999999", None),
        ("9" * 30, None),
    ],
)
def test_time(word, value):
    assert words.time(word) == value


def test_a_time_knows_its_zone():
    assert words.time("1763942400").tzinfo is timezone.utc


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("0:00", "00:00:00"),
        ("5:07", "00:05:07"),
        ("59:59", "00:59:59"),
        ("60:00", "01:00:00"),
        ("90:00", "01:30:00"),
        ("1440:00", "1-00:00:00"),
        ("1:02:03", "01:02:03"),
        ("23:59:59", "23:59:59"),
        ("1-00:00:00", "1-00:00:00"),
        ("1-2:03:04", "1-02:03:04"),
        ("365-00:00:00", "365-00:00:00"),
        ("00:12.345", "00:00:12"),
        ("UNLIMITED", "UNLIMITED"),
        ("INVALID", "INVALID"),
        ("", ""),
        ("1", "1"),
        ("a:b", "a:b"),
        ("-1:00", "-1:00"),
        ("1:2:3:4", "1:2:3:4"),
        pytest.param("9" * 5000 + ":00", "9" * 5000 + ":00", id="endless"),
    ],
)
def test_duration(word, value):
    assert words.duration(word) == value


@given(st.integers(0, 10**6), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_written_our_way_stays_as_it_is(days, hours, minutes, seconds):
    clock = f"{hours:02}:{minutes:02}:{seconds:02}"
    written = f"{days}-{clock}" if days else clock
    assert words.duration(written) == written


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("UNLIMITED", "UNLIMITED"),
        ("Partition_Limit", "Partition_Limit"),
        ("30:00", "00:30:00"),
        ("7-00:00:00", "7-00:00:00"),
        ("NOT_SET", None),
        ("INVALID", None),
        ("N/A", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_time_limit(word, value):
    assert words.time_limit(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("4000", 4000 * MIB),
        ("0", 0),
        ("1K", KIB),
        ("500M", 500 * MIB),
        ("2G", 2 * GIB),
        ("1.50G", 3 * GIB // 2),
        ("1T", TIB),
        ("1P", PIB),
        ("2g", 2 * GIB),
        ("2Gn", 2 * GIB),
        ("2Gc", 2 * GIB),
        ("", None),
        ("N/A", None),
        ("G", None),
        (".", None),
        ("1.2.3G", None),
        ("-1G", None),
        ("1E", None),
        ("2 G", None),
        ("9" * 400, None),
    ],
)
def test_memory(word, value):
    assert words.memory(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("3272K", 3272 * KIB),
        ("1.50M", 3 * MIB // 2),
        ("0", 0),
        ("512", 512),  # of bytes, where a requested one is of MiB
        ("", None),
        ("N/A", None),
        ("\u00b2", None),
        ("9" * 5000, None),
    ],
)
def test_size(word, value):
    assert words.size(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("00:00.001", 0.001),
        ("00:01.250", 1.25),
        ("01:30", 90),
        ("02:03:04", 7384),
        ("1-02:03:04", 93784),
        ("00:00:00", 0),
        ("INVALID", None),
        ("", None),
        ("1", None),
        ("00:01.", None),
        ("9" * 5000 + ":00", None),
    ],
)
def test_seconds(word, value):
    assert words.seconds(word) == pytest.approx(value)


@given(st.integers(0, 10**6), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_seconds_are_those_of_the_duration(days, hours, minutes, seconds):
    word = f"{days}-{hours:02}:{minutes:02}:{seconds:02}"
    assert words.seconds(word) == ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    assert words.seconds(words.duration(word)) == words.seconds(word)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", {}),
        ("N/A", {}),
        ("cpu=2,mem=100M,node=1,billing=2", {"cpu": "2", "mem": "100M", "node": "1"}),
        ("gres/gpu:a100=2", {"gres/gpu:a100": "2"}),
        ("cpu=1,,mem", {"cpu": "1"}),
        ("license/a=b=3", {"license/a": "b=3"}),
    ],
)
def test_tres(word, value):
    found = words.tres(word)
    found.pop("billing", None)
    assert found == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("cpu=2,mem=2G,node=1", None),
        ("cpu=2,gres/gpu=2,gres/gpu:a100=2", "gres/gpu=2,gres/gpu:a100=2"),
        ("gres/shard=1", "gres/shard=1"),
        ("", None),
        ("N/A", None),
    ],
)
def test_gres(word, value):
    assert words.gres(words.tres(word)) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        # sacct and scontrol: code:signal
        ("0:0", (0, None)),
        ("3:0", (3, None)),
        ("0:9", (0, 9)),
        ("0:15", (0, 15)),
        ("255:0", (255, None)),
        (":", (None, None)),
        ("a:b", (None, None)),
        # squeue: the raw wait status
        ("0", (0, None)),
        ("768", (3, None)),
        ("256", (1, None)),
        ("9", (0, 9)),
        ("15", (0, 15)),
        ("139", (0, 11)),  # killed by 11, with a core dump
        ("65280", (255, None)),
        ("66304", (3, None)),  # an exit code has eight bits
        ("4021", (0, 53)),  # the output file could not be opened; scontrol says 0:53
        ("", (None, None)),
        ("N/A", (None, None)),
        ("-1", (None, None)),
    ],
)
def test_exit_status(word, value):
    assert words.exit_status(word) == value


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("RUNNING", "RUNNING"),
        ("CANCELLED by 1000", "CANCELLED"),
        ("CANCELLED+", "CANCELLED"),
        ("OUT_OF_ME+", "OUT_OF_ME"),
        ("", ""),
        ("BRAND_NEW", "BRAND_NEW"),
    ],
)
def test_state(word, value):
    assert words.state(word) == value


@pytest.mark.parametrize(
    ("word", "who"),
    [
        ("CANCELLED by 1000", "1000"),
        ("CANCELLED by 0", "0"),
        ("CANCELLED", None),
        ("CANCELLED+", None),
        ("CANCELLED by ", None),
        ("CANCELLED by alice", None),
        ("CANCELLED by 1000 by 7", None),
        ("COMPLETED", None),
        ("", None),
    ],
)
def test_who_cancelled(word, who):
    assert words.cancelled_by(word) == who


@pytest.mark.parametrize(
    ("row_id", "what"),
    [
        ("12", "12"),
        ("12_3", "12_3"),
        ("12_0", "12_0"),
        # the tasks that have not started are the array's own
        ("12_[3-9%2]", "12"),
        ("12_[7]", "12"),
        ("12_", "12"),
        # components are their job's
        ("12+0", "12"),
        ("12+1", "12"),
        ("67108865", "67108865"),
        ("12_x", "12"),
        ("12_-3", "12"),
        ("12_\u0663", "12"),
        ("12_\u00b2", "12"),
        ("12_9999999", "12_9999999"),
        pytest.param("12_99999999", "12", id="beyond any array"),
        pytest.param(f"12_{'9' * 5000}", "12", id="endless"),
        ("", ""),
    ],
)
def test_what_a_row_is_of(row_id, what):
    assert words.id_of(row_id) == what


@pytest.mark.parametrize(
    ("row_id", "job"),
    [
        ("12", "12"),
        ("12_3", "12"),
        ("12_[3-9%2]", "12"),
        ("12+0", "12"),
        ("12+1", "12"),
        ("67108865", "67108865"),
        ("12.batch", "12.batch"),
        ("", ""),
    ],
)
def test_job_of(row_id, job):
    assert words.job_of(row_id) == job


@pytest.mark.parametrize(
    "read",
    [
        words.text,
        words.number,
        words.time,
        words.duration,
        words.time_limit,
        words.memory,
        words.tres,
        words.exit_status,
        words.state,
        words.size,
        words.seconds,
        words.cancelled_by,
        words.id_of,
        words.job_of,
    ],
    ids=lambda read: read.__name__,
)
@given(
    word=st.text()
    | st.from_regex(r"[0-9.:,\-+_%\[\]=KMGTPnc]*", fullmatch=True)
    | st.integers().map(str)
    | st.sampled_from(["", "-", ":", "_[", "_[0-"]).map(lambda mark: f"1{mark}{'9' * 5000}:00")
)
def test_no_word_makes_a_reader_raise(read, word):
    read(word)
