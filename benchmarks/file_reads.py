"""A server extension that counts how often each file is opened in the server's process.

``GET benchmark/reads?path=`` answers with the number for one file.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

_opened: Counter[str] = Counter()


def _count(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        _opened[arguments[0]] += 1


class ReadsHandler(APIHandler):
    """Shows the counts."""

    @web.authenticated
    def get(self) -> None:
        """Answer with how often a file was opened."""
        self.finish({"opened": _opened[self.get_query_argument("path")]})


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "file_reads"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    sys.addaudithook(_count)
    path = url_path_join(serverapp.web_app.settings["base_url"], "benchmark/reads")
    serverapp.web_app.add_handlers(".*", [(path, ReadsHandler)])
