"""The way to the services: who is asked, with what, and what becomes of the answer."""

import concurrent.futures
import re
import threading
import time
import uuid

import pytest

from running_gateway import assert_problem

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("method, path, service", [
    ("POST", "/api/v1/auth/login", "user"),
    ("GET", "/api/v1/users/me", "user"),
    ("PATCH", "/api/v1/users/me", "user"),
    ("GET", "/api/v1/users/0190", "user"),
    ("GET", "/api/v1/users/me/contents?limit=3", "content"),
    ("GET", "/api/v1/contents", "content"),
    ("POST", "/api/v1/contents", "content"),
    ("PUT", "/api/v1/contents/0190/media", "content"),
    ("GET", "/api/v1/contents/0190/playback", "content"),
    ("DELETE", "/api/v1/contents/0190", "content"),
    ("GET", "/healthz", "content"),
])
def test_routes(gateway, method, path, service):
    getattr(gateway, service).answer = lambda handler: handler.reply(200, {}, service.encode())
    response = gateway.request(method, path, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.text) == (200, service)
    asked = getattr(gateway, service).requests[-1]
    assert (asked.command, asked.path) == (method, path)
    assert asked.headers["Authorization"] == "Bearer x"


def test_body_and_answer_pass_unchanged(gateway):
    gateway.content.answer = lambda handler: handler.reply(
        422, {"Content-Type": "application/problem+json"}, b'{"code":"title_missing"}')
    response = gateway.request("POST", "/api/v1/contents", data=b'{"title":""}')
    assert (response.status_code, response.json()) == (422, {"code": "title_missing"})
    assert gateway.content.requests[-1].body == b'{"title":""}'


def test_tells_where_the_client_reached_it(gateway):
    gateway.get("/api/v1/users/me", headers={"Host": "media.example.org:8443", "X-Forwarded-For": "6.6.6.6",
                                             "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    headers = gateway.user.requests[-1].headers
    assert headers["X-Forwarded-Host"] == headers["Host"] == "media.example.org:8443"
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["X-Forwarded-For"] == "127.0.0.1"


def test_keeps_connections_to_services(gateway):
    gateway.get("/api/v1/users/me")
    before = gateway.user.connections
    for _ in range(20):
        gateway.get("/api/v1/users/me")
    assert gateway.user.connections - before <= 4  # at most one for each worker


def test_request_id_of_the_client_is_kept(gateway):
    mine = f"mine-{uuid.uuid4()}"
    gateway.user.answer = lambda handler: handler.reply(200, {"X-Request-Id": "theirs-1234"}, b"{}")
    response = gateway.get("/api/v1/users/me", headers={"X-Request-Id": mine})
    assert response.headers["X-Request-Id"] == mine
    assert gateway.user.requests[-1].headers["X-Request-Id"] == mine
    line = gateway.logged(mine)
    assert (line["status"], line["method"], line["uri"]) == (200, "GET", "/api/v1/users/me")
    assert float(line["upstream_seconds"]) >= 0


@pytest.mark.parametrize("bad", ["short", "x" * 65, "with space in it", 'quote"quote"', "../../etc/passwd"])
def test_other_request_ids_are_replaced(gateway, bad):
    response = gateway.get("/api/v1/users/me", headers={"X-Request-Id": bad})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])
    assert gateway.user.requests[-1].headers["X-Request-Id"] == response.headers["X-Request-Id"]


def test_security_headers(gateway):
    for path in ("/api/v1/users/me", "/nothing"):
        headers = gateway.get(path).headers
        assert {name: headers.get(name) for name in SECURITY} == SECURITY
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Server"] == "nginx"  # and no version
        assert "Access-Control-Allow-Origin" not in headers


def test_body_limit_of_the_api(gateway):
    ok = gateway.request("POST", "/api/v1/contents", data=b"x" * 64 * 1024)
    assert ok.status_code == 200
    before = len(gateway.content.requests)
    assert_problem(gateway.request("POST", "/api/v1/contents", data=b"x" * (64 * 1024 + 1)), 413, "body_too_large")
    assert len(gateway.content.requests) == before


def test_unknown_paths(gateway):
    for path in ("/nothing", "/api", "/api/v2/contents", "/api/v1/", "/.problem", "/.vacant", "/etc/passwd"):
        assert_problem(gateway.get(path), 404, "route_not_found")


def test_malformed_requests(gateway):
    answer = gateway.raw("GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400 ") and '"malformed_request"' in answer
    answer = gateway.raw("GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400 ")
    answer = gateway.raw("GET / HTTP/1.1\r\nHost: a\r\nX-Long: " + "x" * 9000 + "\r\nConnection: close\r\n\r\n")
    assert answer.startswith("HTTP/1.1 431 ") and '"headers_too_large"' in answer


