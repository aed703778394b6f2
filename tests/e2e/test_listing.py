"""Lists: order, pages, filters, search."""

import secrets
import urllib.parse

import pytest

from client import Client
from waiting import eventually

MINE = "/api/v1/users/me/contents"


def pages(client, path, **parameters):
    """The items of each page, to the last."""
    cursor = None
    while True:
        query = {**parameters, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"{path}?{urllib.parse.urlencode(query)}").json()
        yield page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def ids(items):
    return [item["id"] for item in items]


def found(client, path, **parameters):
    return [item["title"] for page in pages(client, path, **parameters) for item in page]


@pytest.fixture(scope="module")
def shelf(running_stack):
    """The client of an owner of 45 drafts, and their ids, newest first."""
    running_stack.wait_until_healthy()
    owner = Client(running_stack.url).register("Owner")
    made = [owner.create(type=("music", "podcast", "video")[i % 3], title=f"Piece {i:02}") for i in range(45)]
    return owner, made[::-1]


@pytest.mark.parametrize("limit, sizes", [(None, [20, 20, 5]), (1, [1] * 45), (15, [15, 15, 15]),
                                          (44, [44, 1]), (100, [45])])
def test_pages(stack, shelf, limit, sizes):
    owner, made = shelf
    found = list(pages(owner, MINE, **({"limit": limit} if limit else {})))
    assert [len(items) for items in found] == sizes
    assert [id for items in found for id in ids(items)] == made


def test_pages_stay_put_when_something_is_added(stack, ada):
    made = [ada.create() for _ in range(6)][::-1]
    first = ada.get(f"{MINE}?limit=3").json()
    newest = ada.create()
    ada.delete(f"/api/v1/contents/{made[2]}")  # the last of the first page
    rest = ada.get(f"{MINE}?limit=3&cursor={first['next_cursor']}").json()
    assert ids(first["items"]) == made[:3] and ids(rest["items"]) == made[3:]
    assert ids(ada.get(MINE).json()["items"]) == [newest, *made[:2], *made[3:]]


def test_the_next_page_shows_what_has_changed(ada):
    kept, changed, gone = [ada.create(title=title) for title in ("Kept", "Before", "Gone")]
    before = {item["id"]: item for item in ada.get(MINE).json()["items"]}
    ada.patch(f"/api/v1/contents/{changed}", {"title": "After", "visibility": "unlisted"})
    ada.delete(f"/api/v1/contents/{gone}")
    items = ada.get(MINE).json()["items"]
    assert items == [ada.content(changed), before[kept]]
    assert items[0]["title"] == "After" and items[0]["visibility"] == "unlisted"
    ada.patch("/api/v1/users/me", {"name": "Ada L."})
    eventually(lambda: ada.content(kept)["owner"]["name"] == "Ada L.", within=3)
    assert [item["owner"]["name"] for item in ada.get(MINE).json()["items"]] == ["Ada L."] * 2


def test_filters(stack, shelf):
    owner, made = shelf
    for index, type in enumerate(("music", "podcast", "video")):
        items = [item for page in pages(owner, MINE, type=type, limit=4) for item in page]
        assert len(items) == 15 and all(item["type"] == type for item in items)
    assert len(found(owner, MINE, state="draft")) == 45
    assert found(owner, MINE, state="ready") == []
    assert found(owner, MINE, type="music", q="piece 4") == ["Piece 42"]


TITLES = ["Piano Sonata", "100% pure", "snake_case", "back\\slash", "Étude n° 3", "音楽", "it's"]
SEARCHES = {"piano": "Piano Sonata", "SONATA": "Piano Sonata", "ano son": "Piano Sonata", "100%": "100% pure",
            "%": "100% pure", "_": "snake_case", "\\": "back\\slash", "étude": "Étude n° 3",
            "ÉTUDE": "Étude n° 3", "音楽": "音楽", "played at dawn": "音楽", "'": "it's", "nowhere": None}


@pytest.fixture(scope="module")
def library(running_stack):
    running_stack.wait_until_healthy()
    owner = Client(running_stack.url).register("Owner")
    for title in TITLES:
        owner.create(title=title, description="Played at dawn" if title == "音楽" else "")
    return owner


@pytest.mark.parametrize("text, title", SEARCHES.items())
def test_search(stack, library, text, title):
    assert found(library, MINE, q=text) == ([title] if title else [])


def test_empty_search_finds_everything(stack, library):
    assert found(library, MINE, q="") == TITLES[::-1]


def test_public_list(api, ada, bob, song):
    """What all may see: by page, by owner, by type, by text."""
    word = secrets.token_hex(6)
    made = [ada.submit(song, type, title=f"{type} {word}") for type in ("music", "podcast", "music")]
    other = bob.submit(song, title=f"bob's {word}")
    hidden = ada.submit(song, visibility="unlisted", title=f"hidden {word}")
    for client, id in [*((ada, id) for id in made), (bob, other), (ada, hidden)]:
        client.wait_for(id, "ready")
    public = "/api/v1/contents"
    assert [id for page in pages(api, public, q=word, limit=2) for id in ids(page)] == [other, *made[::-1]]
    assert [id for page in pages(api, public, q=word, owner=ada.user["id"]) for id in ids(page)] == made[::-1]
    assert [id for page in pages(api, public, q=word, type="podcast") for id in ids(page)] == [made[1]]
    assert [id for page in pages(api, public, q=word, type="video") for id in ids(page)] == []
    everything = [id for page in pages(api, public, limit=100) for id in ids(page)]
    assert {other, *made} <= set(everything) and hidden not in everything
    assert everything == sorted(everything, reverse=True)
    item = api.get(f"{public}?q={word}&owner={bob.user['id']}").json()["items"][0]
    assert item == bob.content(other)
