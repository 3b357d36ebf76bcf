"""One reader of a file that grows, for all who follow it; real files, real threads."""

import asyncio
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.services import growth
from jupyter_slurm_api.services.files import Files
from jupyter_slurm_api.services.growth import GrowingFiles, Piece


@given(st.lists(st.one_of(st.binary(max_size=9), st.text(max_size=9).map(str.encode))))
def test_pieces_are_together_the_text_of_the_whole(parts):
    """However the bytes come in, and whatever they are."""
    whole = b"".join(parts)
    text, waiting, at = "", b"", 0
    for number, part in enumerate(parts):
        piece = Piece.of(at, waiting + part, is_last=number == len(parts) - 1)
        waiting = (waiting + part)[len(piece.data) :]
        text += piece.text
        at = piece.end
    assert text == whole.decode(errors="replace")
    assert (at, waiting) == (len(whole), b"")


@pytest.mark.parametrize(
    ("data", "text", "used"),
    [
        (b"\r 50%\r100%\r\n", "\r 50%\r100%\r\n", 12),
        ("a€".encode()[:-1], "a", 1),
        ("🚀".encode()[:3], "", 0),
        (b"a\xe9b", "a\ufffdb", 3),
        (b"a\xff", "a\ufffd", 2),
        (b"\0\x1b[31m", "\0\x1b[31m", 6),
    ],
)
def test_a_piece_cuts_no_character_in_two(data, text, used):
    piece = Piece.of(7, data)
    assert (piece.text, piece.end) == (text, 7 + used)


def test_the_part_of_a_piece_behind_an_offset():
    piece = Piece.of(10, "abé".encode())
    assert piece.after(10) is piece
    assert (piece.after(12).offset, piece.after(12).text) == (12, "é")


class Watcher:
    """Looks at one file as a follower does, at moments that a test chooses."""

    def __init__(self, path, file):
        self.path = path
        self.file = file

    async def look(self):
        """Wait for a look that began from now on."""
        for _ in range(2):
            self.file.hurry()
            await self.file.next_look()

    async def text(self, offset=0):
        text = ""
        while offset < self.file.end:
            piece = await self.file.piece(offset)
            text += piece.text
            offset = piece.end
        return text


@pytest.fixture
def reads(monkeypatch):
    """The reads of files so far, by offset and number of bytes."""
    found = []
    read_at = growth.read_at

    def count(file, offset, limit):
        found.append((offset, limit))
        return read_at(file, offset, limit)

    monkeypatch.setattr(growth, "read_at", count)
    return found


@pytest.fixture
def watch(tmp_path):
    """Run a test's steps with a watched file."""

    def run(steps, path=tmp_path / "out"):
        async def all_steps():
            files = Files("test")
            async with GrowingFiles(files).watch(str(path)) as file:
                await steps(Watcher(path, file))
            files.close()

        asyncio.run(asyncio.wait_for(all_steps(), 60))

    return run


