"""Large files, which go to local storage in parts."""

import parts
import requests


def test_large_files_go_in_parts(ada, files):
    parts.check(ada, files, put_status=201)


def test_a_part_is_taken_once_and_whole(ada):
    id = ada.create("video")
    pieces = ada.ticket(id, (64 << 20) + 1, "video/mp4")["multipart"]["parts"]
    last = pieces[-1]
    assert last["size"] == 1
    assert requests.put(last["url"], data=b"xy", timeout=30).json()["code"] == "upload_size_mismatch"
    assert requests.put(last["url"], data=b"x", timeout=30).status_code == 201
    assert requests.put(last["url"], data=b"x", timeout=30).json()["code"] == "upload_exists"
    assert requests.put(last["url"].rsplit("/", 1)[0] + "/1", data=b"x", timeout=30).json()["code"] == "upload_token_invalid"
    assert requests.get(last["url"], timeout=30).status_code == 405


def test_only_the_owner_resumes(ada, bob):
    id = ada.create("video", "private")
    ada.ticket(id, (64 << 20) + 1, "video/mp4")
    bob.get(f"/api/v1/contents/{id}/upload", 404, code="content_not_found")
    ada.get(f"/api/v1/contents/{id}/upload")
