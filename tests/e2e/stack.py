"""The whole platform, as deploy/local runs it, in a folder and on a port of its own."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "support"))

from ports import free_port  # noqa: E402
from waiting import eventually  # noqa: E402

SCRIPT = ROOT / "deploy" / "local" / "stack"
BIN_DIR = pathlib.Path(os.environ.get("DESCANT_BIN_DIR", ROOT / "build" / "dev" / "bin"))  # the services' binaries


class Stack:
    def __init__(self, **settings):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="descant-e2e-"))
        self.folder.chmod(0o755)  # the stack's own user has to get through
        self.home = self.folder / "home"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DESCANT_")},
            "DESCANT_HOME": str(self.home),
            "DESCANT_PORT": str(self.port),
            "DESCANT_ADDRESS": "127.0.0.1",
            "DESCANT_BIN_DIR": str(BIN_DIR),
            **settings,
        }

    @classmethod
    @contextlib.contextmanager
    def running(cls, **settings):
        """One that runs while this is entered, and leaves nothing behind."""
        stack = cls(**settings)
        try:
            stack.up()
            yield stack
        finally:
            stack.down()

    @property
    def storage(self):
        return self.home / "storage"

    def secret(self, name):
        return (self.home / "secrets" / name).read_text().strip()

    def log(self, service):
        """Its lines so far that are JSON."""
        lines = (self.home / "log" / f"{service}.log").read_text(errors="replace").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def run(self, *arguments, timeout=180):
        done = subprocess.run([SCRIPT, *arguments], env=self.environment, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout)
        if done.returncode:
            raise RuntimeError(f"stack {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}")
        return done.stdout

    def up(self):
        # Its output goes to a file: what it leaves running would hold a pipe open.
        with open(self.folder / "up.log", "w+") as output:
            done = subprocess.run([SCRIPT, "up"], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=output, stderr=output, timeout=240)
            if done.returncode:
                output.seek(0)
                raise RuntimeError(f"stack up ended with {done.returncode}:\n{output.read()}")

    def down(self):
        try:
            self.run("down")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- processes

    def ctl(self, *arguments):
        return self.run("ctl", *arguments)

    def pid(self, service):
        """Zero while it does not run."""
        done = subprocess.run([SCRIPT, "ctl", "pid", service], env=self.environment, text=True,
                              capture_output=True)
        text = done.stdout
        return int(text) if text.strip().isdigit() else 0

    def kill(self, service):
        """kill -9; supervisor starts it again."""
        os.kill(self.pid(service), signal.SIGKILL)

    @contextlib.contextmanager
    def without(self, *services):
        """While these are stopped. Everything is well again afterwards."""
        self.ctl("stop", *services)
        try:
            yield
        finally:
            self.ctl("start", *services)
            self.wait_until_healthy()

    def healthy(self):
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.url}/healthz", timeout=10).status_code == 200

    def wait_until_healthy(self):
        eventually(self.healthy, within=60, what="health")

    def processes(self):
        """The ids of supervisor and everything below it."""
        supervisor = int(self.ctl("pid"))
        children = {}
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry.name))
        found, todo = [], [supervisor]
        while todo:
            process = todo.pop()
            found.append(process)
            todo += children.get(process, [])
        return found

    def sql(self, database, query):
        """The rows, as lists of text."""
        psql = max(pathlib.Path("/usr/lib/postgresql").glob("*/bin/psql"),
                   key=lambda path: int(path.parts[4]))
        command = [psql, "-h", self.home / "run", "-U", "descant", "-d", database, "-tAF", "\t", "-c", query]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    # ---- what is in storage

    def objects(self, prefix):
        folder = self.storage / prefix
        found = []
        for parent, _, names in os.walk(folder):  # what goes away meanwhile is not there
            found += [os.path.relpath(os.path.join(parent, name), self.storage) for name in names]
        return sorted(found)