class TestAGrowingFile:
    def test_it_need_not_be_there_yet(self, watch):
        async def steps(at):
            await at.look()
            assert (at.file.size, at.file.end) == (None, 0)
            at.path.write_text("hello")
            await at.look()
            assert (at.file.size, await at.text()) == (5, "hello")

        watch(steps)

    def test_what_comes_is_read_once(self, watch, reads):
        """But for the few bytes by which a look knows the file again."""

        async def steps(at):
            at.path.write_text("1" * 100)
            await at.look()
            with at.path.open("a") as file:
                file.write("2" * 200)
            await at.look()
            await at.look()
            assert await at.text() == "1" * 100 + "2" * 200
            assert reads.count((0, 100)) == reads.count((100, 200)) == 1
            assert max(limit for offset, limit in reads if offset not in (0, 100)) <= 64

        watch(steps)

    def test_half_a_character_waits_for_the_rest(self, watch):
        async def steps(at):
            at.path.write_bytes("a€".encode()[:-1])
            await at.look()
            assert (at.file.size, at.file.end, await at.text()) == (3, 1, "a")
            with at.path.open("ab") as file:  # not anew: a look may come while there is nothing
                file.write("a€".encode()[-1:])
            await at.look()
            assert await at.text() == "a€"
            assert at.file.generation == 0

        watch(steps)

    @pytest.mark.parametrize("again", [b"", b"new", b"0123456789 as long and longer"])
    def test_a_file_that_begins_anew_is_noticed_however_long_it_is(self, watch, again):
        async def steps(at):
            at.path.write_bytes(b"0123456780")
            await at.look()
            at.path.write_bytes(again)
            await at.look()
            assert at.file.generation == 1
            assert await at.text() == again.decode()

        watch(steps)

    def test_a_file_in_its_place_is_another(self, watch):
        async def steps(at):
            at.path.write_text("the old one")
            await at.look()
            (at.path.parent / "new").write_text("a new one, and longer")
            (at.path.parent / "new").replace(at.path)
            await at.look()
            assert (at.file.generation, await at.text()) == (1, "a new one, and longer")

        watch(steps)

    def test_zeros_that_become_bytes_are_no_new_beginning(self, watch):
        """A network file system shows a file's new size before its new bytes."""

        async def steps(at):
            at.path.write_bytes(b"abc\0\0\0")
            await at.look()
            with at.path.open("r+b") as file:
                file.write(b"abcdef, and more")
            await at.look()
            assert at.file.generation == 0

        watch(steps)

    def test_a_file_that_is_away_for_a_moment_goes_on(self, watch):
        async def steps(at):
            at.path.write_text("one ")
            await at.look()
            at.path.rename(f"{at.path}.away")
            await at.look()
            assert at.file.size is None
            at.path.with_name("out.away").rename(at.path)
            with at.path.open("a") as file:
                file.write("two")
            await at.look()
            assert (at.file.generation, await at.text()) == (0, "one two")

        watch(steps)

    def test_of_much_the_last_part_is_in_memory_and_the_rest_is_read_when_it_is_wanted(
        self, watch, monkeypatch, reads
    ):
        monkeypatch.setattr(growth, "PIECE_BYTES", 10)
        monkeypatch.setattr(growth, "_BUFFERED_BYTES", 40)

        async def steps(at):
            at.path.write_text("x")
            await at.look()
            with at.path.open("a") as file:
                file.write("y" * 98 + "z")
            await at.look()
            assert sum(limit for _, limit in reads) < 100
            assert await at.text() == "x" + "y" * 98 + "z"

        watch(steps)

    @pytest.mark.parametrize("kind", ["fifo", "link", "directory", "nul"])
    def test_what_is_no_regular_file_is_none(self, watch, tmp_path, kind):
        path = tmp_path / "out"
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "link":
            (tmp_path / "secret").write_text("secret")
            path.symlink_to(tmp_path / "secret")
        elif kind == "directory":
            path.mkdir()

        async def steps(at):
            await at.look()
            assert (at.file.size, at.file.end) == (None, 0)

        watch(steps, "with\0nul" if kind == "nul" else path)


class TestManyFollowers:
    def test_a_hundred_have_one_reader_that_ends_with_the_last(self, tmp_path, reads):
        (tmp_path / "out").write_text("hello")

        async def follow(files, gate):
            async with files.watch(str(tmp_path / "out")) as file:
                await file.next_look()
                piece = await file.piece(0)
                await gate.wait()
                return piece

        async def run():
            files = GrowingFiles(Files("test"))
            gate = asyncio.Event()
            following = [asyncio.ensure_future(follow(files, gate)) for _ in range(100)]
            await asyncio.sleep(0.3)
            assert len(files._watched) == 1
            gate.set()
            pieces = await asyncio.gather(*following)
            assert files._watched == {}
            return pieces

        pieces = asyncio.run(run())
        assert {piece.text for piece in pieces} == {"hello"}
        assert len({id(piece) for piece in pieces}) == 1
        assert len(reads) <= 10  # one a look, and its mark
