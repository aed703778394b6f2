"""Content plays long before its conversion is done; who listens already notices nothing of the rest."""

import concurrent.futures

import pytest

import hls
from waiting import eventually

LONG = 300  # seconds until a job has to be done, on a busy machine


@pytest.fixture
def film(files):
    """Long enough to be played while it is converted."""
    return files.video(seconds=30, size="640x360")


def playable(client, id):
    content = client.content(id)
    assert content["state"] != "failed", content
    return content["playable"] and content


def folder_of(content):
    return content["media"]["key"].rsplit("/", 2)[0]


def test_listener_begins_at_once_and_hears_all(stack, api, ada, film, tmp_path):
    id = ada.submit(film, "video")
    content = eventually(lambda: playable(ada, id), within=LONG, every=0.02, what="something to play")
    assert content["state"] == "processing", "it was converted before anybody could look"
    assert abs(content["media"]["duration_ms"] - 30_000) < 200
    assert {r["codec"][:4] for r in content["media"]["renditions"]} == {"avc1"}

    # Anyone follows it, with the first URL they got.
    url = api.playback(id)["url"]
    media = hls.media_urls(url)
    assert media and all(one.endswith("/live.m3u8") for one in media), media
    with concurrent.futures.ThreadPoolExecutor() as pool:
        tasks = [pool.submit(hls.follow, one, tmp_path / f"{place}.mp4") for place, one in enumerate(media)]
        growths = [task.result() for task in tasks]
    assert any(growths), "nobody saw it grow"
    for place in range(len(media)):
        hls.decode(tmp_path / f"{place}.mp4")
        assert abs(hls.seconds(tmp_path / f"{place}.mp4") - 30) < 0.3

    # The rest is added to the same URL, and what was played before is where it was.
    ready = ada.wait_for(id, "ready", within=LONG)
    assert {r["codec"][:4] for r in ready["media"]["renditions"]} == {"avc1", "hvc1"}
    assert len(hls.load(url).variants) == len(ready["media"]["renditions"])
    for one in media:
        hls.fetch(one)


def kill_and_finish(stack, ada, id, url):
    stack.kill("conversion")
    hls.fetch(url)
    stack.wait_until_healthy()
    ready = ada.wait_for(id, "ready", within=LONG)
    assert stack.sql("content", f"SELECT state FROM conversion_jobs WHERE content_id = '{id}'") == [["done"]]
    assert stack.objects(f"uploads/{id}") == []
    return ready


def test_conversion_dies_in_the_first_pass(stack, ada, film):
    id = ada.submit(film, "video")
    begun = eventually(lambda: playable(ada, id), within=LONG, every=0.02, what="something to play")
    assert not stack.objects(f"{folder_of(begun)}/first.json")
    ready = kill_and_finish(stack, ada, id, ada.playback(id)["url"])
    assert ready["media"]["key"] != begun["media"]["key"]
    hls.decode(ada.playback(id)["url"])
    # What the attempt left that died goes, once nobody can be listening to it any more.
    eventually(lambda: not stack.objects(begun["media"]["key"].rpartition("/")[0]), what="the removal of what was left")


def test_conversion_dies_in_the_second_pass(stack, ada, film):
    id = ada.submit(film, "video")
    eventually(lambda: stack.objects(f"media/{id}") and [
        name for name in stack.objects(f"media/{id}") if name.endswith("/first.json")
    ], within=LONG, every=0.02, what="the end of the first pass")
    whole = eventually(lambda: playable(ada, id), within=LONG)
    url = ada.playback(id)["url"]
    hls.load(url)
    first = hls.media_urls(url)
    ready = kill_and_finish(stack, ada, id, url)

    # The rest was made alone: what the first attempt made is part of it, and the first URL goes on.
    assert ready["media"]["key"] != whole["media"]["key"]
    assert {r["codec"][:4] for r in ready["media"]["renditions"]} == {"avc1", "hvc1"}
    now = hls.media_urls(ada.playback(id)["url"])
    strip = lambda address: address.partition("/media/")[2].partition("/")[2]  # without the token
    assert {strip(one) for one in first} < {strip(one) for one in now}
    hls.decode(ada.playback(id)["url"])
    eventually(lambda: {name.split("/")[3] for name in stack.objects(f"media/{id}")} == {
        whole["media"]["key"].split("/")[3], ready["media"]["key"].split("/")[3], "first.json", "complete.json"
    }, what="the removal of what was left")
    hls.load(url)
