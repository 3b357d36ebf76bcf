"""Measures what JupyterLab's side of this package costs: the browser, the server, and Slurm.

    python benchmarks/lab.py [--jobs 10000] [--minutes 3]

Brings up a personal cluster with a long queue, a Jupyter server with the extension and its own
MongoDB, and Debian's chromium without a screen; opens JupyterLab, scrolls, waits for changes,
and counts what pages ask for that nobody touches. Prints a table in Markdown, and takes all down.
It needs what `scripts/setup dev` installs.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from cluster import BareSlurm, personal_cluster
from figures import Figure, milliseconds, percentile, spread
from playwright.sync_api import Browser, Page, sync_playwright
from report import Report, scratch
from server import CommandLog, Server

_BUNDLE: Final = Path(__file__).parents[1] / "jupyter_slurm_api" / "labextension" / "static"
_MOST_BYTES: Final = 150_000
_TIMES: Final = 7
_CHROMIUM: Final = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
_OPTIONS: Final = (
    "--LabApp.expose_app_in_browser=True",
    "--SlurmApi.active_interval=5",
    "--SlurmApi.min_interval=5",
)
_QUIET: Final = {
    "fetchNews": "false",
    "checkForUpdates": False,
}
_READY: Final = "async () => { await window.jupyterapp.restored; return performance.now(); }"
_ROWS: Final = """() => new Promise(resolve => {
  const look = () => document.querySelector('.jsa-Tree [role=treeitem][aria-level="2"]')
    ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
})"""
_FRAMES: Final = """async seconds => {
  const view = document.querySelector('.jsa-Grid');
  const frames = [];
  let before = performance.now();
  const end = before + 1000 * seconds;
  while (before < end) {
    view.scrollTop += 400;
    const now = await new Promise(requestAnimationFrame);
    frames.push((now - before) / 1000);
    before = now;
  }
  return frames;
}"""
_IS_SHOWN: Final = """([text, wanted]) => new Promise(resolve => {
  const shown = () => (document.querySelector('.jsa-Tree')?.textContent ?? '').includes(text);
  const look = () => shown() === wanted ? resolve(Date.now() / 1000) : requestAnimationFrame(look);
  look();
})"""


def figures(root: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """Measure part after part, on one server."""
    yield _bundle()
    log = CommandLog(root / "programs")
    with ExitStack() as stack:
        slurm = stack.enter_context(personal_cluster(root / "cluster"))
        home = root / "home"
        _settle(home)
        server = stack.enter_context(Server(home, slurm.environ, _OPTIONS, log.directory))
        slurm.fill(options.jobs)
        server.wait_for_jobs(options.jobs)
        playwright = stack.enter_context(sync_playwright())
        chromium = {"executable_path": shutil.which("chromium"), "args": list(_CHROMIUM)}
        browser = stack.enter_context(playwright.chromium.launch(**chromium))  # type: ignore[arg-type]
        yield from _opening(browser, server)
        yield from _scrolling(browser, server, options.jobs)
        yield from _changing(browser, server, slurm)
        slurm.cancel_waiting()
        subprocess.run(["scancel", "--me"], env=slurm.environ, check=True, timeout=60)
        time.sleep(60)  # until the queue is empty, and the server knows
        for pages in (0, 1, 10):
            yield _idle(browser, server, log, pages, options.minutes)


def _settle(home: Path) -> None:
    """Keep JupyterLab from asking the network for news."""
    name = "notification.jupyterlab-settings"
    path = home / "config" / "lab" / "user-settings" / "@jupyterlab" / "apputils-extension" / name
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(_QUIET))


def _bundle() -> Figure:
    size = sum(len(gzip.compress(path.read_bytes())) for path in _BUNDLE.glob("*.js"))
    return Figure(
        "The bundle, compressed by gzip",
        f"{size / 1000:.0f} kB",
        aim=f"< {_MOST_BYTES // 1000} kB",
        met=size < _MOST_BYTES,
    )


def _open(browser: Browser, server: Server, number: int = 0) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    page.set_default_timeout(120_000)
    where = f"http://127.0.0.1:{server.port}/lab/workspaces/w{number}"
    page.goto(f"{where}?reset&token={server.token}", wait_until="commit")
    page.wait_for_function("window.jupyterapp !== undefined")
    return page


def _command(page: Page, name: str) -> None:
    page.evaluate("name => window.jupyterapp.commands.execute(name).then(() => {})", name)


def _opening(browser: Browser, server: Server) -> Iterator[Figure]:
    rows, bare = [], []
    for _ in range(_TIMES):
        page = _open(browser, server)
        bare.append(page.evaluate(_READY) / 1000)
        _command(page, "jupyter-slurm-api:show-panel")
        rows.append(page.evaluate(_ROWS) / 1000)
        page.context.close()
    what = "From opening JupyterLab until one's jobs are shown, against JupyterLab's own start"
    yield Figure(what, spread(rows), spread(bare))


def _scrolling(browser: Browser, server: Server, jobs: int) -> Iterator[Figure]:
    page = _open(browser, server)
    page.evaluate(_READY)
    _command(page, "jupyter-slurm-api:open-queue")
    page.wait_for_selector(".jsa-Grid-line")
    frames: list[float] = page.evaluate(_FRAMES, 5)
    page.context.close()
    yield Figure(f"A frame while {jobs:,} rows are scrolled, drawn without a GPU", spread(frames))


def _changing(browser: Browser, server: Server, slurm: BareSlurm) -> Iterator[Figure]:
    page = _open(browser, server)
    page.evaluate(_READY)
    _command(page, "jupyter-slurm-api:show-panel")
    late = []
    for _ in range(_TIMES):
        job = _submit(server)
        running = f"{job} · RUNNING"
        page.evaluate(_IS_SHOWN, [running, True])
        began = time.time()
        subprocess.run(["scancel", job], env=slurm.environ, check=True, timeout=60)
        late.append(page.evaluate(_IS_SHOWN, [running, False]) - began)
    page.context.close()
    yield Figure(
        "From scancel in a terminal until the panel shows it, one look every 5 s",
        f"p50 {milliseconds(percentile(late, 50))}, max {milliseconds(max(late))} (n={len(late)})",
    )


def _submit(server: Server) -> str:
    script = "#!/bin/sh\n#SBATCH --output=/dev/null\nsleep 600\n"
    answer = json.loads(server.call("POST", "/submit", {"script": script}).body)
    return str(answer["slurm_id"])


def _idle(browser: Browser, server: Server, log: CommandLog, pages: int, minutes: float) -> Figure:
    """Count what pages ask for that show the panel, while nothing happens."""
    asked: list[str] = []
    opened = [_open(browser, server, number) for number in range(pages)]
    for page in opened:
        page.evaluate(_READY)
        _command(page, "jupyter-slurm-api:show-panel")
        page.on("request", lambda request: asked.append(request.url))
    if opened:
        opened[0].wait_for_timeout(30_000)  # what comes with opening is not counted
    asked.clear()
    log.clear()
    _wait(opened, minutes)
    commands, ours = sum(log.started().values()), [url for url in asked if "/slurm/" in url]
    for page in opened:
        page.context.close()
    times = 60 / minutes
    what = {0: "nobody looks", 1: "one idle panel"}.get(pages, f"{pages} idle panels")
    return Figure(
        f"An hour of {what}, no job of one's own",
        f"{len(ours) * times:,.0f} requests of ours of {len(asked) * times:,.0f};"
        f" {commands * times:,.0f} commands of Slurm",
    )


def _wait(pages: list[Page], minutes: float) -> None:
    """Wait, and hear what the pages ask for meanwhile."""
    if pages:
        pages[0].wait_for_timeout(60_000 * minutes)
    else:
        time.sleep(60 * minutes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", type=int, default=10_000, help="in the queue (10000)")
    parser.add_argument("--minutes", type=float, default=3, help="in which requests count (3)")
    options = parser.parse_args()
    report = Report()
    with scratch() as root:
        report.add("lab", figures(root, options))
    report.print()


if __name__ == "__main__":
    main()
