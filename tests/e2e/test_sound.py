"""What is told of a sound beside that it plays: loudness, outline, tags, cover."""

import urllib.parse

import requests


def fetch(stack, link):
    """As a browser follows it from the page: with nothing but the link."""
    return requests.get(urllib.parse.urljoin(stack.url, link), timeout=10)


def test_sound_is_measured_and_outlined(stack, ada, song):
    media = ada.publish(song)["media"]
    assert -40 < media["loudness_lufs"] < 0 and media["loudness_range_lu"] >= 0
    assert -40 < media["true_peak_dbtp"] < 3
    gapless = media["gapless"]
    assert gapless["samples"] == 3 * 44100 and gapless["sample_rate"] == 44100
    assert gapless["delay"] == 1024 and (gapless["delay"] + gapless["samples"] + gapless["padding"]) % 1024 == 0

    response = fetch(stack, media["waveform_url"])
    assert response.status_code == 200 and response.headers["Content-Type"] == "application/json"
    waveform = response.json()
    assert waveform["version"] == 1 and 1000 <= len(waveform["peaks"]) <= 2000
    assert all(0 <= peak <= 255 for peak in waveform["peaks"]) and max(waveform["peaks"]) > 0
    assert abs(waveform["point_seconds"] * len(waveform["peaks"]) - 3) < 0.02


def test_tags_stand_beside_what_the_creator_typed(stack, ada, files):
    content = ada.publish(files.tagged_song(), title="As I call it")
    assert content["title"] == "As I call it"
    tags = content["media"]["tags"]
    assert (tags["title"], tags["artist"], tags["album"], tags["date"]) == ("From the file", "Ana", "Night", "2019-05-04")
    assert (tags["track"], tags["tracks"], tags["disc"]) == (3, 12, None)
    everything = ada.get(f"/api/v1/contents/{content['id']}").text
    assert not any(word in everything for word in ("remark", "+48.1", "Acme"))
    cover = content["media"]["cover"]
    assert cover["chosen"] is False
    for size in ("large_url", "small_url"):
        picture = fetch(stack, cover[size])
        assert picture.status_code == 200 and picture.headers["Content-Type"] == "image/jpeg"
        assert picture.content.startswith(b"\xff\xd8\xff") and b"Acme" not in picture.content


def test_links_of_private_content_need_their_permission(stack, api, ada, files):
    content = ada.publish(files.tagged_song(), visibility="private")
    api.content(content["id"], expect=404, code="content_not_found")
    link = content["media"]["cover"]["small_url"]
    assert fetch(stack, link).status_code == 200
    _, root, token, path = link.split("/", 3)
    other = token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:]
    assert fetch(stack, f"/{root}/{other}/{path}").status_code == 403
