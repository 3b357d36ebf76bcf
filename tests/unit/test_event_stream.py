"""Server-Sent Events, by the rules and the examples of WHATWG's HTML standard."""

from contextlib import contextmanager
from itertools import islice

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.client import Leave, NotFound, Unavailable, following
from jupyter_slurm_api.client.event_stream import EventReader, ServerEvent


def follow(connect, last_id=""):
    return (event for event in following.follow(connect, last_id) if event)


def read(*chunks):
    return list(EventReader().events(chunks))


def said(*chunks):
    return [(one.kind, one.data) for one in read(*chunks)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\n", [("message", "one")]),
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [("message", "YHOO\n+2\n10")]),
        (b"event: add\ndata: 73\n\nevent: remove\ndata: 2\n\n", [("add", "73"), ("remove", "2")]),
        (b": a comment\n\ndata: first\n\n", [("message", "first")]),
        (b"data\n\ndata\ndata\n\ndata:", [("message", ""), ("message", "\n")]),
        (b"data:test\n\ndata: test\n\n", [("message", "test"), ("message", "test")]),
        (b"data:  two blanks\n\n", [("message", " two blanks")]),
        (b"event: none\n\ndata: x\n\n", [("message", "x")]),
        (b"data: cut off\n", []),
        (b"nonsense\nother: x\ndata: y\n\n", [("message", "y")]),
        (b"\xef\xbb\xbfdata: behind a mark\n\n", [("message", "behind a mark")]),
        (b"data: \xff\n\n", [("message", "\ufffd")]),
        (b"data: a:b: c\n\n", [("message", "a:b: c")]),
        (b"data: \x0b\xc2\x85\xe2\x80\xa8\n\n", [("message", "\x0b\x85\u2028")]),
        (b"", []),
    ],
)
def test_streams(stream, events):
    assert said(stream) == events


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_three_ways_wherever_they_are_cut(end):
    stream = end.join([b"event: a", b"data: \xc3\xa9", b"data: 2", b"", b"data: 3", b"", b""])
    expected = [("a", "é\n2"), ("message", "3")]
    assert said(stream) == expected
    assert said(*(stream[at : at + 1] for at in range(len(stream)))) == expected


@given(
    st.lists(st.sampled_from([b"data: a", b"id: 1", b"\r", b"\n", b"\xc3\xa9", b":"])), st.data()
)
def test_how_a_stream_is_cut_changes_nothing(parts, data):
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(stream)))))
    chunks = [
        stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
    ]
    assert read(*chunks) == read(stream)


class TestIds:
    def test_an_id_stays_until_the_next(self):
        events = read(b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\nid: 2\n\n")
        assert [one.id for one in events] == ["1", "1", ""]

    def test_an_id_with_a_nul_is_none(self):
        assert read(b"id: 1\nid: 2\0\ndata: a\n\n") == [ServerEvent("message", "a", "1")]

    def test_the_id_of_an_event_that_was_cut_off_does_not_count(self):
        reader = EventReader()
        list(reader.events([b"id: 1\ndata: a\n\nid: 2\ndata: b\n"]))
        assert reader.last_id == "1"

    def test_an_id_alone_counts(self):
        reader = EventReader()
        list(reader.events([b"id: 7\n\n"]))
        assert reader.last_id == "7"


@pytest.mark.parametrize(("text", "seconds"), [(b"1500", 1.5), (b"soon", None), (b"-1", None)])
def test_when_to_come_again(text, seconds):
    reader = EventReader()
    list(reader.events([b"retry: ", text, b"\n\n"]))
    assert reader.retry == seconds


class TestFollowing:
    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch):
        class Clock:
            now = 0.0

            def monotonic(self):
                return self.now

            def wait(self, seconds):
                self.now += seconds

        clock = Clock()
        monkeypatch.setattr(following, "time", clock)
        monkeypatch.setattr(Leave, "wait", lambda _, seconds: clock.wait(seconds))
        return clock

    @pytest.fixture
    def server(self):
        """Connections, each of which says something or fails; with which id they were asked for."""

        class Server:
            asked: list[str] = []  # noqa: RUF012 - of this test's own class
            connections: list[bytes | Exception] = []  # noqa: RUF012 - likewise

            @contextmanager
            def connect(self, last_id):
                self.asked.append(last_id)
                said = self.connections.pop(0) if self.connections else Unavailable("away")
                if isinstance(said, Exception):
                    raise said
                yield httpx.Response(200, content=said)

        return Server()

    def test_each_connection_is_told(self, server):
        server.connections = [b"data: a\n\n", b"data: b\n\n"]
        heard = following.follow(server.connect)
        assert [one and one.data for one in islice(heard, 4)] == [None, "a", None, "b"]

    def test_a_new_connection_goes_on_where_the_last_one_broke(self, server):
        server.connections = [b"id: 1\ndata: a\n\nid: 2\nda", b"id: 2\ndata: b\n\n"]
        events = follow(server.connect)
        assert [next(events).data, next(events).data] == ["a", "b"]
        assert server.asked == ["", "1"]

    def test_a_server_that_is_away_for_a_while_is_waited_for(self, server):
        server.connections = [Unavailable("away")] * 5 + [b"data: a\n\n"]
        assert next(follow(server.connect, "9")).data == "a"
        assert set(server.asked) == {"9"}

    def test_but_not_for_ever(self, server, clock):
        with pytest.raises(Unavailable):
            next(follow(server.connect))
        assert 300 < clock.now < 302

    def test_what_is_refused_is_refused(self, server):
        server.connections = [NotFound("There is no such job.")]
        with pytest.raises(NotFound):
            next(follow(server.connect))

    def test_it_waits_as_long_as_the_server_wants(self, server, clock):
        server.connections = [b"retry: 7000\ndata: a\n\n", b"data: b\n\n"]
        events = follow(server.connect)
        next(events)
        next(events)
        assert clock.now == 7

    def test_who_leaves_is_let_go(self, server):
        server.connections = [b"data: a\n\n"]
        leave = Leave()
        events = following.follow(server.connect, leave=leave)
        assert [next(events), next(events).data] == [None, "a"]
        leave.take()
        assert list(events) == []
        assert server.asked == [""]
