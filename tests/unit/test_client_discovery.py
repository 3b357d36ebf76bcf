"""Which server is asked: each way to know it, and what is never asked."""

import json
import os
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from jupyter_slurm_api.client import Server, ServerNotFound, SlurmClient
from jupyter_slurm_api.client.discovery import find

NOBODY = 2**22 + 1  # larger than any process id


@pytest.fixture(autouse=True)
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def live():
    """A server that has the API, and one that has not; which headers they were sent."""
    heard = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(dict(self.headers))
            found = self.path.endswith("/slurm/health") and not self.path.startswith("/bare")
            body = b'{"status": "ok"}' if found else b"{}"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.heard = heard
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def announce(runtime, live):
    """Write the runtime file of a server; the later, the newer."""
    at = [1_000_000_000]

    def write(base_url="/", *, pid=None, **info):
        pid = pid or os.getpid()
        port = live.server_address[1]
        told = {
            "base_url": base_url,
            "hostname": "127.0.0.1",
            "password": False,
            "pid": pid,
            "port": port,
            "sock": "",
            "token": f"token of {base_url}",
            "url": f"http://127.0.0.1:{port}{base_url}",
        } | info
        path = runtime / f"jpserver-{at[0]}.json"
        path.write_text(json.dumps(told))
        at[0] += 1
        os.utime(path, (at[0], at[0]))
        return told["url"]

    return write


class TestNamed:
    def test_the_url_that_is_given_is_taken_as_it_is(self):
        environ = {"JUPYTER_SLURM_URL": "http://other/", "JUPYTER_SLURM_TOKEN": "other"}
        assert find("http://a:1/b", "t", environ) == Server("http://a:1/b/", "t", is_here=False)

    def test_the_environment_s_comes_next(self, announce):
        announce()
        environ = {"JUPYTER_SLURM_URL": "http://127.0.0.1:9/x/", "JUPYTER_SLURM_TOKEN": "t"}
        assert find(environ=environ) == Server("http://127.0.0.1:9/x/", "t")

    def test_a_token_of_the_environment_goes_nowhere_else(self):
        environ = {"JUPYTER_SLURM_URL": "http://other/", "JUPYTER_SLURM_TOKEN": "secret"}
        assert find("http://127.0.0.1:1/", environ=environ).token == ""

    def test_the_token_of_a_server_that_runs_here_is_known(self, announce):
        assert find(announce("/x/")[:-1], environ={}).token == "token of /x/"

    def test_a_url_as_jupyter_prints_it_has_its_token(self):
        server = find("http://localhost:8888/lab-1/?token=abc", environ={})
        assert (server.url, server.token) == ("http://localhost:8888/lab-1/", "abc")

    def test_a_unix_socket(self):
        server = find("http+unix://%2Frun%2Fj.sock/b/", "t", {})
        assert server == Server("http://localhost/b/", "t", socket="/run/j.sock")

    @pytest.mark.parametrize(
        "url", ["localhost:8888", "/lab", "ftp://x/", "http://", "http://a:b/", "http://["]
    )
    def test_what_is_no_address(self, url):
        with pytest.raises(ServerNotFound, match="begins with http"):
            find(url, environ={})

    def test_no_proxy_is_asked_for_the_way_to_this_host(self, live, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with SlurmClient(f"http://127.0.0.1:{live.server_address[1]}/") as client:
            assert client.health().status == "ok"

    def test_for_the_way_to_another_host_one_may_be(self):
        assert not find("https://hub.example/user/a/", environ={}).is_here


class TestHub:
    @pytest.mark.parametrize("host", ["0.0.0.0", "", "127.0.0.1", "[::]"])
    def test_the_single_user_server_is_asked_where_the_hub_told_it_to_listen(self, live, host):
        port = live.server_address[1]
        environ = {
            "JUPYTERHUB_SERVICE_URL": f"http://{host}:{port}/user/a%20b/",
            "JUPYTERHUB_SERVICE_PREFIX": "/user/a%20b/",
            "JUPYTERHUB_API_TOKEN": "of the hub",
        }
        server = find(environ=environ)
        assert server == Server(f"http://127.0.0.1:{port}/user/a%20b/", "of the hub")

    def test_one_that_does_not_answer_is_passed_over(self, announce):
        url = announce()
        environ = {
            "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:9/",
            "JUPYTERHUB_SERVICE_PREFIX": "/",
            "JUPYTERHUB_API_TOKEN": "of the hub",
        }
        assert find(environ=environ).url == url


class TestRunning:
    def test_the_server_that_started_this_kernel(self, announce):
        with subprocess.Popen(["sleep", "60"]) as parent:
            mine = announce("/mine/", pid=parent.pid)
            announce("/newer/")
            found = find(environ={"JPY_PARENT_PID": str(parent.pid)})
            parent.kill()
        assert found.url == mine

    def test_the_server_that_this_terminal_belongs_to(self, announce):
        mine = announce("/mine/")
        announce("/newer/")
        assert find(environ={"JUPYTER_SERVER_URL": mine}).token == "token of /mine/"

    def test_else_the_newest(self, announce):
        announce("/old/")
        newest = announce("/new/")
        assert find(environ={}).url == newest

    def test_one_without_the_api_is_passed_over(self, announce):
        usable = announce("/old/")
        announce("/bare/")
        assert find(environ={}).url == usable

    def test_one_whose_process_is_not_here_is_not_asked_and_its_file_stays(
        self, announce, runtime, live
    ):
        announce(pid=NOBODY)
        with pytest.raises(ServerNotFound):
            find(environ={})
        assert live.heard == []
        assert list(runtime.iterdir())

    def test_another_account_s_process_is_not_ours(self, announce, live, monkeypatch):
        def refuse(pid, signal):
            raise PermissionError

        monkeypatch.setattr(os, "kill", refuse)
        announce()
        with pytest.raises(ServerNotFound):
            find(environ={})
        assert live.heard == []

    def test_one_that_listens_everywhere_is_asked_on_the_loopback(self, announce, live):
        port = live.server_address[1]
        announce(hostname="0.0.0.0", url=f"http://a-host-of-no-name:{port}/")
        assert find(environ={}).url == f"http://127.0.0.1:{port}/"

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"token": 1}', "\xff", "null"])
    def test_a_file_that_is_no_server_s_does_no_harm(self, announce, runtime, text):
        url = announce()
        (runtime / "jpserver-1.json").write_bytes(text.encode("latin-1"))
        assert find(environ={}).url == url

    def test_a_password_without_a_token_is_told_with_what_to_set(self, announce):
        url = announce(password=True, token="")
        with pytest.raises(ServerNotFound, match=r"IdentityProvider\.token") as caught:
            find(environ={})
        assert url in str(caught.value)

    def test_none_is_told_with_what_to_do(self):
        with pytest.raises(ServerNotFound, match="jupyter lab"):
            find(environ={})


def test_no_token_is_sent_to_find_out_who_answers(announce, live):
    announce()
    find(environ={})
    assert "Authorization" not in live.heard[0]


def test_a_token_is_shown_nowhere(announce):
    announce(token="secret-token")
    before = dict(os.environ)
    server = find(environ={})
    assert server.token == "secret-token"
    assert "secret-token" not in repr(server) + server.url
    assert dict(os.environ) == before
