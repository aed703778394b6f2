"""Who sees what."""

import pytest

from client import Client
from waiting import eventually

READS = ["", "/playback", "/events"]


@pytest.fixture(scope="module")
def owned(running_stack, song):
    """The client of an owner, and ids by visibility and by whether there is something to play."""
    running_stack.wait_until_healthy()
    owner = Client(running_stack.url).register("Owner")
    ids = {(v, True): owner.submit(song, visibility=v, title=f"{v} one")
           for v in ("public", "unlisted", "private")}
    ids.update({(v, False): owner.create(visibility=v, title=f"{v} draft")
                for v in ("public", "unlisted", "private")})
    for (_, playable), id in ids.items():
        if playable:
            owner.wait_for(id, "ready")
    return owner, ids


@pytest.mark.parametrize("viewer", ["owner", "other", "anyone"])
@pytest.mark.parametrize("playable", [True, False], ids=["playable", "draft"])
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_who_sees_a_content(api, bob, owned, visibility, playable, viewer):
    owner, ids = owned
    client = {"owner": owner, "other": bob, "anyone": api}[viewer]
    id = ids[visibility, playable]
    seen = viewer == "owner" or playable and visibility != "private"
    path = f"/api/v1/contents/{id}"
    if not seen:
        for read in READS:
            client.get(path + read, 404, code="content_not_found")
        return
    assert client.content(id)["visibility"] == visibility
    if playable:
        client.playback(id)
        assert [event.content["state"] for event in client.events(id)] == ["ready"]
    else:
        client.playback(id, expect=409, code="not_playable")


def test_only_public_content_is_listed(api, bob, owned):
    owner, ids = owned
    for client in (api, bob, owner):
        items = client.get(f"/api/v1/contents?owner={owner.user['id']}").json()["items"]
        assert [item["id"] for item in items] == [ids["public", True]]
    own = owner.get("/api/v1/users/me/contents").json()["items"]
    assert {item["id"] for item in own} == set(ids.values())
    assert bob.get("/api/v1/users/me/contents").json()["items"] == []


def test_changes_are_seen_at_once(api, ada, bob, song):
    """By those with a token at once, by others as soon as a cached answer may be gone."""
    id = ada.publish(song, visibility="private")["id"]
    listed = f"/api/v1/contents?owner={ada.user['id']}"
    api.content(id, expect=404)
    assert api.get(listed).json()["items"] == []
    ada.patch(f"/api/v1/contents/{id}", {"visibility": "public"})
    bob.content(id)
    eventually(lambda: api.request("GET", f"/api/v1/contents/{id}").ok, within=2)
    eventually(lambda: api.get(listed).json()["items"], within=2)
    ada.patch(f"/api/v1/contents/{id}", {"visibility": "private"})
    bob.content(id, expect=404)
    eventually(lambda: api.request("GET", f"/api/v1/contents/{id}").status_code == 404, within=2)
    eventually(lambda: not api.get(listed).json()["items"], within=2)
