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
_OPEN = """path => window.jupyterapp.commands.execute('docmanager:open', {path}).then(() => {})"""
_IS_OPEN = """path => {
  const panel = window.jupyterapp?.shell.currentWidget;
  return panel?.sessionContext && panel.context.path === path;
}"""
_RUN = """index => {
  const app = window.jupyterapp;
  app.shell.currentWidget.content.activeCellIndex = index;
  app.commands.execute('notebook:run-cell');
}"""
_CLOSE = """async () => {
  for (const widget of [...window.jupyterapp.shell.widgets('main')]) {
    if (!widget.sessionContext) continue;
    await widget.sessionContext.shutdown();
    widget.dispose();
  }
}"""
_CELL = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-cell"

PATIENCE_MS = 30_000

Application = Literal["lab", "notebook"]


class NotebookPage:
    """A notebook at a time: in a JupyterLab that stays, or in a page of Notebook 7."""

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

    def open(self, name: str, *cells: str, within: Application = "lab") -> None:
        """Open a notebook, one of these cells if there are any, and wait for its kernel."""
        if cells:
            self.write(name, *cells)
        if within == "notebook":
            self._visit(f"notebooks/{name}?")
        elif "/lab" not in self.page.url:
            self._visit("lab?reset&")
        if within == "lab":
            self.page.evaluate(_OPEN, name)
        self.page.wait_for_function(_IS_OPEN, arg=name)
        self.page.evaluate(_KERNEL_READY)

    def _visit(self, path: str) -> None:
        self.page.goto(f"{self.server.url}{path}token={self.server.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate(_READY)

    def close(self) -> None:
        """Close all notebooks as they are, and end their kernels."""
        self.page.evaluate(_CLOSE)

    def run(self, index: int = 0) -> Locator:
        """Run a cell, wait for nothing, and return its output area."""
        self.page.evaluate(_RUN, index)
        return self.output(index)

    def output(self, index: int = 0) -> Locator:
        """Return what is shown below a cell."""
        return self.page.locator(_CELL).nth(index).locator(".jp-Cell-outputArea")

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
