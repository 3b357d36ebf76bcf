"""A real JupyterLab (its Notebook 7 too) on a real Slurm, in Debian's chromium.

The server and the cluster are one for all these tests, the page is each test's own.
Pictures are written to the directory that SCREENSHOTS names, where it is set.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from clusters import personal_cluster
from jupyter_slurm_api.local.devcluster import DevCluster
from lab_page import LabPage, lab_server
from notebook_page import NotebookPage
from servers import Server

_CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep all on one worker: they share a cluster, a server and a browser."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict[str, Any]:
    """Playwright's own browsers are a download; Debian's is there."""
    return {
        **browser_type_launch_args,
        "executable_path": shutil.which("chromium"),
        "args": list(_CHROMIUM),
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args) -> dict[str, Any]:
    return {**browser_context_args, "viewport": {"width": 1280, "height": 1000}}


@pytest.fixture(scope="session")
def cluster_environment() -> Iterator[dict[str, str]]:
    """What a client needs to reach the cluster of these tests."""
    with personal_cluster() as environment:
        yield environment


@pytest.fixture
def controller(cluster_environment) -> int:
    """The process of their slurmctld."""
    return DevCluster(Path(cluster_environment["SLURM_CONF"]).parent).pid("slurmctld")


@pytest.fixture(scope="session")
def lab(tmp_path_factory, cluster_environment) -> Iterator[Server]:
    """JupyterLab, started as a user would; Notebook 7 is at /tree of it."""
    with lab_server(tmp_path_factory.mktemp("lab"), cluster_environment) as server:
        yield server


@pytest.fixture(scope="session")
def page(browser, browser_context_args) -> Page:
    """One page for all tests: JupyterLab takes seconds to come up."""
    return browser.new_context(**browser_context_args).new_page()


@pytest.fixture
def notebook(page, lab) -> Iterator[NotebookPage]:
    """Notebooks in a browser; what a test opens is closed with it, and the kernels end."""
    notebook = NotebookPage(page, lab)
    yield notebook
    notebook.close()


@pytest.fixture
def accessible(page):
    """Look with axe-core whether what a selector names is for everybody."""

    def check(selector: str) -> None:
        found = Axe().run(page, context={"include": [[selector]]})
        assert not found.response["violations"], found.generate_report()

    return check


@pytest.fixture
def picture(page):
    """Write a picture of what a locator shows, where somebody wants to look at them."""

    def write(name: str, locator: Any = None) -> None:
        if directory := os.environ.get("SCREENSHOTS"):
            path = Path(directory, f"{name}.png")
            (locator or page).screenshot(path=path)

    return write


@pytest.fixture(scope="session")
def opened_lab(browser, browser_context_args, lab) -> Iterator[LabPage]:
    context = browser.new_context(**browser_context_args)
    opened = LabPage(context.new_page(), lab)
    opened.open()
    yield opened
    context.close()


@pytest.fixture
def lab_page(opened_lab) -> Iterator[LabPage]:
    """JupyterLab, the same page for all tests; what one submits ends with it."""
    yield opened_lab
    opened_lab.end()
