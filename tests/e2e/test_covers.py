"""Covers that creators choose, in place of those in their files."""

import base64
import subprocess

import pytest
import requests

from waiting import eventually


def jpeg(size, colour="red"):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", f"color={colour}:size={size}",
               "-frames:v", "1", "-f", "mjpeg", "-"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def body(data):
    return {"jpeg": base64.urlsafe_b64encode(data).decode().rstrip("=")}


def fetch(client, url):
    response = requests.get(client.url + url, timeout=10)
    assert response.status_code == 200 and response.headers["Content-Type"] == "image/jpeg"
    return response.content


def test_a_cover_is_chosen_and_forgotten(api, ada, files):
    content = ada.publish(files.tagged_song())
    id, own = content["id"], content["media"]["cover"]
    assert not own["chosen"]
    red, blue = jpeg("640x360"), jpeg("512x512", "blue")
    for picture in (red, blue):
        changed = ada.put(f"/api/v1/contents/{id}/cover", body(picture), 200).json()
        cover = changed["media"]["cover"]
        assert cover["chosen"] and changed["modified_at"] > content["modified_at"]
        assert fetch(ada, cover["large_url"]) == fetch(ada, cover["small_url"]) == picture
    assert api.content(id)["media"]["cover"]["chosen"]
    ada.set_media(id, ada.upload(id, files.song("mp3", 3)))
    assert fetch(ada, ada.wait_for(id, "ready")["media"]["cover"]["large_url"]) == blue
    assert ada.delete(f"/api/v1/contents/{id}/cover", expect=200).json()["media"]["cover"] is None
    ada.delete(f"/api/v1/contents/{id}/cover", expect=200)


@pytest.mark.parametrize("data", [b"GIF89a", b"\xff\xd8\xff\xd9", jpeg("648x360"), jpeg("360x648"),
                                  jpeg("640x640")[:-2]], ids=["GIF", "empty", "wide", "high", "cut off"])
def test_what_is_no_cover_is_refused(ada, data):
    id = ada.create()
    problem = ada.put(f"/api/v1/contents/{id}/cover", body(data), 422, code="validation_failed").json()
    assert [error["field"] for error in problem["errors"]] == ["jpeg"]


def test_only_base64url_is_read(ada):
    id = ada.create()
    for text in ("/9j/", "_9j_wA==", "_9j_wA\n", "ü"):
        ada.put(f"/api/v1/contents/{id}/cover", {"jpeg": text}, 422, code="validation_failed")


def test_covers_go_with_their_content(stack, ada):
    id = ada.create()
    ada.put(f"/api/v1/contents/{id}/cover", body(jpeg("64x64")), 200)
    assert len(stack.objects(f"media/{id}/cover")) == 1
    ada.delete(f"/api/v1/contents/{id}")
    eventually(lambda: not stack.objects(f"media/{id}"), what="the removal of its cover")
