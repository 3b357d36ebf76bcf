"""A notebook in a browser, JupyterLab's or Notebook 7's, driven by their own commands."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import nbformat
from playwright.sync_api import Locator, Page, expect

from servers import Server

_READY = """async () => {
  const app = window.jupyterapp;
  await app.started;
  await app.restored;
  await app.allPluginsActivated;
}"""
_KERNEL_READY = """async () => {
  const {context, sessionContext} = window.jupyterapp.shell.currentWidget;
  await context.ready;
  await sessionContext.ready;
  await sessionContext.session?.kernel?.info;
}"""
_RUN = """index => {
  const app = window.jupyterapp;
  app.shell.currentWidget.content.activeCellIndex = index;
  app.commands.execute('notebook:run-cell');
}"""

PATIENCE_MS = 30_000


class NotebookPage:
    """One page with one notebook."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)

    def write(self, name: str, *cells: str) -> Path:
        """Write a notebook of code cells into the server's root directory."""
        written = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        )
        path = self.server.work_dir / name
        nbformat.write(written, path)
        return path

    def open(
        self,
        name: str,
        *cells: str,
        within: Literal["lab", "notebook"] = "lab",
        kernel: bool = True,
    ) -> None:
        """Open a notebook, one of these cells if there are any, and wait for its kernel."""
        if cells:
            self.write(name, *cells)
        path = f"lab/tree/{name}?reset&" if within == "lab" else f"notebooks/{name}?"
        self.page.goto(f"{self.server.url}{path}token={self.server.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate(_READY)
        self.page.wait_for_function("window.jupyterapp.shell.currentWidget?.sessionContext")
        if kernel:
            self.page.evaluate(_KERNEL_READY)

    def run(self, index: int = 0) -> Locator:
        """Run a cell, wait for nothing, and return its output area."""
        self.page.evaluate(_RUN, index)
        return self.output(index)

    def output(self, index: int = 0) -> Locator:
        """Return what is shown below a cell."""
        return self.page.locator(".jp-Notebook-cell").nth(index).locator(".jp-Cell-outputArea")

    def command(self, name: str, **arguments: object) -> None:
        """Do a command of the application, and wait for its end."""
        script = "([name, given]) => window.jupyterapp.commands.execute(name, given).then(() => {})"
        self.page.evaluate(script, [name, arguments])

    def theme(self, name: Literal["Light", "Dark"]) -> None:
        """Change the application's theme."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name}")
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg=str(name == "Light").lower(),
        )
