"""The directory of a run: this user's alone, or nothing is read from it."""

from __future__ import annotations

import os

import pytest

from jupyter_slurm_api.runs.directory import RunDirectory, UnsafeFileError, write_whole


@pytest.fixture
def directory(tmp_path):
    made = RunDirectory.create(tmp_path)
    made.results("12").mkdir(0o700)
    write_whole(made.results("12") / "outcome.json", b"{}")
    return made


class TestCreate:
    def test_it_is_private_and_below_the_work_directory(self, directory, tmp_path):
        assert directory.path.parent == tmp_path / ".slurm-runs"
        assert directory.path.stat().st_mode & 0o777 == 0o700
        assert directory.path.parent.stat().st_mode & 0o777 == 0o700

    def test_git_takes_no_notice_of_it(self, directory):
        assert (directory.path.parent / ".gitignore").read_text() == "*\n"

    def test_each_run_has_one_of_its_own(self, directory, tmp_path):
        assert RunDirectory.create(tmp_path).path != directory.path

    def test_not_among_runs_that_others_have_access_to(self, directory, tmp_path):
        directory.path.parent.chmod(0o777)
        with pytest.raises(UnsafeFileError, match="chmod"):
            RunDirectory.create(tmp_path)


class TestOfAJob:
    def test_by_its_tag(self, directory, tmp_path):
        found = RunDirectory.of(str(tmp_path), ["mine", directory.tag])
        assert found is not None
        assert found.path == directory.path

    @pytest.mark.parametrize("tags", [[], ["mine"], ["run=../../etc"], ["run="]])
    def test_no_run_of_ours(self, tmp_path, tags):
        assert RunDirectory.of(str(tmp_path), tags) is None

    def test_a_job_whose_directory_is_not_known(self, directory):
        assert RunDirectory.of(None, [directory.tag]) is None


class TestRead:
    def test_what_was_written(self, directory):
        directory.write("run.json", b"[]")
        assert directory.read("run.json") == b"[]"
        assert directory.read("results/12/outcome.json") == b"{}"

    def test_what_is_not_there(self, directory):
        with pytest.raises(FileNotFoundError):
            directory.read("results/13/outcome.json")

    @pytest.mark.parametrize("part", ["", "results", "results/12"])
    def test_not_below_a_directory_that_others_have_access_to(self, directory, part):
        (directory.path / part).chmod(0o750)
        with pytest.raises(UnsafeFileError, match="Others have access"):
            directory.read("results/12/outcome.json")

    def test_not_a_file_that_others_could_have_written(self, directory):
        (directory.results("12") / "outcome.json").chmod(0o620)
        with pytest.raises(UnsafeFileError, match="Others have access"):
            directory.read("results/12/outcome.json")

    def test_not_what_belongs_to_somebody_else(self, directory, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
        with pytest.raises(UnsafeFileError, match="belongs to somebody else"):
            directory.read("results/12/outcome.json")

    def test_not_by_a_link(self, directory):
        (directory.path / "link").symlink_to(directory.results("12") / "outcome.json")
        with pytest.raises(OSError, match="symbolic"):
            directory.read("link")

    def test_not_below_a_link(self, directory):
        (directory.path / "link").symlink_to(directory.results("12"))
        with pytest.raises(OSError, match="Not a directory"):
            directory.read("link/outcome.json")

    def test_a_pipe_holds_nobody_up(self, directory):
        os.mkfifo(directory.path / "pipe", 0o600)
        with pytest.raises(UnsafeFileError, match="no file"):
            directory.read("pipe")
