"""Lists and jobs as a notebook shows them, and as values; whatever others named is text."""

from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser

import pytest

from jupyter_slurm_api.cli import listing
from jupyter_slurm_api.cluster import amount
from jupyter_slurm_api.notebook import frames, looking
from jupyter_slurm_api.notebook.tables import JobCard, Listing
from jupyter_slurm_api.views import JobView

HOSTILE = "<script>alert(1)</script>&\"'\x1b[2J\u202e\0</td>"
AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
ROW = {
    "job_id": "12",
    "name": HOSTILE,
    "user": HOSTILE,
    "state": "PENDING",
    "time": "1-02:03:04",
    "nodes": "2",
    "nodelist": "",
    "state_code": "PD",
    "flags": (),
    "partition": HOSTILE,
    "reason": HOSTILE,
    "priority": None,
    "cpus": 4,
    "submit_time": "2026-01-01T00:00:00Z",
    "time_limit": "UNLIMITED",
    **dict.fromkeys(("account", "array_job_id", "array_task_id", "start_time", "end_time")),
    **dict.fromkeys(("estimated_start", "api_job_id")),
}
PARTITION = {
    "name": "debug",
    "state": "UP",
    "is_default": True,
    "time_limit": "1:00:00",
    "nodes": 3,
    "node_states": {"idle": 2, "mixed": 1},
    "cpus": amount(12, 2, 10),
    "memory": amount(3 << 30, 1 << 30, 2 << 30),
    "gpus": amount(4, 1, 3),
    "gpus_by_type": {"a100": amount(4, 1, 3)},
}