def test_service_down_and_up_again(own_gateway):
    own_gateway.user.stop()
    response = own_gateway.request("POST", "/api/v1/auth/login", data=b"{}")
    assert_problem(response, 503, "service_unavailable")
    assert response.headers["Retry-After"] == "1"
    assert own_gateway.get("/healthz").status_code == 200  # the other one is asked on
    own_gateway.user.restart()
    assert own_gateway.get("/api/v1/users/me").status_code == 200


def test_service_that_hangs_up(gateway):
    def hang_up(handler):
        handler.close_connection = True

    gateway.user.answer = hang_up
    assert_problem(gateway.get("/api/v1/users/me"), 503, "service_unavailable")


def test_what_a_service_began_is_not_sent_twice(gateway):
    def hang_up(handler):
        handler.close_connection = True

    assert gateway.request("POST", "/api/v1/contents", data=b"{}").status_code == 200  # a connection to reuse
    gateway.content.answer = hang_up
    before = len(gateway.content.requests)
    assert_problem(gateway.request("POST", "/api/v1/contents", data=b"{}"), 503, "service_unavailable")
    assert len(gateway.content.requests) == before + 1


def test_a_service_s_own_errors_pass(gateway):
    gateway.user.answer = lambda handler: handler.reply(503, {"Retry-After": "7"}, b'{"code":"busy"}')
    response = gateway.get("/api/v1/users/me")
    assert (response.status_code, response.headers["Retry-After"], response.json()) == (503, "7", {"code": "busy"})


def test_rate_limit_of_auth_routes(own_gateway):
    # 10 a second and 5 at once more, as the fixture sets it.
    answers = [own_gateway.request("POST", "/api/v1/auth/login", data=b"{}") for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert answers[0].status_code == 200 and refused
    for answer in refused:
        assert_problem(answer, 429, "rate_limited")
        assert answer.headers["Retry-After"] == "1"
    assert len(own_gateway.user.requests) == len(answers) - len(refused)
    assert own_gateway.get("/api/v1/users/me").status_code == 200  # no other route is limited


def test_events_come_as_they_are_sent(gateway):
    proceed = threading.Event()

    def stream(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for text in (b"event: state\ndata: 1\n\n", b"event: state\ndata: 2\n\n"):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(text), text))
            handler.wfile.flush()
            proceed.wait(10)
        handler.wfile.write(b"0\r\n\r\n")

    gateway.content.answer = stream
    connection = gateway.raw("GET /api/v1/contents/0190/events HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n"
                             "Connection: close\r\n\r\n", read=False)
    with connection:
        received = b""
        while b"data: 1" not in received:
            chunk = connection.recv(4096)
            assert chunk, received
            received += chunk
        assert b"data: 2" not in received
        proceed.set()
        while chunk := connection.recv(4096):
            received += chunk
        assert b"data: 2" in received


def numbered(service):
    """Every answer is another one."""
    service.answer = lambda handler: handler.reply(200, {}, b'{"n":%d}' % len(service.requests))


@pytest.mark.parametrize("path", ["/api/v1/contents?q=", "/api/v1/contents/"])
def test_public_reads_are_asked_once_a_second(gateway, path):
    numbered(gateway.content)
    path += str(uuid.uuid4())
    assert gateway.get(path).text != (first := gateway.get(path).text)  # what is asked for only once is not kept
    answers = {gateway.get(path).text for _ in range(20)}
    assert first in answers and len(answers) <= 2  # a second may have ended meanwhile
    deadline = time.monotonic() + 5
    while gateway.get(path).text in answers:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_one_asks_again_while_the_others_go_on(gateway):
    """The end of the second is no stampede."""
    numbered(gateway.content)
    path = f"/api/v1/contents/{uuid.uuid4()}"
    old = [gateway.get(path).text for _ in range(2)][-1]
    asked, answered = threading.Event(), threading.Event()

    def answer_later(handler):
        asked.set()
        assert answered.wait(60)
        handler.reply(200, {}, b"new")

    gateway.content.answer = answer_later
    with concurrent.futures.ThreadPoolExecutor() as pool:
        def ask():
            while (text := gateway.get(path).text) == old and not asked.is_set():
                pass
            return text

        one = pool.submit(ask)
        assert asked.wait(60)
        assert {gateway.get(path).text for _ in range(20)} == {old}
        answered.set()
        assert one.result() == "new" == gateway.get(path).text


