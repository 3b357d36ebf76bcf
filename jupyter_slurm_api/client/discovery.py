"""Which Jupyter server to ask: the one named, the one this program runs in, or any that runs here.

Runtime files are read and never removed, which Jupyter's own list does with those
whose process is not found: on a home that several hosts share, that is every
server of the other hosts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
from jupyter_core.paths import jupyter_runtime_dir

from .failures import ServerNotFound

_ANYWHERE: Final = ("", "0.0.0.0", "::", "*")  # noqa: S104 - what servers say, nothing is bound
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_PROBE_SECONDS: Final = 3.0
_HOW_TO_START: Final = (
    "No Jupyter server with the Slurm API runs here: start one with `jupyter lab`, or name one in"
    " JUPYTER_SLURM_URL and JUPYTER_SLURM_TOKEN."
)
_LOCKED: Final = (
    "The server at {url} has a password and no token: give it one with c.IdentityProvider.token in"
    " jupyter_server_config.py, or with the variable JUPYTER_TOKEN, and start it again."
)


@dataclass(frozen=True, slots=True)
class Server:
    """A Jupyter server; ``url`` ends with a slash, ``socket`` is a Unix socket's path.

    ``is_here`` tells that no proxy is to be asked for the way to it.
    """

    url: str
    token: str = field(default="", repr=False)
    socket: str | None = None
    is_here: bool = True

    @classmethod
    def at(cls, url: str, token: str = "") -> Server:
        """Return the server at an address as people write it, or Jupyter shows it.

        Raises:
            ServerNotFound: this is no address.
        """
        try:
            parts = urlsplit(url)
            is_address = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            is_address = False
        if not is_address or parts.scheme not in ("http", "https", "http+unix"):
            raise ServerNotFound(
                "A server's address begins with http:// or https://, as in http://127.0.0.1:8888/."
            )
        token = token or parse_qs(parts.query).get("token", [""])[0]
        path = parts.path.rstrip("/") + "/"
        if parts.scheme == "http+unix":
            return cls(f"http://localhost{path}", token, socket=unquote(parts.netloc))
        is_here = parts.hostname in _LOOPBACK
        return cls(f"{parts.scheme}://{parts.netloc}{path}", token, is_here=is_here)


@dataclass(frozen=True, slots=True)
class _Running:
    """A server of this user and host, as its runtime file tells of it."""

    server: Server
    pid: int
    url: str
    since: float
    lacks_token: bool


def find(
    url: str | None = None, token: str | None = None, environ: Mapping[str, str] = os.environ
) -> Server:
    """Return the server to ask.

    That is the one named; the one of ``JUPYTER_SLURM_URL`` and ``JUPYTER_SLURM_TOKEN``;
    that of JupyterHub which this program runs in; the one that started this kernel or
    terminal; else the newest that runs on this host. A token that is not given is
    looked up, if that server is one of this user's.

    Raises:
        ServerNotFound: there is none; the sentence says what to do.
    """
    if not url and environ.get("JUPYTER_SLURM_URL"):
        url, token = environ["JUPYTER_SLURM_URL"], token or environ.get("JUPYTER_SLURM_TOKEN")
    if url:
        server = Server.at(url, token or "")
        return server if server.token else _known(server)
    locked = None
    for server, lacks_token in _candidates(environ):
        if not _answers(server):
            continue
        if not lacks_token:
            return server
        locked = locked or server
    raise ServerNotFound(_LOCKED.format(url=locked.url) if locked else _HOW_TO_START)


def _known(server: Server) -> Server:
    """Return a server with its token, if it is one of this user's."""
    place = (server.url, server.socket)
    known = (one.server for one in _running() if (one.server.url, one.server.socket) == place)
    return next(known, server)


def _candidates(environ: Mapping[str, str]) -> Iterator[tuple[Server, bool]]:
    """Yield the servers that may be meant, the likeliest first, and whether a token is lacking."""
    hub = _of_hub(environ)
    if hub:
        yield hub, False
    running = _running()
    parent, terminal = environ.get("JPY_PARENT_PID"), environ.get("JUPYTER_SERVER_URL")
    running.sort(key=lambda one: (str(one.pid) != parent, one.url != terminal))
    for one in running:
        yield one.server, one.lacks_token


def _of_hub(environ: Mapping[str, str]) -> Server | None:
    """Return the single-user server of JupyterHub, which listens where the hub told it to."""
    names = ("JUPYTERHUB_SERVICE_URL", "JUPYTERHUB_SERVICE_PREFIX", "JUPYTERHUB_API_TOKEN")
    url, prefix, token = (environ.get(name, "") for name in names)
    if not (url and prefix and token):
        return None
    parts = urlsplit(url)
    if (parts.hostname or "") in _ANYWHERE:
        parts = parts._replace(netloc=f"127.0.0.1:{parts.port}" if parts.port else "127.0.0.1")
    path = f"/{prefix.strip('/')}/".replace("//", "/")
    return Server(f"{parts.scheme}://{parts.netloc}{path}", token)


def _running() -> list[_Running]:
    """Return this user's servers on this host, the newest first."""
    paths = Path(jupyter_runtime_dir()).glob("jpserver-*.json")
    found = [one for path in paths if (one := _read(path)) and _is_ours(one.pid)]
    return sorted(found, key=lambda one: one.since, reverse=True)


def _read(path: Path) -> _Running | None:
    try:
        return _told(json.loads(path.read_text()), path.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # it is just being written, or is none of Jupyter's


def _told(info: Mapping[str, Any], since: float) -> _Running:
    token, url = str(info["token"]), str(info["url"])
    if info["sock"]:
        server = Server(f"http://localhost{info['base_url']}", token, socket=str(info["sock"]))
    elif info["hostname"] in _ANYWHERE:
        scheme = urlsplit(url).scheme
        server = Server(f"{scheme}://127.0.0.1:{info['port']}{info['base_url']}", token)
    else:
        server = Server(url, token)
    lacks_token = bool(info["password"]) and not token
    return _Running(server, int(info["pid"]), url, since, lacks_token)


def _is_ours(pid: int) -> bool:
    """Tell whether this is a process here: the "localhost" of another host is not ours to ask."""
    try:
        os.kill(pid, 0)
    except OSError:  # no such process, or another account's
        return False
    return True


def _answers(server: Server) -> bool:
    """Tell whether the API is there; nothing secret is sent to find that out."""
    transport = httpx.HTTPTransport(uds=server.socket)
    with httpx.Client(transport=transport, timeout=_PROBE_SECONDS) as client:
        try:
            answer = client.get(f"{server.url}slurm/health")
            return answer.status_code == HTTPStatus.OK and "status" in answer.json()
        except (httpx.TransportError, ValueError):
            return False
