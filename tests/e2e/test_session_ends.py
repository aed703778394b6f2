"""What ends a session ends it everywhere, within two seconds, also where the user is known already."""

import pytest

from client import PASSWORD, Client
from waiting import eventually

PROMISED = 2  # seconds
MINE = "/api/v1/users/me/contents"


@pytest.fixture
def known(ada):
    """A client that the content service has in its cache, by two sessions."""
    other = ada.login()
    for client in (ada, other):
        client.get(MINE)
        client.get(MINE)
    return ada, other


def refused(client, code="session_ended"):
    response = client.request("GET", MINE)
    return response.status_code == 401 and response.json()["code"] == code


def expect_end(client):
    eventually(lambda: refused(client), within=PROMISED, what="the end of the session on the content service")
    client.get("/api/v1/users/me", 401, code="session_ended")
    client.get(MINE, 401, code="session_ended")


def test_logout(known):
    ada, other = known
    ada.post("/api/v1/auth/logout", expect=204)
    expect_end(ada)
    other.get(MINE)


def test_logout_with_the_refresh_token(api, known):
    ada, other = known
    api.post("/api/v1/auth/logout", {"refresh_token": ada.session["refresh_token"]}, 204)
    expect_end(ada)
    other.get(MINE)


def test_changed_password_ends_the_others(known):
    ada, other = known
    body = {"current_password": PASSWORD, "new_password": "another fine password"}
    ada.put("/api/v1/users/me/password", body, 204)
    expect_end(other)
    ada.get(MINE)


def test_reused_refresh_token_ends_its_session(api, known):
    ada, other = known
    old = {"refresh_token": ada.session["refresh_token"]}
    renewed = Client(api.url, api.post("/api/v1/auth/refresh", old, 200).json())
    renewed.get(MINE)
    ada.get(MINE)
    api.post("/api/v1/auth/refresh", old, 409, code="refresh_token_just_used")
    renewed.get(MINE)
    eventually(lambda: api.post("/api/v1/auth/refresh", old, 401, code="refresh_token_reused").text, every=1)
    for client in (renewed, ada):
        expect_end(client)
    again = {"refresh_token": renewed.session["refresh_token"]}
    api.post("/api/v1/auth/refresh", again, 401, code="refresh_token_invalid")
    other.get(MINE)


def test_deleted_account(api, bob, known, song):
    ada, other = known
    id = ada.publish(song)["id"]
    api.content(id)
    ada.delete("/api/v1/users/me", {"password": PASSWORD})
    for client in (ada, other):
        expect_end(client)
    for client in (bob, api):
        eventually(lambda: client.request("GET", f"/api/v1/contents/{id}").status_code == 404,
                   within=PROMISED)
    assert api.get(f"/api/v1/contents?owner={ada.user['id']}").json()["items"] == []


def test_deleted_accounts_media_go(stack, ada, song):
    id = ada.publish(song)["id"]
    ada.delete("/api/v1/users/me", {"password": PASSWORD})
    eventually(lambda: not stack.objects(f"media/{id}"), what="the removal of the media")


def test_changed_name(api, bob, known, song):
    ada, _ = known
    id = ada.publish(song)["id"]
    assert api.content(id)["owner"]["name"] == "Ada"
    ada.patch("/api/v1/users/me", {"name": "Ada L."})
    for client in (ada, bob, api):
        eventually(lambda: client.content(id)["owner"]["name"] == "Ada L.", within=PROMISED)
    new = ada.create()
    assert ada.content(new)["owner"] == {"id": ada.user["id"], "name": "Ada L."}
    ada.get(MINE)


@pytest.mark.parametrize("end", ["logout", "deletion"])
def test_event_stream_of_what_only_its_owner_sees(ada, song, end):
    """It shows nothing more once the session that opened it is over."""
    id = ada.create(visibility="private")
    other = ada.login()
    events = ada.events(id, within=12)  # before it would say anything by itself
    next(events)
    if end == "logout":
        ada.post("/api/v1/auth/logout", expect=204)
    else:
        other.delete("/api/v1/users/me", {"password": PASSWORD})
    assert list(events) == []
    if end == "logout":
        other.get(MINE)


def test_event_stream_of_what_all_may_see_goes_on(stack, ada, files):
    """Of a public content that plays, whoever watches."""
    id = ada.publish(files.song("wav"))["id"]
    with stack.without("conversion"):
        ada.set_media(id, ada.upload(id, files.song("wav", seconds=5)))
        events = ada.events(id)
        assert next(events).content["playable"]
        ada.post("/api/v1/auth/logout", expect=204)
        eventually(lambda: refused(ada), within=PROMISED)
    assert list(events)[-1].content["state"] == "ready"
