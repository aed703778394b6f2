"""More than is good for it: some are turned away, and told when to come back; the others notice nothing."""

import collections
import concurrent.futures

import pytest

from client import Client
from stack import Stack
from waiting import eventually


@pytest.fixture(scope="module")
def running_stack():
    """One of its own: the limit counts all that an address does, and other tests have the same address."""
    with Stack.running() as stack:
        yield stack


def test_attempts_are_limited(api, ada):
    routes = ("register", "login", "refresh", "logout")

    def attempt(place):
        route = routes[place % len(routes)]
        response = Client(api.url).post(f"/api/v1/auth/{route}", {})
        assert response.status_code == 422 or response.headers["Retry-After"]
        return route, response.status_code

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = collections.Counter(pool.map(attempt, range(600)))
    assert {status for _, status in answers} == {422, 429}, answers
    assert all(answers[route, 429] > 10 for route in routes), answers
    ada.get("/api/v1/users/me")
    ada.get("/api/v1/users/me/contents")
    eventually(lambda: api.post("/api/v1/auth/login", {"email": "x", "password": "x"}).status_code == 401)


def test_logins_do_not_block_others(api, ada):
    """Passwords are hashed apart, so many at a time; when too many wait, the next is turned away."""
    body = {"email": ada.user["email"], "password": "wrong"}

    def login(_):
        response = Client(api.url).attempt("/api/v1/auth/login", body)
        assert response.status_code == 401 or response.headers["Retry-After"]
        return response.status_code

    answered = 0
    with concurrent.futures.ThreadPoolExecutor(90) as pool:
        logins = [pool.submit(login, place) for place in range(90)]
        while not all(one.done() for one in logins):
            ada.get("/api/v1/users/me")
            answered += 1
    answers = collections.Counter(one.result() for one in logins)
    assert set(answers) <= {401, 503} and answers[401] >= 60, answers
    assert answered >= 20, "behind the hashes there would have been an answer or two"
