"""Outputs, as the client reads and `jupyter slurm output` prints them."""

import httpx
import pytest

from jupyter_slurm_api import client as package
from jupyter_slurm_api.cli.main import main
from jupyter_slurm_api.client import ApiError, SlurmClient
from jupyter_slurm_api.messages import Data, End, Gap

WHOLE = "é1\n\x1b[2Jline 2\n".encode()


def event(message):
    at = getattr(message, "next_offset", message.offset)
    return f"event: {message.type}\nid: {at}\ndata: {message.model_dump_json()}\n\n".encode()


def data(text, offset):
    end = offset + len(text.encode())
    return Data(job_id="7", offset=offset, next_offset=end, text=text)


END = End(job_id="7", offset=6, status="COMPLETED")


class Server:
    """Has an output, and streams that break off; remembers what it was asked."""

    def __init__(self, *streams):
        self.streams = list(streams)
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        if request.url.path.endswith("/stream"):
            return httpx.Response(200, content=self.streams.pop(0))
        query = request.url.params
        first = int(query.get("offset", len(WHOLE) - 7 if "tail" in query else 0))
        part = WHOLE[first:][: int(query.get("limit", len(WHOLE)))]
        headers = {"Output-Offset": first, "Output-Next": first + len(part)}
        headers |= {"Output-Size": len(WHOLE), "Output-Source": "file"}
        return httpx.Response(
            200, content=part, headers={name: str(value) for name, value in headers.items()}
        )

    def client(self, **options):
        transport = httpx.MockTransport(self)
        return SlurmClient("http://a/", "t", transport=transport, **options)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr("jupyter_slurm_api.client.leaving.Leave.wait", lambda *_: None)


class TestReading:
    def test_a_part_and_where_it_lies(self):
        server = Server()
        part = server.client().output("7", "stderr", offset=1, limit=3)
        assert (part.data, part.offset, part.next_offset) == (WHOLE[1:4], 1, 4)
        assert (part.size, part.source) == (len(WHOLE), "file")
        assert dict(server.asked[0].url.params) == {"stream": "stderr", "offset": "1", "limit": "3"}

    def test_as_text(self):
        assert Server().client().output("7", offset=1, limit=3).text == "\ufffd1\n"


class TestFollowing:
    def test_to_the_end_over_connections_that_break(self):
        server = Server(
            event(data("one", 0)) + event(data("two", 3))[:-9],
            event(data("two", 3)) + b"event: of a newer server\ndata: x\n\n" + event(END),
        )
        messages = list(server.client().follow("7", offset=0))
        assert [one.text for one in messages[:-1]] == ["one", "two"]
        assert messages[-1] == END
        assert [one.headers.get("Last-Event-ID") for one in server.asked] == [None, "3"]

    def test_what_is_no_such_message(self):
        with pytest.raises(ApiError, match="no 'data'"):
            list(Server(b"event: data\ndata: {}\n\n").client().follow("7"))


class TestPrinting:
    @pytest.fixture
    def server(self, monkeypatch):
        server = Server()
        monkeypatch.setattr(package, "SlurmClient", server.client)
        return server

    def test_bytes_are_bytes_where_no_terminal_is(self, server, capfdbinary):
        assert main(["output", "7"]) == 0
        assert capfdbinary.readouterr() == (WHOLE, b"")

    def test_all_of_it_however_large(self, server, capfdbinary, monkeypatch):
        monkeypatch.setattr("jupyter_slurm_api.cli.output._PIECE", 4)
        main(["output", "7"])
        assert capfdbinary.readouterr().out == WHOLE
        assert len(server.asked) == 4

    def test_a_terminal_gets_nothing_that_it_would_obey(self, server, capsys, monkeypatch):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setattr("jupyter_slurm_api.cli.output._PIECE", 1)
        main(["output", "7"])
        assert capsys.readouterr().out == "é1\n\\x1b[2Jline 2\n"

    def test_the_last_lines(self, server, capfdbinary):
        main(["output", "-n", "1", "-e", "7"])
        assert capfdbinary.readouterr().out == b"line 2\n"
        assert dict(server.asked[0].url.params) == {"stream": "stderr", "tail": "1"}

    def test_what_comes_goes_on_behind_the_last_lines(self, server, capfdbinary):
        gap = Gap(job_id="7", offset=30, next_offset=0, reason="truncated")
        server.streams = [event(data("more\n", 20)) + event(gap) + event(END)]
        assert main(["output", "-f", "-n", "1", "7"]) == 0
        said, told = capfdbinary.readouterr()
        assert said == b"line 2\nmore\n"
        assert told == b"The output begins anew.\nThe job is over: COMPLETED.\n"
        assert server.asked[1].url.params["offset"] == str(len(WHOLE))
