"""Uploads in parts, as a client does them."""

import requests


def check(creator, files, put_status):
    """An upload in parts that is interrupted, resumed, and played."""
    file = files.song(seconds=420).read_bytes()
    assert len(file) > 64 << 20
    id = creator.create("music")
    ticket = creator.ticket(id, len(file), "audio/wav", "long.wav")
    upload = ticket["multipart"]
    assert sum(part["size"] for part in upload["parts"]) == len(file)

    def put(part):
        begin = (part["number"] - 1) * upload["part_size"]
        sent = requests.put(part["url"], data=file[begin:begin + part["size"]], timeout=120)
        assert sent.status_code == put_status, sent.text

    for part in upload["parts"][:2]:
        put(part)
    named = {"upload_id": upload["upload_id"], "parts": []}
    body = {"key": ticket["key"], "multipart": named}
    early = creator.put(f"/api/v1/contents/{id}/media", body, 409).json()
    assert early["code"] == "upload_incomplete"

    # Another day, another device.
    rest = creator.get(f"/api/v1/contents/{id}/upload").json()
    assert rest["key"] == ticket["key"] and rest["multipart"]["upload_id"] == upload["upload_id"]
    assert ["etag" in part for part in rest["multipart"]["parts"]] == [True] * 2 + [False] * (len(upload["parts"]) - 2)
    for part in rest["multipart"]["parts"][2:]:
        put(part)
    there = creator.get(f"/api/v1/contents/{id}/upload").json()["multipart"]["parts"]
    named["parts"] = [{"number": part["number"], "etag": part["etag"]} for part in there]
    creator.put(f"/api/v1/contents/{id}/media", body, 202)
    content = creator.wait_for(id, "ready")
    assert abs(content["media"]["duration_ms"] - 420_000) < 200
    creator.get(f"/api/v1/contents/{id}/upload", 404, code="no_unfinished_upload")
