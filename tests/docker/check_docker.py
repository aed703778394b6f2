"""The platform in containers, from the images' build to its data after a restart: `make test-docker`.

Takes some minutes and needs a Docker engine, so it does not run with the other tests."""

import contextlib
import json
import os
import pathlib
import re
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import pytest
import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tools")]

import client  # noqa: E402
import hls  # noqa: E402
import media  # noqa: E402
import s3_server  # noqa: E402
from stack import free_port  # noqa: E402
from waiting import eventually  # noqa: E402

PORT = free_port()
NETWORK = f"descant-test-edge-{os.getpid()}"
PROJECT = f"descant-test-{os.getpid()}"
SECRETS = tempfile.mkdtemp(prefix="descant-secrets-")  # not those of a platform that this checkout runs
URL = f"http://127.0.0.1:{PORT}"
INNER = {"user": (8080, 50051), "content": (8080,), "conversion": (50051,), "postgres": (5432,), "redis": (6379,)}


def run(*command, **settings):
    environment = {**os.environ, "COMPOSE_PROJECT_NAME": PROJECT, "DESCANT_NETWORK": NETWORK, "DESCANT_PORT": str(PORT),
                   "DESCANT_SECRETS": SECRETS, "DESCANT_YES": "1", **settings}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=3000)
    assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-4000:]}"
    return done.stdout


def containers(service):
    label = f"label=com.docker.compose.service={service}"
    return run("docker", "ps", "-q", "--filter", f"label=com.docker.compose.project={PROJECT}", "--filter", label).split()


def inspect(name):
    return json.loads(run("docker", "inspect", name))[0]


@pytest.fixture(scope="module", autouse=True)
def platform():
    run("make", "build-images")
    run("make", "create-network")
    try:
        run("make", "start-services", SCALE_CONVERSION="3", SCALE_CONTENT="2")
        yield
    finally:
        run("deploy/docker/services", "clean")
        run("docker", "network", "rm", NETWORK)


@pytest.fixture(scope="module")
def ada():
    return client.Client(URL).register("Ada")


@pytest.fixture(scope="module")
def song(tmp_path_factory):
    return media.song(tmp_path_factory.mktemp("docker") / "song.mp3", 3)


@pytest.mark.parametrize("kind", ["music", "video"])
def test_a_file_becomes_a_stream(ada, song, tmp_path, kind):
    file = song if kind == "music" else media.video(tmp_path / "film.mp4", 4)
    content = ada.publish(file, kind)
    stream = hls.load(ada.playback(content["id"])["url"])
    assert stream.variants and stream.segments


def test_images_are_small_and_tell_nothing():
    base = inspect("debian:trixie-slim")["Size"]
    for name in ("user", "content", "gateway"):
        own = (inspect(f"descant-{name}:latest")["Size"] - base) / 1e6
        assert own + 80 < 150, f"{name}: {own:.0f} MB on top of Debian, whose official slim image has 80"
    for name in ("user", "content", "conversion", "gateway"):
        image = inspect(f"descant-{name}:latest")
        assert image["Config"]["User"] == "descant"
        labels = image["Config"]["Labels"]
        assert labels["org.opencontainers.image.title"] == "Descant"
        assert len(labels["org.opencontainers.image.revision"]) == 40
        history = run("docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", f"descant-{name}:latest")
        for secret in pathlib.Path(SECRETS).iterdir():
            assert secret.read_text().strip() not in history


@pytest.mark.parametrize("service", ["gateway", "user", "content", "conversion"])
def test_containers_have_no_rights_to_lose(service):
    container = containers(service)[0]
    assert run("docker", "exec", container, "id", "-u").strip() == "10001"
    status = run("docker", "exec", container, "cat", "/proc/1/status")
    assert re.search(r"CapEff:\s+0+\n", status) and re.search(r"NoNewPrivs:\s+1\n", status)
    refused = subprocess.run(["docker", "exec", "-u", "root", container, "touch", "/usr/bin/x"], capture_output=True, text=True,
                             timeout=60)
    assert "Read-only file system" in refused.stderr
    eventually(lambda: inspect(container)["State"]["Health"]["Status"] == "healthy", 60, what=f"{service} to be healthy")


def test_ffmpeg_is_in_a_sandbox():
    """The service does not start without one; which one, it says."""
    for container in containers("conversion"):
        said = subprocess.run(["docker", "logs", container], capture_output=True, text=True, timeout=60)
        assert re.search(r'"message":"sandbox","kind":"(bubblewrap|landlock)"', said.stdout + said.stderr)


