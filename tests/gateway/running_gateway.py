"""The real NGINX with the real configuration, on a folder and a port of its own, between stand-ins for the services."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

import tokens
from upstream import Upstream

ROOT = pathlib.Path(__file__).resolve().parents[2]
GATEWAY = ROOT / "gateway"
sys.path.append(str(ROOT / "tests" / "support"))

from ports import free_port  # noqa: E402


class Response:
    def __init__(self, response):
        self.status_code = response.status
        self.headers = response.headers
        self.content = response.read()

    @property
    def text(self):
        return self.content.decode()

    def json(self):
        return json.loads(self.content)


class Gateway:
    def __init__(self, folder, **settings):
        self.folder = folder
        self.storage = folder / "storage"
        self.www = folder / "www"
        self.access_log = folder / "access.log"
        self.user = Upstream(str(folder / "user.sock"))
        self.content = Upstream(str(folder / "content.sock"))
        for needed in (self.storage, self.www, folder / "nginx"):
            needed.mkdir()
        self.port = free_port(20000, 32000)
        self.url = f"http://127.0.0.1:{self.port}"
        self._start(settings)

    def _start(self, settings):
        environment = {
            "PATH": os.environ["PATH"],
            "DESCANT_NGINX_MODULES": "/usr/lib/nginx/modules",
            "DESCANT_NGINX_TEMP": str(self.folder / "nginx"),
            "DESCANT_EDGE_DIRECTORY": str(GATEWAY / "edge"),
            "DESCANT_ACCESS_LOG": str(self.access_log),
            "DESCANT_STORAGE_DIRECTORY": str(self.storage),
            "DESCANT_WWW_DIRECTORY": str(self.www),
            "DESCANT_USER_UPSTREAM": f"unix:{self.user.path}",
            "DESCANT_CONTENT_UPSTREAM": f"unix:{self.content.path}",
            "DESCANT_LISTEN": f"127.0.0.1:{self.port}",
            "DESCANT_AUTH_RATE": "10",
            "DESCANT_AUTH_BURST": "5",
            "DESCANT_MAX_UPLOAD": "16g",
            "DESCANT_MEDIA_ORIGINS": "https://media.example.org",
            "DESCANT_STORAGE_KEY": tokens.KEY,
            **settings,
        }
        config = self.folder / "nginx.conf"
        config.write_text(subprocess.run([GATEWAY / "render.sh", GATEWAY / "nginx.conf.template"], env=environment,
                                         check=True, capture_output=True, text=True).stdout)
        command = ["/usr/sbin/nginx", "-e", "stderr", "-c", str(config)]
        if os.getuid() == 0:  # then the workers would be nobody, who has no access to the folder
            command += ["-g", "user root;"]
        self.error_log = self.folder / "error.log"
        with open(self.error_log, "w") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self.error_log.read_text())
                time.sleep(0.02)

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.user.stop()
        self.content.stop()

    def request(self, method, path, headers=None, data=None):
        """`path` goes out as it is, which rules out the usual clients: they tidy it up."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection._validate_path = lambda _: None
        try:
            connection.request(method, path, body=data, headers=headers or {})
        except BrokenPipeError:
            pass  # refused before all of the body was sent
        with contextlib.closing(connection):
            return Response(connection.getresponse())

    def get(self, path, **arguments):
        return self.request("GET", path, **arguments)

    def raw(self, text, read=True):
        """Bytes as they are; the whole answer, or the open socket."""
        connection = socket.create_connection(("127.0.0.1", self.port), 20)
        connection.sendall(text if isinstance(text, bytes) else text.encode())
        if not read:
            return connection
        answer = b""
        with connection:
            while chunk := connection.recv(65536):
                answer += chunk
        return answer.decode()

    def store(self, key, content):
        path = self.storage / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def logged(self, request_id):
        """The access log's line of that request; it is written within a second."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for line in self.access_log.read_text().splitlines():
                if request_id in line:
                    return json.loads(line)
            time.sleep(0.05)
        raise AssertionError(f"{request_id} is not in the access log")


def start(**settings):
    return Gateway(pathlib.Path(tempfile.mkdtemp(prefix="descant-gateway-")), **settings)


def assert_problem(response, status, code):
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    problem = response.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == "about:blank" and problem["title"] and problem["detail"]
    assert problem["request_id"] == response.headers["X-Request-Id"]
