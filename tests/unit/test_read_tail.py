"""The last part of a file: whatever its path leads to, only a regular file's is read."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.services.output import as_text, read_tail
from jupyter_slurm_api.store.outputs import Tail


class TestReadTail:
    @pytest.mark.parametrize(
        ("content", "limit", "tail"),
        [
            (b"", 10, b""),
            (b"hello\n", 10, b"hello\n"),
            (b"0123456789", 10, b"0123456789"),
            (b"0123456789a", 10, b"123456789a"),
            (b"0123456789", 1, b"9"),
            (b"0123456789", 0, b""),
            (b"\x00\xff\r\n", 10, b"\x00\xff\r\n"),
        ],
    )
    def test_the_last_part_of_a_file_and_its_whole_size(self, tmp_path, content, limit, tail):
        path = tmp_path / "with blanks %j.out"
        path.write_bytes(content)
        found = read_tail(str(path), limit)
        assert found == Tail(tail, len(content))
        assert found.truncated is (len(tail) < len(content))

    def test_five_gigabytes_cost_no_more_than_the_last_part(self, tmp_path):
        path = tmp_path / "large"
        with path.open("wb") as file:
            file.seek(5 << 30)
            file.write(b"the end")
        assert path.stat().st_blocks < 1000
        assert read_tail(str(path), 10) == Tail(b"\0\0\0the end", (5 << 30) + 7)

    def test_a_file_that_grows_meanwhile_gives_no_more_than_the_limit(self, tmp_path):
        path = tmp_path / "grows"
        path.write_bytes(b"x" * 100)
        with path.open("ab") as file:
            found = read_tail(str(path), 50)
            file.write(b"y" * 100)
        assert len(found.data) == 50

    def test_a_missing_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_tail(str(tmp_path / "missing"), 10)

    def test_a_fifo_does_not_block(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        with pytest.raises(OSError, match="not a regular file"):
            read_tail(str(tmp_path / "fifo"), 10)

    def test_a_directory(self, tmp_path):
        with pytest.raises(OSError, match="not a regular file"):
            read_tail(str(tmp_path), 10)

    @pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
    def test_a_device(self, device):
        with pytest.raises(OSError, match=r"not a regular file|No such device"):
            read_tail(device, 10)

    def test_a_link_is_not_followed(self, tmp_path):
        secret = tmp_path / "secret"
        secret.write_text("secret")
        (tmp_path / "link").symlink_to(secret)
        with pytest.raises(OSError, match="symbolic links"):
            read_tail(str(tmp_path / "link"), 10)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_one_may_not_read(self, tmp_path):
        path = tmp_path / "closed"
        path.touch(mode=0)
        with pytest.raises(PermissionError):
            read_tail(str(path), 10)

    def test_no_file_stays_open(self, tmp_path):
        os.mkfifo(tmp_path / "fifo")
        before = os.listdir("/proc/self/fd")  # noqa: PTH208 - /proc
        for path in 20 * [tmp_path / "fifo", tmp_path]:
            with pytest.raises(OSError, match="not a regular file"):
                read_tail(str(path), 10)
        assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208 - /proc


class TestAsText:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"", ""),
            (b"hello\n", "hello\n"),
            ("é日🚀".encode(), "é日🚀"),
            ("é日".encode()[1:], "日"),
            ("日x".encode()[1:], "x"),
            ("🚀x".encode()[1:], "x"),
            ("🚀x".encode()[3:], "x"),
            ("x🚀".encode()[:-1], "x\ufffd"),
            (b"caf\xe9!", "caf\ufffd!"),
            (b"\xff\xfe", "\ufffd\ufffd"),
            (b"a\0b\x1b[31m", "a\0b\x1b[31m"),
        ],
    )
    def test_text(self, data, text):
        assert as_text(data) == text

    def test_bytes_that_only_look_like_the_middle_of_characters_all_show(self):
        assert as_text(b"\x80" * 6) == "\ufffd" * 6

    @given(st.text(), st.integers(0, 50))
    def test_a_text_cut_anywhere_in_front_shows_whole_characters_only(self, text, cut):
        data = text.encode("utf-8", "replace")
        shown = as_text(data[cut:] + b"end")
        assert f"{data.decode()}end".endswith(shown)

    @given(st.binary())
    def test_no_bytes_make_it_raise(self, data):
        as_text(data)
