"""GET /media/<token>/<path>: the one way for bytes out of local storage."""

import time
import uuid

import pytest

import tokens
from running_gateway import assert_problem

SEGMENT = bytes(range(256)) * 40


@pytest.fixture
def prefix(gateway):
    """Of one rendition set: a content, a job, an attempt."""
    prefix = f"{uuid.uuid4()}/{uuid.uuid4()}/1"
    gateway.store(f"media/{prefix}/master.m3u8", b"#EXTM3U\n")
    gateway.store(f"media/{prefix}/audio/1.m4s", SEGMENT)
    return prefix


def test_opens_all_below_the_prefix(gateway, prefix):
    token = tokens.playback(prefix)
    assert gateway.get(f"/media/{token}/{prefix}/master.m3u8").content == b"#EXTM3U\n"
    assert gateway.get(f"/media/{token}/{prefix}/audio/1.m4s").content == SEGMENT
    assert gateway.request("HEAD", f"/media/{token}/{prefix}/audio/1.m4s").headers["Content-Length"] == "10240"


def test_opens_nothing_else(gateway, prefix):
    other = f"{uuid.uuid4()}/{uuid.uuid4()}/1"
    gateway.store(f"media/{other}/master.m3u8", b"secret")
    gateway.store("uploads/source", b"secret")
    token = tokens.playback(prefix)
    for path in (f"{other}/master.m3u8", prefix, f"{prefix}2/master.m3u8", "master.m3u8"):
        assert_problem(gateway.get(f"/media/{token}/{path}"), 403, "playback_token_invalid")
    assert_problem(gateway.get(f"/media/{tokens.upload(prefix, 3)}/{prefix}/master.m3u8"), 403, "playback_token_invalid")
    for path in (f"{prefix}/../../../{other}/master.m3u8", f"{prefix}/%2e%2e/%2e%2e/%2e%2e/{other}/master.m3u8",
                 f"{prefix}/..%2f..%2f..%2f..%2fuploads/source", f"{prefix}//master.m3u8",
                 f"{prefix}/master.m3u8%00.m4s", f"{prefix}/..\\master.m3u8", f"./{prefix}/master.m3u8"):
        response = gateway.get(f"/media/{token}/{path}")
        assert response.status_code in (400, 403, 404) and "secret" not in response.text


def test_tampered_tokens(gateway, prefix):
    expiry, depth, mac = tokens.playback(prefix).split(".")
    for token in (f"{int(expiry) + 1}.{depth}.{mac}", f"{expiry}.2.{mac}", f"{expiry}.4.{mac}", f"{expiry}.0.{mac}",
                  f"{expiry}.{depth}.{mac[::-1]}", f"{expiry}.{depth}.", f"{expiry}.{depth}", "", "x",
                  f"{expiry}.{depth}.{mac}=", f"0{expiry}.{depth}.{mac}", f"{expiry}.{depth}.{mac}.{mac}"):
        response = gateway.get(f"/media/{token}/{prefix}/master.m3u8")
        assert_problem(response, 403, "playback_token_invalid")


def test_expires(gateway, prefix):
    token = tokens.playback(prefix, expiry=int(time.time()))
    assert_problem(gateway.get(f"/media/{token}/{prefix}/master.m3u8"), 403, "playback_token_expired")


def test_absent_files(gateway, prefix):
    token = tokens.playback(prefix)
    response = gateway.get(f"/media/{token}/{prefix}/audio/2.m4s")
    assert_problem(response, 404, "not_found")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert gateway.get(f"/media/{token}/{prefix}/audio").status_code in (301, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "MKCOL"])
def test_other_methods(gateway, prefix, method):
    response = gateway.request(method, f"/media/{tokens.playback(prefix)}/{prefix}/master.m3u8", data=b"x")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_ranges(gateway, prefix):
    path = f"/media/{tokens.playback(prefix)}/{prefix}/audio/1.m4s"
    part = gateway.get(path, headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, SEGMENT[100:300])
    assert part.headers["Content-Range"] == "bytes 100-299/10240"
    assert gateway.get(path, headers={"Range": "bytes=-5"}).content == SEGMENT[-5:]
    assert_problem(gateway.get(path, headers={"Range": "bytes=20000-"}), 416, "range_not_satisfiable")


@pytest.mark.parametrize("name, media_type, cache", [
    ("master.m3u8", "application/vnd.apple.mpegurl", "private, no-cache"),
    ("v/1.m4s", "video/mp4", "private, max-age=31536000, immutable"),
    ("v/init.mp4", "video/mp4", "private, max-age=31536000, immutable"),
    ("poster.jpg", "image/jpeg", "private, max-age=31536000, immutable"),
    ("waveform.json", "application/json", "private, max-age=31536000, immutable"),
    ("subtitles.vtt", "text/vtt", "private, max-age=31536000, immutable"),
    ("page.htm", "application/octet-stream", "private, max-age=31536000, immutable"),
])
def test_types_and_caching(gateway, prefix, name, media_type, cache):
    gateway.store(f"media/{prefix}/{name}", b"x")
    response = gateway.get(f"/media/{tokens.playback(prefix)}/{prefix}/{name}?a=.m3u8")
    assert (response.headers["Content-Type"], response.headers["Cache-Control"]) == (media_type, cache)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_unchanged_playlists_are_not_sent_again(gateway, prefix):
    path = f"/media/{tokens.playback(prefix)}/{prefix}/master.m3u8"
    tag = gateway.get(path).headers["ETag"]
    assert gateway.get(path, headers={"If-None-Match": tag}).status_code == 304
    gateway.store(f"media/{prefix}/master.m3u8", b"#EXTM3U\n#EXT-X-ENDLIST\n")
    assert gateway.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_any_page_may_play(gateway, prefix):
    path = f"/media/{tokens.playback(prefix)}/{prefix}/audio/1.m4s"
    response = gateway.get(path, headers={"Origin": "https://player.example", "Range": "bytes=0-9"})
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Content-Range" in response.headers["Access-Control-Expose-Headers"]
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    preflight = gateway.request("OPTIONS", path, headers={"Origin": "https://player.example",
                                                          "Access-Control-Request-Headers": "range"})
    assert preflight.status_code == 204 and "Range" in preflight.headers["Access-Control-Allow-Headers"]


def test_tokens_stay_out_of_the_logs(gateway, prefix):
    token = tokens.playback(prefix)
    for name, expected in (("master.m3u8", 200), ("absent.m4s", 404)):
        mine = f"play-{uuid.uuid4()}"
        assert gateway.get(f"/media/{token}/{prefix}/{name}", headers={"X-Request-Id": mine}).status_code == expected
        assert gateway.logged(mine)["uri"] == f"/media/-/{prefix}/{name}"
    assert token.split(".")[2] not in gateway.access_log.read_text()
    assert token.split(".")[2] not in gateway.error_log.read_text()
