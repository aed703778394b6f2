"""Something is down for a while. What does not need it goes on; the rest says so, and recovers."""

import collections
import threading

import pytest

from client import Client
from waiting import eventually

MINE = "/api/v1/users/me/contents"


class Load:
    """Clients that never stop asking, and what they are answered with."""

    def __init__(self, requests, threads=6):
        self.requests = requests  # functions that answer a response
        self.answers = collections.Counter()
        self.failures = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=[place], daemon=True)
                         for place in range(threads)]

    def _run(self, place):
        while not self._over.is_set():
            try:
                self.answers[self.requests[place % len(self.requests)]().status_code] += 1
            except Exception as error:
                self.failures.append(repr(error))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.more(50)
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def more(self, count):
        """Returns when so many more have been answered."""
        goal = self.answers.total() + count
        eventually(lambda: self.failures or self.answers.total() >= goal, within=60, what="answers")


@pytest.fixture
def load(ada, song):
    """With a token and without, by several users."""
    id = ada.publish(song)["id"]
    users = [ada.login() for _ in range(3)]
    for user in users:
        user.get(MINE)
    anyone = Client(ada.url)
    path = f"/api/v1/contents/{id}"
    return Load([lambda: users[0].request("GET", MINE), lambda: users[1].request("GET", path),
                 lambda: users[2].request("PATCH", path, json={"title": "Nocturne"}),
                 lambda: Client(ada.url).request("GET", path),
                 lambda: anyone.request("GET", "/api/v1/contents?q=nocturne"),
                 lambda: Client(ada.url).request("GET", f"{path}/playback")])


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_redis_comes_and_goes_under_load(stack, load, how):
    """Not one request fails."""
    with load:
        for _ in range(2):
            if how == "kill":
                stack.kill("redis")
                load.more(200)
            else:
                stack.ctl("stop", "redis")
                load.more(200)
                stack.ctl("start", "redis")
            load.more(200)
    assert not load.failures, load.failures[:3]
    assert set(load.answers) == {200}, load.answers


def test_redis_hangs_under_load(stack, load):
    """A cache that answers nothing is worse than none, but harmless."""
    with load:
        stack.ctl("signal", "STOP", "redis")
        try:
            load.more(200)
        finally:
            stack.ctl("signal", "CONT", "redis")
        load.more(200)
    assert not load.failures, load.failures[:3]
    assert set(load.answers) == {200}, load.answers


def test_logout_holds_though_redis_was_away(stack, ada):
    """What Redis still held when it went must not let anyone in when it comes back."""
    ada.get(MINE)
    stack.ctl("signal", "STOP", "redis")
    try:
        ada.post("/api/v1/auth/logout", expect=204)
        eventually(lambda: ada.request("GET", MINE).status_code == 401, within=2)
    finally:
        stack.ctl("signal", "CONT", "redis")
    eventually(lambda: ada.request("GET", MINE).status_code == 401, within=2)
    ada.get(MINE, 401, code="session_ended")


def test_user_service_is_away(stack, api, ada, bob, song):
    """Whom the content service knows goes on; others are asked to wait; who needs no user does not notice."""
    id = ada.publish(song)["id"]
    with stack.without("user"):
        ada.get(MINE)
        new = ada.create()
        ada.set_media(new, ada.upload(new, song))
        response = bob.get(MINE, 503, code="user_service_unavailable")
        assert int(response.headers["Retry-After"]) >= 1
        api.content(id)
        api.playback(id)
        assert api.get(f"/api/v1/contents?owner={ada.user['id']}").json()["items"]
        for method, path in (("GET", "/api/v1/users/me"), ("POST", "/api/v1/auth/logout")):
            ada.request(method, path, 503, "service_unavailable")
        api.get(f"/api/v1/users/{ada.user['id']}", 503, code="service_unavailable")
        ada.wait_for(new, "ready")
    eventually(lambda: bob.request("GET", MINE).ok, within=5, what="the user service")
    ada.get("/api/v1/users/me")


def test_changes_made_while_nobody_listened_are_heard(stack, ada):
    """The content service was down when the session ended."""
    ada.get(MINE)
    with stack.without("content"):
        ada.post("/api/v1/auth/logout", expect=204)
        ada.get(MINE, 503, code="service_unavailable")
    eventually(lambda: ada.request("GET", MINE).status_code == 401, within=2)


def test_conversion_is_away(stack, api, ada, song):
    """Jobs wait, and are done when it is back."""
    with stack.without("conversion"):
        assert api.get("/healthz", 503).json()["conversion"] == "unavailable"
        ids = [ada.submit(song) for _ in range(6)]
        events = [next(ada.events(id)).content["state"] for id in ids]
        assert set(events) <= {"queued", "processing"}
        ada.get(MINE)
        assert all(ada.content(id)["state"] in ("queued", "processing") and not ada.content(id)["failure"]
                   for id in ids)
    for id in ids:
        ada.wait_for(id, "ready")


def test_database_is_away(stack, api, ada):
    ada.get(MINE)  # who this is, is known
    with stack.without("postgres"):
        for client, path in ((ada, MINE), (api, "/api/v1/contents?q=away"), (ada, "/api/v1/users/me")):
            client.get(path, 503, code="database_unavailable")
        assert api.get("/healthz", 503).json()["database"] == "unavailable"
    ada.get(MINE)
    api.get("/api/v1/contents?q=away")
    ada.get("/api/v1/users/me")


@pytest.mark.parametrize("service", ["user", "content"])
def test_restart_loses_no_request_in_flight(stack, load, service):
    """Requests that were taken are answered; those that come in between are told that nobody is there."""
    with load:
        stack.ctl("restart", service)
        load.more(200)
        stack.wait_until_healthy()
        before = load.answers[200]
        load.more(100)
        assert load.answers[200] > before
    assert not load.failures, load.failures[:3]
    assert set(load.answers) <= {200, 503}, load.answers