def test_the_web_app_is_there():
    page = requests.get(f"{URL}/", headers={"Accept": "text/html"}, timeout=10)
    assert page.status_code == 200 and "<script" in page.text
    for asset in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page.text):
        assert requests.get(URL + asset, timeout=10).status_code == 200


def test_no_other_port_answers():
    for service in ("user", "content", "conversion", "postgres", "redis"):
        for container in containers(service):
            bindings = inspect(container)["NetworkSettings"]["Ports"]
            assert not any(bindings.values()), f"{service} has a port outside: {bindings}"
    assert [list(b) for b in (inspect(containers("gateway")[0])["HostConfig"]["PortBindings"],)] == [["8000/tcp"]]


def test_the_outer_network_leads_to_the_gateway_only():
    addresses = [(name, network["IPAddress"], port) for name, ports in INNER.items() for container in containers(name)
                 for network in inspect(container)["NetworkSettings"]["Networks"].values() for port in ports]
    names = [(name, name, port) for name, ports in INNER.items() for port in ports]
    probe = "\n".join(f"timeout 2 bash -c '</dev/tcp/{host}/{port}' 2>/dev/null && echo {name}" for name, host, port in addresses + names)
    probe += "\ntimeout 2 bash -c '</dev/tcp/gateway/8000' && echo reached"
    said = run("docker", "run", "--rm", "--network", NETWORK, "--entrypoint", "bash", "descant-gateway:latest", "-c", probe + "\ntrue")
    assert said.split() == ["reached"]


def test_conversion_reaches_no_database():
    for container in containers("conversion"):
        done = subprocess.run(["docker", "exec", container, "bash", "-c", "timeout 2 bash -c '</dev/tcp/postgres/5432'"],
                              capture_output=True, timeout=60)
        assert done.returncode != 0


def test_copies_may_go_under_load(ada, song):
    """No request fails and no job is lost while one copy after the other is killed."""
    ids = [ada.submit(song) for _ in range(4)]
    failures, over = [], threading.Event()

    def ask():
        session = requests.Session()
        while not over.is_set():
            response = session.get(f"{URL}/api/v1/contents?limit=1&q={os.urandom(4).hex()}", timeout=30)
            if response.status_code != 200:
                failures.append((response.status_code, response.text[:200]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for service in ("content", "conversion"):
            run("docker", "kill", containers(service)[0])
        for id in ids:
            ada.wait_for(id, "ready")
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert not failures
    run("make", "start-services", SCALE_CONVERSION="3", SCALE_CONTENT="2")


def test_data_outlive_a_restart(ada, song):
    content = ada.publish(song)
    run("make", "stop-services")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{URL}/healthz", timeout=5)
    run("make", "start-services", SCALE_CONVERSION="3", SCALE_CONTENT="2")
    assert ada.login().content(content["id"])["state"] == "ready"
    assert hls.load(ada.playback(content["id"])["url"]).segments
    eventually(lambda: len(containers("conversion")) == 3, what="all copies")


@contextlib.contextmanager
def reachable_at(address, port):
    """A port at this address of the host that leads to `port` of its loopback."""

    class Carrier(socketserver.BaseRequestHandler):
        def handle(self):
            with socket.create_connection(("127.0.0.1", port)) as inner:
                back = threading.Thread(target=carry, args=(inner, self.request))
                back.start()
                carry(self.request, inner)
                back.join()

    def carry(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer((address, 0), Carrier) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()


def test_objects_may_be_in_s3(song):
    """By settings alone: the services reach a bucket outside, and listeners get the segments from there."""
    host = inspect(f"{PROJECT}_jobs")["IPAM"]["Config"][0]["Gateway"]
    with s3_server.running() as s3, reachable_at(host, int(s3.endpoint.rpartition(":")[2])) as port:
        settings = {**s3.settings, "DESCANT_S3_ENDPOINT": f"http://{host}:{port}", "DESCANT_S3_PUBLIC_ENDPOINT": s3.endpoint}
        run("make", "start-services", **settings)
        eve = client.Client(URL).register("Eve")
        content = eve.publish(song)
        master = eve.playback(content["id"])["url"]
        hls.decode(master)
        variant = requests.get(master, timeout=30).text.splitlines()[-1]
        assert s3.bucket_url in requests.get(urllib.parse.urljoin(master, variant), timeout=30).text
        eve.delete(f"/api/v1/contents/{content['id']}")
    run("make", "start-services", SCALE_CONVERSION="3", SCALE_CONTENT="2")
