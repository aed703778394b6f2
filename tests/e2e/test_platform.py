"""The platform itself: health, ports, request ids, pages."""

import os
import pathlib
import re
import secrets
import subprocess

import requests

import contract
from waiting import eventually


def test_health(stack, api):
    assert api.get("/healthz").json() == {"status": "ok", "database": "ok", "user": "ok", "conversion": "ok"}
    for service, name in (("conversion", "conversion"), ("user", "user"), ("postgres", "database")):
        with stack.without(service):
            health = api.get("/healthz", 503).json()
            assert health["status"] == "unavailable" and health[name] == "unavailable", service
        api.get("/healthz")
    with stack.without("content"):
        api.get("/healthz", 503, code="service_unavailable")
    api.get("/healthz")


def test_metrics_are_for_the_inside(stack, api):
    api.get("/metrics", 404)
    socket = stack.home / "run" / "content-http.sock"
    said = subprocess.run(["curl", "-fsS", "--unix-socket", socket, "http://content/metrics"], check=True, capture_output=True, text=True)
    values = dict(line.rsplit(" ", 1) for line in said.stdout.splitlines() if not line.startswith("#"))
    assert values.keys() == {'descant_conversion_jobs{state="queued"}', 'descant_conversion_jobs{state="running"}'}
    assert all(int(value) >= 0 for value in values.values())


def listening(process):
    """The TCP and UDP ports that a process listens on."""
    inodes = set()
    for entry in pathlib.Path(f"/proc/{process}/fd").iterdir():
        try:
            inodes.update(re.findall(r"socket:\[(\d+)\]", str(entry.readlink())))
        except FileNotFoundError:
            pass
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        for line in pathlib.Path(f"/proc/{process}/net/{protocol}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[9] in inodes and (fields[3] == "0A" or protocol.startswith("udp")):
                yield protocol, int(fields[1].rsplit(":", 1)[1], 16)


def test_only_the_gateway_listens(stack):
    names, ports = set(), {}
    for process in stack.processes():
        try:
            name = pathlib.Path(f"/proc/{process}/comm").read_text().strip()
            found = set(listening(process))
        except (FileNotFoundError, ProcessLookupError):
            continue  # has ended since
        names.add(name)
        if found:
            ports.setdefault(name, set()).update(found)
    expected = {"supervisord", "postgres", "redis-server", "descant-user", "descant-content", "nginx"}
    assert expected <= names, names
    assert ports == {"nginx": {("tcp", stack.port)}}


def test_sockets_and_secrets_are_private(stack):
    for folder in (stack.home / "run", stack.home / "secrets"):
        assert folder.stat().st_mode & 0o077 == 0
    for secret in (stack.home / "secrets").iterdir():
        assert secret.stat().st_mode & 0o777 == 0o600, secret


def test_request_id_is_made_when_there_is_none(api):
    for sent in (None, "short", "x" * 65, "with space", "quote\"quote"):
        response = api.get("/healthz", headers={"X-Request-Id": sent}, echo=False)
        assert response.headers["X-Request-Id"] != sent
        assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])


def test_request_id_travels(stack, ada, song):
    """From the gateway to the service, and with the job to where it is converted."""
    id = ada.create()
    key = ada.upload(id, song)
    request_id = f"travels-{secrets.token_hex(8)}"
    ada.set_media(id, key, headers={"X-Request-Id": request_id})
    ada.wait_for(id, "ready")

    def lines(service):
        return [line for line in stack.log(service) if line.get("request_id") == request_id]

    for service in ("access", "content", "conversion"):
        eventually(lambda: lines(service), within=10, what=f"the request id in the log of {service}")


def test_logs_are_json_lines_without_secrets(stack, ada):
    ada.get("/api/v1/users/me/contents")
    for service in ("user", "content", "conversion", "access"):
        text = (stack.home / "log" / f"{service}.log").read_text()
        assert stack.log(service), service
        for name in ("internal_secret", "token_secret", "storage_key"):
            assert stack.secret(name) not in text
        assert ada.token not in text and ada.session["refresh_token"] not in text


def test_the_access_log_is_rotated(stack, api):
    """NGINX goes on in a new file, and no line is lost."""
    logs = stack.home / "log"
    before, after = (secrets.token_hex(16) for _ in range(2))
    api.get("/healthz", headers={"X-Request-Id": before})
    eventually(lambda: before in (logs / "access.log").read_text(), what="the line before")
    settings = stack.home / "etc" / "logrotate.conf"
    as_owner = {"user": settings.stat().st_uid, "group": settings.stat().st_gid} if os.geteuid() == 0 else {}  # it trusts none else
    subprocess.run(["/usr/sbin/logrotate", "--force", "--state", stack.home / "tmp" / "logrotate.test", settings], check=True, **as_owner)
    eventually((logs / "access.log").exists, what="a new log")
    api.get("/healthz", headers={"X-Request-Id": after})
    eventually(lambda: after in (logs / "access.log").read_text(), what="the line after")
    assert before in (logs / "access.log.1").read_text()


def test_security_headers(api):
    for response in (api.get("/healthz"), api.get("/nothing", 404)):
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert re.fullmatch("nginx", response.headers["Server"])  # and no version


def test_reference_is_served(stack):
    page = requests.get(f"{stack.url}/docs", timeout=10)
    assert page.status_code == 200 and page.headers["Content-Type"] == "text/html"
    assert "Descant API" in page.text
    for link in set(re.findall(r'(?:href|src)="(/[^"#]*)', page.text)):
        assert requests.get(stack.url + link, timeout=10).status_code == 200, link
    style = requests.get(f"{stack.url}/docs/reference.css", timeout=10)
    assert style.headers["Content-Type"] == "text/css"
    document = requests.get(f"{stack.url}/openapi.yaml", timeout=10)
    assert document.content == contract.PATH.read_bytes()
    # Who comes to the front door sees the web app, where it has been built.
    app = (contract.PATH.parents[1] / "build" / "web" / "index.html").exists()
    assert requests.get(stack.url, timeout=10).url == f"{stack.url}/{'' if app else 'docs'}"