class Page(HTMLParser):
    """Reads HTML as a browser would: which elements, and which text in each cell."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.cells = [], [], []
        self.feed(page)
        self.cells = [cell.removesuffix("\n") for cell in self.cells]

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag in ("td", "th", "caption", "pre"):
            self.cells.append("")

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def queue(*rows, remarks=()):
    return Listing(
        "Slurm's queue",
        listing.QUEUE,
        rows,
        shape=frames.QUEUE,
        record=frames.of_queue,
        remarks=remarks,
    )


def job(**more):
    facts = {"job_id": "u", "slurm_id": "7", "status": "PENDING", "status_code": "", "user": "a"}
    return JobView(**(facts | more))


def page(shown):
    return Page(shown._repr_mimebundle_()["text/html"])


class TestListing:
    def test_it_is_a_sequence_of_its_rows(self):
        rows = queue(ROW, ROW | {"job_id": "13"})
        assert len(rows) == 2
        assert rows[1]["job_id"] == "13"
        assert [row["job_id"] for row in rows] == ["12", "13"]

    def test_its_text_is_the_command_line_s_table(self):
        assert repr(queue(ROW | {"name": "a"}, remarks=["Said."])).splitlines()[2] == "Said."
        assert repr(queue(ROW)).isascii()
        assert repr(queue(ROW)) == queue(ROW)._repr_mimebundle_()["text/plain"]

    def test_its_html_holds_no_element_but_ours(self):
        allowed = {"style", "table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
        assert set(page(queue(ROW, remarks=[HOSTILE])).elements) <= allowed

    def test_whatever_is_in_a_name_is_shown_as_text(self):
        cells = page(queue(ROW)).cells
        assert cells[cells.index("12") + 2].startswith(
            "<script>alert(1)</script>&\"'\\x1b[2J\\u202e"
        )

    def test_it_has_a_caption_and_heads_of_columns(self):
        found = page(queue(ROW))
        assert "Slurm's queue" in found.cells
        heads = [its for tag, its in found.attributes if tag == "th"]
        assert {its["scope"] for its in heads} == {"col"}

    @pytest.mark.parametrize(
        ("state", "tone"),
        [
            ("PENDING", "waits"),
            ("REQUEUE_HOLD", "waits"),
            ("RUNNING", "going"),
            ("COMPLETING", "going"),
            ("OF_A_NEWER_SLURM", "going"),
            ("COMPLETED", "good"),
            ("FAILED", "bad"),
            ("UNKNOWN", "bad"),
        ],
    )
    def test_a_state_is_a_word_with_a_mark_beside(self, state, tone):
        found = page(queue(ROW | {"state": state}))
        assert state in found.cells
        assert [its["data-tone"] for _, its in found.attributes if "data-tone" in its] == [tone]

    def test_a_long_one_is_not_saved_with_the_notebook(self):
        rows = queue(*[ROW] * 501)
        assert page(rows).elements.count("tr") == 501
        assert repr(rows).endswith("The first 500 of 501 are shown: --df gives them all.")
        assert len(rows) == 501


class TestFrame:
    def test_of_the_queue(self):
        frame = queue(ROW, ROW | {"submit_time": None, "nodes": "2-4"}).frame()
        assert frame["submit_time"][0] == AT
        assert frame["time"][0] == timedelta(days=1, hours=2, minutes=3, seconds=4)
        assert frame["nodes"].sum() == 2
        assert frame["cpus"].sum() == 8
        assert frame[["submit_time", "nodes"]].isna().sum().tolist() == [1, 1]
        assert frame["name"][0] == HOSTILE

    def test_of_jobs(self):
        jobs = [job(submit_time=AT, exit_code=1), job(usage={"elapsed": 5, "max_rss": 1 << 40})]
        frame = looking._jobs(jobs, []).frame()
        assert frame["submit_time"][0] == AT
        assert frame["exit_code"].sum() == 1
        assert frame["max_rss"].max() == 1 << 40

    def test_of_partitions(self):
        frame = frames.frame(frames.PARTITIONS, [frames.of_partition(PARTITION)])
        assert frame.loc[0, ["cpus_free", "gpus_total", "nodes"]].tolist() == [10, 4, 3]

    @pytest.mark.parametrize(
        "shape", [frames.QUEUE, frames.JOBS, frames.PARTITIONS, frames.ESTIMATES]
    )
    def test_of_nothing_it_has_the_same_columns(self, shape):
        frame = frames.frame(shape, [])
        assert list(frame.columns) == list(shape)
        assert {str(frame[name].dtype) for name in shape if name.endswith("_time")} <= {
            "datetime64[ns, UTC]"
        }

    def test_without_pandas_a_sentence_says_how_to_get_it(self, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "pandas", None)
        with pytest.raises(Exception, match="%pip install pandas"):
            queue(ROW).frame()


class TestPartitions:
    def test_what_is_free_is_said(self):
        texts = [column.value(PARTITION) for column in looking._PARTITIONS]
        assert texts == [
            *("debug (default)", "UP", "1:00:00", "3 (2 idle, 1 mixed)", "10 of 12"),
            *("2 GiB of 3 GiB", "a100: 3 of 4"),
        ]

    def test_of_gpus_without_a_type_and_of_none(self):
        assert looking._free_gpus(PARTITION | {"gpus_by_type": {}}) == "3 of 4"
        none = PARTITION | {"gpus": amount(0, 0, 0), "gpus_by_type": {}}
        assert looking._free_gpus(none) == "none"


class TestCard:
    def test_it_is_text_that_goes_on_with_magics(self):
        shown = JobCard(job(name="fit", reason="JobHeldUser", explanation="You hold it."))
        assert "%slurm release 7" in repr(shown)
        cells = page(shown).cells
        assert cells[:3] == ["Job 7  fit", "State", "PENDING (JobHeldUser)You hold it."]
        assert "%slurm release 7%slurm cancel 7" in cells

    def test_whatever_a_job_holds_is_text(self):
        hostile = job(
            **dict.fromkeys(("name", "comment", "work_dir", "reason", "explanation"), HOSTILE),
            output=f"\x1b[31m{HOSTILE}\x1b[0m",
        )
        allowed = {"style", "table", "caption", "tr", "th", "td", "br", "code", "p", "pre"}
        found = page(JobCard(hostile))
        assert set(found.elements) <= allowed
        assert found.cells[-1].startswith("<script>alert(1)</script>&\"'\\x1b[2J")
