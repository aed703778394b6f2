"""Files that cannot be converted end soon, in a state that says why; and harm nothing."""

import time

import pytest

import hls

SOON = 20  # seconds, on a machine that is busy with other things

BAD_FILES = {
    "a text named .mp3": (lambda files: files.text_named_mp3(), "music", {"unsupported_format"}),
    "an empty file": (lambda files: files.empty(), "music", {"empty_file"}),
    "a truncated MP4": (lambda files: files.truncated(), "video", {"damaged", "unsupported_format"}),
    "a playlist disguised as .mp4": (lambda files: files.playlist(), "video", {"unsupported_format"}),
    "a playlist disguised as .mp4, for music": (lambda files: files.playlist(), "music",
                                                {"unsupported_format"}),
    "a song for a video": (lambda files: files.song("mp3", 3), "video", {"no_video"}),
    "a silent video for music": (lambda files: files.video(sound=False), "music", {"no_audio"}),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_fails(stack, api, ada, files, name):
    make, type, codes = BAD_FILES[name]
    file = make(files)
    begun = time.monotonic()
    id = ada.submit(file, type, content_type="video/mp4" if file.suffix == ".mp4" else "audio/mpeg")
    content = ada.wait_for(id, "failed", within=SOON)
    assert time.monotonic() - begun < SOON
    assert content["failure"]["code"] in codes
    assert content["failure"]["detail"].endswith(".") and "/" not in content["failure"]["detail"]
    assert not content["playable"] and content["media"] is content["progress"] is None
    ada.playback(id, expect=409, code="not_playable")
    api.content(id, expect=404)
    events = list(ada.events(id))
    assert [(e.name, e.content) for e in events] == [("state", content)]
    assert stack.objects(f"media/{id}") == []
    assert len(stack.objects(f"uploads/{id}")) == 1  # the source is kept, until it is replaced


def test_damaged_file_plays_as_far_as_it_goes(ada, files):
    """A WAV that was cut off, and one that was not."""
    cut = ada.wait_for(ada.submit(files.cut_off()), "ready")
    assert cut["media"]["damaged"] and cut["failure"] is None
    hls.load(ada.playback(cut["id"])["url"])
    whole = ada.wait_for(ada.submit(files.song("wav", 3)), "ready")
    assert not whole["media"]["damaged"]
    assert cut["media"]["duration_ms"] < whole["media"]["duration_ms"]


def test_upload_after_a_failure(ada, files, song):
    id = ada.submit(files.text_named_mp3())
    failed = ada.wait_for(id, "failed", within=SOON)
    queued = ada.set_media(id, ada.upload(id, song))
    assert queued["state"] == "queued" and queued["failure"] is None
    ready = ada.wait_for(id, "ready")
    assert ready["failure"] is None and ready["created_at"] == failed["created_at"]
    hls.load(ada.playback(id)["url"])


def test_failed_file_can_be_tried_again(ada, files):
    """The key still leads to the file."""
    id = ada.create()
    key = ada.upload(id, files.text_named_mp3())
    for _ in range(2):
        ada.set_media(id, key)
        assert ada.wait_for(id, "failed", within=SOON)["failure"]["code"] == "unsupported_format"


def test_failed_conversion_leaves_what_plays(api, ada, files, song):
    before = ada.publish(song)
    id = before["id"]
    ada.set_media(id, ada.upload(id, files.text_named_mp3()))
    failed = ada.wait_for(id, "failed", within=SOON)
    assert failed["playable"] and failed["media"] == before["media"]
    assert failed["failure"]["code"] == "unsupported_format"
    assert api.content(id)["state"] == "failed"
    url = api.playback(id)["url"]
    hls.load(url)
    hls.decode(url)
    ada.set_media(id, ada.upload(id, files.song("wav", 5)))
    after = ada.wait_for(id, "ready")
    assert after["media"]["key"] != before["media"]["key"] and after["failure"] is None