def test_what_is_not_cached(gateway):
    numbered(gateway.content)

    def differs(path, **arguments):
        return gateway.get(path, **arguments).text != gateway.get(path, **arguments).text

    path = f"/api/v1/contents/{uuid.uuid4()}"
    assert differs(path, headers={"Authorization": "Bearer x"})
    assert differs(path + "/playback")
    assert differs("/api/v1/users/me/contents")
    public = [gateway.get(path).text for _ in range(2)][-1]  # an answer to someone logged in was not kept
    assert gateway.get(path, headers={"Host": "other.example"}).text != public  # URLs in it name the host
    assert gateway.get(path, headers={"Authorization": "Bearer x"}).text != public


def test_an_unreadable_cache_is_done_without(gateway):
    numbered(gateway.content)
    path = f"/api/v1/contents/{uuid.uuid4()}"
    cache = gateway.folder / "nginx" / "cache"
    before = {file for file in cache.rglob("*") if file.is_file()}
    last = [gateway.get(path).text for _ in range(2)][-1]
    kept = [file for file in cache.rglob("*") if file.is_file() and file not in before]
    assert kept
    for file in kept:
        file.unlink()
        file.symlink_to(file)  # that leads nowhere
    answer = gateway.get(path)
    assert answer.status_code == 200 and answer.text != last

    def hang_up(handler):
        handler.close_connection = True

    gateway.content.answer = hang_up
    assert_problem(gateway.get(path), 503, "service_unavailable")


def test_errors_are_not_cached(gateway):
    gateway.content.answer = lambda handler: handler.reply(404, {}, str(len(gateway.content.requests)).encode())
    path = f"/api/v1/contents/{uuid.uuid4()}"
    first, second = gateway.get(path), gateway.get(path)
    assert first.status_code == second.status_code == 404 and first.text != second.text


def test_head_is_answered_from_the_cache(gateway):
    numbered(gateway.content)
    path = f"/api/v1/contents/{uuid.uuid4()}"
    response = gateway.request("HEAD", path)
    assert (response.status_code, response.text) == (200, "")
    assert gateway.content.requests[-1].command == "GET"


def test_cached_answers_carry_the_id_of_their_request(gateway):
    path = f"/api/v1/contents/{uuid.uuid4()}"
    for mine in (f"first-{uuid.uuid4()}", f"second-{uuid.uuid4()}"):
        assert gateway.get(path, headers={"X-Request-Id": mine}).headers["X-Request-Id"] == mine


def test_pages(gateway):
    (gateway.www / "docs").mkdir(exist_ok=True)
    (gateway.www / "docs" / "index.html").write_text("<title>API</title>")
    (gateway.www / "openapi.yaml").write_text("openapi: 3.1.0")
    docs = gateway.get("/docs")
    assert (docs.status_code, docs.text, docs.headers["Content-Type"]) == (200, "<title>API</title>", "text/html")
    assert "style-src 'self'" in docs.headers["Content-Security-Policy"]
    spec = gateway.get("/openapi.yaml")
    assert (spec.text, spec.headers["Content-Type"]) == ("openapi: 3.1.0", "application/yaml")


def test_web_app(gateway):
    (gateway.www / "assets").mkdir(exist_ok=True)
    (gateway.www / "index.html").write_text("<title>Descant</title>")
    (gateway.www / "assets" / "index-1a2b3c4d.js").write_text("export {};")
    page = {"Accept": "text/html,application/xhtml+xml"}
    for path in ("/", "/c/0190", "/studio?edit=1", "/no/such/page"):
        home = gateway.get(path, headers=page)
        assert (home.status_code, home.text, home.headers["Content-Type"]) == (200, "<title>Descant</title>", "text/html")
        assert home.headers["Cache-Control"] == "no-cache"
        assert {name: home.headers.get(name) for name in SECURITY} == SECURITY
        policy = home.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
        assert "connect-src 'self' https://media.example.org;" in policy
    script = gateway.get("/assets/index-1a2b3c4d.js")
    assert (script.status_code, script.headers["Content-Type"]) == (200, "text/javascript")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_only_pages_fall_back_to_the_web_app(gateway):
    (gateway.www / "index.html").write_text("<title>Descant</title>")
    for path in ("/api/v2/contents", "/api/v1/", "/assets/none.js", "/docs/none.html"):
        assert_problem(gateway.get(path, headers={"Accept": "text/html"}), 404, "route_not_found")
    assert_problem(gateway.get("/nothing", headers={"Accept": "application/json"}), 404, "route_not_found")
