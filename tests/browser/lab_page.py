"""JupyterLab in a browser, with what this package adds to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from servers import Server

_READY = """async () => {
  const app = window.jupyterapp;
  await app.started;
  await app.restored;
  await app.allPluginsActivated;
}"""
_COMMAND = """([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => {})"""
_CLOSE = """async () => {
  for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
    await widget.sessionContext?.shutdown();
    widget.dispose();
  }
}"""

_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}

PATIENCE_MS = 30_000


def lab_server(home: Path, cluster_environment: dict[str, str]) -> Server:
    """Return JupyterLab, to be started as a user would; Notebook 7 is at /tree of it."""
    for name, settings in _SETTINGS.items():
        path = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    places = {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
    }
    return Server(
        home,
        {**cluster_environment, **places},
        command=("lab",),
        arguments=(
            "--LabApp.expose_app_in_browser=True",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ),
    )


class LabPage:
    """One page with JupyterLab, and the jobs that a test submits beside it."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self._submitted: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)

    def open(self, path: str = "lab/workspaces/slurm?reset") -> None:
        joint = "&" if "?" in path else "?"
        self.page.goto(f"{self.server.url}{path}{joint}token={self.server.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate(_READY)

    def command(self, name: str, **args: object) -> None:
        """Do a command of JupyterLab's, and wait for its end."""
        self.page.evaluate(_COMMAND, [name, args])

    def close_tabs(self) -> None:
        """Close what is open in the main area as it is, and end its kernels."""
        self.page.evaluate(_CLOSE)

    @contextmanager
    def theme(self, name: str) -> Iterator[None]:
        """Show everything in another theme for a while."""
        try:
            self._change_theme(f"JupyterLab {name}")
            yield
        finally:
            self._change_theme("JupyterLab Light")

    def _change_theme(self, theme: str) -> None:
        self.command("apputils:change-theme", theme=theme)
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def panel(self) -> Locator:
        """Show the side bar's list."""
        self.command("jupyter-slurm-api:show-panel")
        return self.page.get_by_role("region", name="Slurm jobs")

    def queue(self) -> Locator:
        """Open the queue in the main area."""
        self.command("jupyter-slurm-api:open-queue")
        return self.page.locator(".jsa-Queue")

    def submit(
        self, script: str, name: str = "job", tags: Sequence[str] = (), **parameters: object
    ) -> str:
        """Submit a job, and return its Slurm id."""
        body = {"script": f"#!/bin/sh\n{script}", "name": name, "parameters": parameters}
        body["tags"] = list(tags)
        answer: dict[str, Any] = self.server.call("POST", "slurm/submit", json=body).json()
        self._submitted.append(answer["slurm_id"])
        return self._submitted[-1]

    def end(self) -> None:
        """Cancel what was submitted."""
        if self._submitted:
            body = {"action": "cancel", "ids": self._submitted}
            self.server.call("POST", "slurm/jobs/actions", json=body)
            self._submitted.clear()

    @contextmanager
    def answering(self, url: str, answer: dict[str, Any]) -> Iterator[None]:
        """Have these requests answered so, as the server cannot be made to in a test's time."""
        reason = answer.get("abort")
        self.page.route(
            url, lambda route: route.abort(reason) if reason else route.fulfill(**answer)
        )
        try:
            yield
        finally:
            self.page.unroute(url)
            self.command("jupyter-slurm-api:refresh")

    def accessible(self, selector: str) -> None:
        """Look with axe-core whether what a selector names is for everybody."""
        found = Axe().run(self.page, context={"include": [[selector]]})
        assert not found.response["violations"], found.generate_report()

    def picture(self, name: str, locator: Locator | None = None) -> None:
        """Write a picture, where somebody wants to look at them."""
        if directory := os.environ.get("SCREENSHOTS"):
            (locator or self.page).screenshot(path=Path(directory, f"{name}.png"))
