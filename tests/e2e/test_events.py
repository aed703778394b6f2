"""Server-sent events: at once, on one stream, to the end."""

import threading

from waiting import eventually


def test_stream_begins_at_once_and_lasts_to_the_end(stack, ada, song):
    """Nothing between the service and the client holds an event back."""
    with stack.without("conversion"):
        id = ada.submit(song)
        events = ada.events(id)
        first = next(events)  # which is the only one until there is somebody to convert
        assert first.name == "state" and first.content["state"] in ("queued", "processing")
        assert first.content == {**ada.content(id), "state": first.content["state"]}
    last = list(events)[-1]
    assert last.name == "state" and last.content == ada.content(id)
    assert last.content["state"] == "ready"


def test_stream_of_a_draft_waits_for_its_file(ada, song):
    id = ada.create()
    events = ada.events(id)
    assert next(events).content["state"] == "draft"
    ada.set_media(id, ada.upload(id, song))
    assert list(events)[-1].content["state"] == "ready"


def test_all_watchers_are_told(ada, song):
    id = ada.create()
    ends = [None] * 8

    def watch(place):
        watcher = type(ada)(ada.url, ada.session)
        ends[place] = list(watcher.events(id))[-1].content["state"]

    threads = [threading.Thread(target=watch, args=[place]) for place in range(len(ends))]
    for thread in threads:
        thread.start()
    ada.set_media(id, ada.upload(id, song))
    for thread in threads:
        thread.join(60)
    assert ends == ["ready"] * len(ends)


def test_stream_ends_when_the_content_is_deleted(ada):
    id = ada.create()
    events = ada.events(id, within=40)
    next(events)
    ada.delete(f"/api/v1/contents/{id}")
    assert list(events) == []


def test_stream_has_the_headers_of_one(ada):
    id = ada.create()
    with ada.request("GET", f"/api/v1/contents/{id}/events", 200, stream=True) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers.get("X-Accel-Buffering") is None
        assert "Content-Length" not in response.headers


def test_gone_watchers_are_forgotten(stack, ada):
    """Streams that nobody reads any more hold nothing up."""
    id = ada.create()
    for _ in range(20):
        next(ada.events(id))
    eventually(stack.healthy, within=5)
