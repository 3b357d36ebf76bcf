"""Which bytes a Range asks for (RFC 9110, 14), and where the last lines begin."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.ranges import Span, clipped, last_lines, parse_range

WHOLE = Span(0, 1000)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=500-", (500, 1000)),
        ("bytes=-500", (500, 1000)),
        ("bytes=-5000", (0, 1000)),
        ("bytes=999-", (999, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=990-5000", (990, 1000)),
        ("Bytes= 1-2 ", (1, 3)),
    ],
)
def test_a_range(header, span):
    assert parse_range(header, WHOLE) == span


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_without_a_byte(header):
    found = parse_range(header, WHOLE)
    assert found is not None
    assert found.length == 0


def test_an_empty_output_has_no_range():
    assert parse_range("bytes=0-", Span(0, 0)) == (0, 0)


NO_RANGE = [
    *(None, "", "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=a-", "bytes=--1", "bytes=+1-2"),
    *("lines=1-2", "bytes=2-1", "bytes=0-1,5-6", "bytes=\u0663-", f"bytes={'9' * 40}-"),
]


@pytest.mark.parametrize("header", NO_RANGE)
def test_what_is_no_range_counts_as_none(header):
    assert parse_range(header, WHOLE) is None


def test_of_what_is_not_there_any_more_the_rest_is_given():
    kept = Span(900, 1000)
    assert parse_range("bytes=0-949", kept) == (900, 950)
    assert parse_range("bytes=0-", kept) == (900, 1000)
    assert parse_range("bytes=0-899", kept).length == 0


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 1000), st.integers(0, 1000))
def test_a_clipped_span_lies_within(first, end, low, length):
    whole = Span(low, low + length)
    span = clipped(Span(first, end), whole)
    assert whole.first <= span.first <= span.end <= whole.end


@pytest.mark.parametrize(
    ("data", "count", "tail"),
    [
        (b"a\nb\nc\n", 2, b"b\nc\n"),
        (b"a\nb\nc", 2, b"b\nc"),
        (b"a\n\n\n", 2, b"\n\n"),
        (b"1%\r2%\r3%\nend\n", 1, b"end\n"),
        (b"a\n1%\r2%\r3%", 1, b"1%\r2%\r3%"),
        (b"x\n\xff\xfe\0\n", 1, b"\xff\xfe\0\n"),
    ],
)
def test_the_last_lines(data, count, tail):
    assert data[last_lines(data, count) :] == tail


@pytest.mark.parametrize("data", [b"", b"a", b"a\n", b"\n", b"a\nb\n", b"a\nb"])
def test_where_all_may_be_too_few(data):
    assert last_lines(data, 2) is None


@given(st.lists(st.binary(max_size=5).map(lambda line: line.replace(b"\n", b"")), min_size=4))
def test_as_many_lines_as_are_asked_for(lines):
    data = b"".join(line + b"\n" for line in lines)
    found = last_lines(data, 3)
    assert data[found:].count(b"\n") == 3
