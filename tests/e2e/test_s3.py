"""The platform with its objects in S3: a real S3 server that verifies signatures, as a browser and a player see it."""

import urllib.parse

import pytest
import requests

import client
import hls
import parts
from stack import Stack

ORIGIN = "https://media.example.org"


@pytest.fixture(scope="module")
def s3_stack(s3):
    with Stack.running(**s3.settings, DESCANT_REMOVAL_DELAY="2s") as stack:
        yield stack


@pytest.fixture
def creator(s3_stack):
    return client.Client(s3_stack.url).register("Ada")


def preflight(url, method, headers):
    return requests.options(url, timeout=30, headers={
        "Origin": ORIGIN, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers})


def fetch(url):
    """As a page elsewhere does."""
    response = requests.get(url, timeout=30, headers={"Origin": ORIGIN})
    assert response.status_code == 200, f"{url}: {response.status_code} {response.text[:300]}"
    assert response.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    return response


def test_whole_life_of_an_upload(s3, s3_stack, creator, files):
    id = creator.create("video")
    file = files.video(seconds=8).read_bytes()
    ticket = creator.ticket(id, len(file), "video/mp4", "film.mp4")
    assert ticket["url"].startswith(f"{s3.bucket_url}/uploads/{id}/")

    # The browser asks first, then sends.
    asked = preflight(ticket["url"], "PUT", "content-type")
    assert asked.status_code == 200 and asked.headers["Access-Control-Allow-Origin"] in ("*", ORIGIN)
    assert "PUT" in asked.headers["Access-Control-Allow-Methods"]
    sent = requests.put(ticket["url"], data=file, timeout=120, headers={**ticket["headers"], "Origin": ORIGIN})
    assert sent.status_code == 200, sent.text

    creator.set_media(id, ticket["key"])
    content = creator.wait_for(id, "ready")
    assert content["media"]["kind"] == "video"
    head = requests.head(ticket["url"], timeout=30)
    assert head.status_code == 403, "an upload URL reads nothing"

    # Playlists come from the platform, segments from S3.
    master = creator.playback(id)["url"]
    assert master.startswith(f"{s3_stack.url}/api/v1/media/")
    variants = [line for line in fetch(master).text.splitlines() if line and not line.startswith("#")]
    segments = 0
    for variant in dict.fromkeys(variants):
        for line in fetch(urllib.parse.urljoin(master, variant)).text.splitlines():
            if line and not line.startswith("#"):
                assert line.startswith(f"{s3.bucket_url}/media/{id}/") and "X-Amz-Signature=" in line
                assert fetch(line).content
                segments += 1
    assert segments >= 2
    kinds = {s["codec_name"] for s in hls.probe(master)}
    assert kinds == {"hevc", "h264", "aac"}
    hls.decode(master)


def test_subtitles(s3, creator, files):
    id = creator.publish(files.film_in_languages(), "video")["id"]
    master = creator.playback(id)["url"]
    tracks = [hls.attributes(line) for line in fetch(master).text.splitlines() if "TYPE=SUBTITLES" in line]
    assert [track["LANGUAGE"] for track in tracks] == ["en", "de"]
    playlist = fetch(urllib.parse.urljoin(master, tracks[1]["URI"])).text
    [text] = [line for line in playlist.splitlines() if line and not line.startswith("#")]
    assert text.startswith(f"{s3.bucket_url}/media/{id}/") and "X-Amz-Signature=" in text
    assert "Guten <i>Morgen</i>" in fetch(text).content.decode()


def test_tokens_are_verified_by_the_platform(s3_stack, creator, song):
    url = creator.playback(creator.publish(song)["id"])["url"]
    other = creator.publish(song)["id"]
    address = urllib.parse.urlsplit(url)
    segments = address.path.split("/")  # '', api, v1, media, token, content, job, attempt, file
    for index, value in ((4, segments[4][:-1] + ("A" if segments[4][-1] != "A" else "B")), (4, "x"), (5, other), (6, other)):
        changed = list(segments)
        changed[index] = value
        answer = requests.get(urllib.parse.urlunsplit(address._replace(path="/".join(changed))), timeout=30)
        assert answer.status_code == 403 and answer.json()["code"] == "playback_token_invalid"
    for path in ("/".join(segments[:8]) + "/%2e%2e%2fx.m3u8", "/".join(segments[:8]) + "/absent.m3u8"):
        answer = requests.get(urllib.parse.urlunsplit(address._replace(path=path)), timeout=30)
        assert answer.status_code in (403, 404), answer.text
    assert segments[4] not in str(s3_stack.log("access")), "a token in a log would be a key under the doormat"


def test_large_files_go_in_parts(s3, creator, files):
    parts.check(creator, files, put_status=200)
