"""Questions to a real MongoDB, each answered by an index: what else is there is not read."""

from __future__ import annotations

import asyncio

import pytest
from stores import NOW, make, moved
from waiting import Waiting

from jupyter_slurm_api.array import ArrayTask
from jupyter_slurm_api.search import SORTABLE, JobSearch
from jupyter_slurm_api.store import names as names_module
from jupyter_slurm_api.store.search import SearchStore


class TestQuestions:
    @pytest.fixture
    def read(self, jobs, documents_read):
        """Ask something among a thousand jobs; how many documents MongoDB read for it."""
        ended = {"status": "COMPLETED", "output_kept": True, "accounted": True}
        many = [
            make(str(number), idempotency_key=f"key-{number}", **ended) for number in range(1000)
        ]
        task = ArrayTask(array_job_id="5", array_slurm_id="5", task_id=1, own_slurm_id="6666")
        unfinished = {"task": task, "output_kept": False, "accounted": False}
        many += [make("live"), make("task", **ended | unfinished)]
        assert jobs.write([], many)
        return lambda question: documents_read(lambda: question(jobs))

    @pytest.mark.parametrize(
        "question",
        [
            lambda jobs: jobs.get("7"),
            lambda jobs: jobs.get_by_slurm_id("7", "here"),
            lambda jobs: jobs.get_by_slurm_id("6666", "here"),
            lambda jobs: jobs.by_key("key-7"),
            lambda jobs: jobs.live("here"),
            lambda jobs: jobs.unkept("here"),
            lambda jobs: jobs.unaccounted("here"),
            lambda jobs: jobs.find("here", ["7", "8"], ["9"]),
        ],
    )
    def test_each_is_answered_without_reading_other_jobs(self, read, question):
        assert read(question) < 10


class TestLists:
    LIMIT = 20

    @pytest.fixture
    def lists(self, mongo, jobs):
        """A thousand jobs, a hundred of which have 77 in their names."""
        names = [f"fold-{77 if number % 10 == 0 else 11}-{number}" for number in range(1000, 2000)]
        ended = {"status": "COMPLETED", "partition": "debug", "account": "lab", "start_time": NOW}
        facts = [{}, ended, ended | {"end_time": NOW}]
        assert jobs.write([], [make(name, name=name, **facts[int(name[-1]) % 3]) for name in names])
        return Waiting(SearchStore(mongo, "ada"))

    @pytest.mark.parametrize("direction", ["", "-"])
    @pytest.mark.parametrize("field", SORTABLE)
    def test_by_a_part_that_many_names_have_read_the_jobs_of_the_page_alone(
        self, lists, documents_read, monkeypatch, field, direction
    ):
        monkeypatch.setattr(names_module, "_FEW", 50)
        asked = {"name": "FOLD-77", "sort": direction + field, "limit": self.LIMIT}
        first = lists.page(JobSearch(**asked))
        second = JobSearch(**asked, cursor=first.next_place.cursor())
        assert (len(first.documents), first.total) == (self.LIMIT, 100)
        for search in (JobSearch(**asked), second):
            read = documents_read(lambda s=search: lists.page(s))
            assert read <= 2 * (self.LIMIT + 1)  # what passes two filters is counted twice

    @pytest.mark.parametrize("direction", ["", "-"])
    def test_behind_a_cursor_read_nothing_of_what_is_before(self, lists, documents_read, direction):
        asked = {"state": ["COMPLETED"], "partition": ["debug"], "sort": f"{direction}name"}
        middle = lists.page(JobSearch(**asked, limit=500)).next_place.cursor()
        search = JobSearch(**asked, cursor=middle, limit=self.LIMIT)
        read = documents_read(lambda: lists.page(search, 0))
        assert read <= 2 * (self.LIMIT + 1)  # a third of the jobs between has another state

    def test_a_database_that_was_dropped_gets_its_indexes_again(self, lists, jobs, mongo, in_mongo):
        asyncio.run(mongo.run("write", lambda database: database.client.drop_database(database)))
        assert jobs.insert(make("new"))
        assert lists.page(JobSearch()).total == 1
        assert "job_key" in in_mongo(lambda database: database["jobs"].index_information())


class TestAPartOfTheName:
    FEW = 40
    LONG_S = "ta\N{LATIN SMALL LETTER LONG S}k"  # for MongoDB that is a small S
    PARTS = (
        *("fold-77", "OLD-77", "77", "e7", "x", "long", "no", "?", "a.b"),
        *("é", "straße", "STRASSE", "task", LONG_S),
    )

    @pytest.fixture
    def names(self, jobs, monkeypatch):
        """A thousand jobs, each hundredth of which has 77 in its name, and some odd names."""
        monkeypatch.setattr(names_module, "_FEW", self.FEW)
        names = [f"fold-{77 if number % 100 == 0 else 11}-{number}" for number in range(1000, 2000)]
        names += ["e7", "x", None, "", "é", "STRASSE", "straße", "a.b", "a?b", self.LONG_S]
        names += ["long" * 100 + "fold-77", "\N{SNOWMAN} fold-77", "Fold-77"]
        made = [make(f"{number}", name=name) for number, name in enumerate(names)]
        task = ArrayTask(array_job_id="5", array_slurm_id="5", task_id=1, own_slurm_id="6666")
        assert jobs.write([], [*made, make("task", name="fold-77", task=task)])
        return names

    @pytest.fixture
    def found(self, mongo):
        """Return the names with a part, page by page."""
        store = Waiting(SearchStore(mongo, "ada"))

        def find(part):
            asked = {"name": part, "sort": "name", "limit": 3}
            pages = [store.page(JobSearch(**asked))]
            while place := pages[-1].next_place:
                pages.append(store.page(JobSearch(**asked, cursor=place.cursor())))
            found = [job["name"] for page in pages for job in page.documents]
            assert {page.total for page in pages} == {len(found)}
            return sorted(found)

        return find

    def test_finds_what_reading_all_names_finds(self, names, found, monkeypatch):
        by_parts = {part: found(part) for part in self.PARTS}
        monkeypatch.setattr(names_module, "narrowed", lambda *_: {})
        assert by_parts == {part: found(part) for part in self.PARTS}
        assert len(by_parts["fold-77"]) == 13

    def test_reads_the_jobs_that_have_it_alone(self, names, found, mongo, documents_read):
        page = Waiting(SearchStore(mongo, "ada")).page
        read = documents_read(lambda: page(JobSearch(name="fold-77", sort="name")))
        odd = 10  # names that have no parts
        assert read <= 2 * (11 + odd)

    def test_a_job_is_found_by_its_new_name_and_not_by_the_old_one(self, names, found, jobs):
        assert jobs.write([moved(jobs.get("5"), name="renamed")], [])
        assert found("named") == ["renamed"]
        assert found(names[5]) == []

    def test_jobs_that_were_written_before_names_had_parts_are_found(self, names, found, in_mongo):
        parts = {"$unset": {names_module.PARTS: True}}
        in_mongo(lambda database: database["jobs"].update_one({"name": "Fold-77"}, parts))
        assert "Fold-77" in found("fold-77")
