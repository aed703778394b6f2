"""From a file to what plays: the main job of the platform."""

import pytest
import requests

import authoring
import hls
from waiting import eventually

INPUTS = [("wav", "music"), ("flac", "music"), ("mp3", "podcast"), ("mp4", "video")]
TYPES = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "mp4": "video/mp4"}


@pytest.mark.parametrize("suffix, type", INPUTS)
def test_file_becomes_a_stream(stack, api, files, suffix, type):
    # A creator comes with a file.
    ada = api.register("Ada")
    file = files.video(seconds=8) if suffix == "mp4" else files.song(suffix, seconds=8)
    draft = ada.post("/api/v1/contents", {"title": "  Étude  ", "type": type, "visibility": "public"}, 201)
    content = draft.json()
    id = content["id"]
    assert draft.headers["Location"] == f"/api/v1/contents/{id}"
    assert (content["title"], content["description"], content["state"]) == ("Étude", "", "draft")
    assert content["owner"] == {"id": ada.user["id"], "name": "Ada"}
    assert not content["playable"] and content["media"] is content["progress"] is content["failure"] is None
    ada.playback(id, expect=409, code="not_playable")

    # The file goes to storage.
    key = ada.upload(id, file, TYPES[suffix])
    assert stack.objects(f"uploads/{id}") == [key]
    assert ada.content(id)["state"] == "draft"

    # It is converted, and all of it is told.
    queued = ada.set_media(id, key)
    assert queued["state"] == "queued" and queued["id"] == id
    check_events(list(ada.events(id)))

    # What is known of it afterwards.
    ready = ada.content(id)
    assert ready["state"] == "ready" and ready["playable"] and ready["progress"] is ready["failure"] is None
    assert ready["modified_at"] > ready["created_at"]
    assert abs(ready["media"]["duration_ms"] - 8000) < 200
    check_renditions(ready["media"], type)

    # Anyone may play it, for a while.
    playback = api.playback(id)
    assert playback["expires_at"] > ready["modified_at"]
    check_stream(playback["url"], ready["media"], type)

    # Storage has the stream with its record of completion, and no source any more.
    assert stack.objects(f"uploads/{id}") == []
    kept = stack.objects(f"media/{id}")
    assert ready["media"]["key"] in kept
    assert [name for name in kept if name.endswith("/complete.json")] == [
        ready["media"]["key"].rsplit("/", 2)[0] + "/complete.json"]


def check_events(events):
    first, last = events[0], events[-1]
    assert first.name == "state" and last.name == "state"
    assert last.content["state"] == "ready" and last.content["playable"]
    states = list(dict.fromkeys(event.content["state"] for event in events))
    assert states in (["queued", "processing", "ready"], ["processing", "ready"]), states
    fractions = [e.content["progress"]["fraction"] for e in events if e.content["progress"]]
    assert fractions and fractions == sorted(fractions), fractions
    for before, event in zip(events, events[1:]):
        told = [(e.content["state"], e.content["playable"]) for e in (before, event)]
        expected = "progress" if told[0] == told[1] else "state"
        assert event.name == expected, f"{event.name} from {told[0]} to {told[1]}"


def check_renditions(media, type):
    codecs = sorted({codec[:4] for r in media["renditions"] for codec in r["codec"].split(",")})
    if type == "video":
        assert media["kind"] == "video"
        assert {"avc1", "hvc1"} <= set(codecs) <= {"avc1", "hvc1", "mp4a"}
        assert all((r["width"], r["height"], r["frame_rate"]) == (320, 180, 25) for r in media["renditions"])
    else:
        assert media["kind"] == "audio" and codecs == ["mp4a"]
        assert all(r["width"] is r["height"] is r["frame_rate"] is None for r in media["renditions"])
        bandwidths = sorted(r["bandwidth"] for r in media["renditions"])
        # 64, 128 and 256 kbit/s, but nothing above the 128 that the MP3 has.
        assert len(bandwidths) in (2, 3) and 40_000 < bandwidths[0] < 100_000 < bandwidths[1] < 180_000, bandwidths
        assert all(more < 340_000 for more in bandwidths[2:]), bandwidths


def check_stream(url, media, type):
    stream = hls.load(url)
    assert abs(stream.seconds - 8) < 0.3
    assert all({"BANDWIDTH", "CODECS"} <= variant.keys() for variant in stream.variants)
    if type == "video":
        assert all(variant["RESOLUTION"] == "320x180" and variant["AUDIO"] for variant in stream.variants)
        assert stream.audio_groups
    kinds = sorted((s["codec_name"], s["codec_tag_string"]) for s in hls.probe(url))
    if type == "video":
        assert {("hevc", "hvc1"), ("h264", "avc1"), ("aac", "mp4a")} == set(kinds), kinds
    else:
        assert kinds == [("aac", "mp4a")] * len(media["renditions"]), kinds
    hls.decode(url)
    assert authoring.violations(url) == []


def test_silent_video_plays(ada, files):
    content = ada.publish(files.video(sound=False), "video")
    kinds = {s["codec_name"] for s in hls.probe(ada.playback(content["id"])["url"])}
    assert kinds == {"hevc", "h264"}


def test_subtitles_of_a_film(ada, files):
    content = ada.publish(files.film_in_languages(), "video")
    stream = hls.load(ada.playback(content["id"])["url"])
    assert all(variant["SUBTITLES"] == "subtitles" for variant in stream.variants)
    [(english, said), (german, gesagt)] = stream.subtitles
    assert (english["LANGUAGE"], german["LANGUAGE"]) == ("en", "de")
    assert said == "WEBVTT\n\n00:01.000 --> 00:03.000\nGood morning\n"
    assert gesagt == "WEBVTT\n\n00:01.000 --> 00:03.000\nGuten <i>Morgen</i>\n"


def test_video_can_become_music(ada, files):
    """The creator says what is made of a file."""
    content = ada.publish(files.video(), "music")
    assert content["media"]["kind"] == "audio"
    assert {s["codec_name"] for s in hls.probe(ada.playback(content["id"])["url"])} == {"aac"}


def test_ranges_of_a_segment(ada, song):
    stream = hls.load(ada.playback(ada.publish(song)["id"])["url"])
    whole = requests.get(stream.segments[-1], timeout=10).content
    part = requests.get(stream.segments[-1], headers={"Range": "bytes=10-19"}, timeout=10)
    assert part.status_code == 206 and part.content == whole[10:20]


def test_new_media_replaces_old(stack, ada, files, song):
    first = ada.publish(song)
    ada.set_media(first["id"], ada.upload(first["id"], files.song("wav", 5)))
    while_converting = ada.content(first["id"])
    assert while_converting["playable"]
    second = ada.wait_for(first["id"], "ready")
    assert second["media"]["key"] != first["media"]["key"]
    assert abs(second["media"]["duration_ms"] - 5000) < 200
    hls.load(ada.playback(first["id"])["url"])
    old = first["media"]["key"].rsplit("/", 2)[0]
    eventually(lambda: not stack.objects(old), what="the removal of what was replaced")
    hls.load(ada.playback(first["id"])["url"])


def test_deleted_content_leaves_nothing(stack, ada, song):
    content = ada.publish(song)
    ada.delete(f"/api/v1/contents/{content['id']}")
    ada.content(content["id"], expect=404, code="content_not_found")
    eventually(lambda: not stack.objects(f"media/{content['id']}"), what="the removal of its media")
