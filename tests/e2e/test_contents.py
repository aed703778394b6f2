"""Contents and their files, as long as all goes well; and their conflicts."""

import requests

from waiting import eventually

LIMIT = 16 << 30


def test_content_is_private_unless_told(ada):
    content = ada.post("/api/v1/contents", {"title": "Sketch", "type": "music"}, 201).json()
    assert (content["visibility"], content["description"]) == ("private", "")
    assert ada.content(content["id"]) == content


def test_content_changes(ada):
    id = ada.create()
    before = ada.content(id)
    after = ada.patch(f"/api/v1/contents/{id}", {"title": "Prelude"}).json()
    assert after == {**before, "title": "Prelude", "modified_at": after["modified_at"]}
    assert after["modified_at"] > before["modified_at"]
    change = {"description": "Two\nlines", "visibility": "unlisted"}
    before, after = after, ada.patch(f"/api/v1/contents/{id}", change).json()
    assert after == {**before, **change, "modified_at": after["modified_at"]}
    assert ada.content(id) == after
    assert ada.patch(f"/api/v1/contents/{id}", {"description": ""}).json()["description"] == ""


def test_types_of_one_kind_are_exchanged(ada):
    id = ada.create("music")
    assert ada.patch(f"/api/v1/contents/{id}", {"type": "podcast"}).json()["type"] == "podcast"
    problem = ada.patch(f"/api/v1/contents/{id}", {"type": "video", "title": "Film"}, 422,
                        code="validation_failed").json()
    assert [error["field"] for error in problem["errors"]] == ["type"]
    assert (ada.content(id)["type"], ada.content(id)["title"]) == ("podcast", "Nocturne")


def test_content_goes_away(ada):
    id = ada.create()
    ada.delete(f"/api/v1/contents/{id}")
    ada.content(id, expect=404, code="content_not_found")
    ada.delete(f"/api/v1/contents/{id}", expect=404, code="content_not_found")


def test_what_is_not_known_is_ignored(ada):
    body = {"title": "Sketch", "type": "music", "owner": {"id": "me"}, "state": "ready", "playable": True}
    content = ada.post("/api/v1/contents", body, 201).json()
    assert content["state"] == "draft" and not content["playable"]
    assert content["owner"]["id"] == ada.user["id"]


def test_ticket_is_for_one_file(ada):
    id = ada.create()
    first, second = ada.ticket(id, 4, "audio/wav"), ada.ticket(id, 4, "audio/wav")
    assert first["key"] != second["key"] and first["key"].startswith(f"uploads/{id}/")
    assert first["headers"] == {"Content-Type": "audio/wav"}
    assert first["url"].startswith(ada.url)
    assert first["expires_at"] > ada.content(id)["created_at"]


def test_upload_types(ada):
    id = ada.create()
    for content_type in ("audio/flac", "video/x-matroska", "application/ogg", "application/octet-stream"):
        ada.ticket(id, 4, content_type)
    for content_type in ("text/plain", "image/png", "application/pdf", "audio/", "audio/x y", "audio",
                         "audio/x\r\ny"):
        answer = ada.request("POST", f"/api/v1/contents/{id}/upload",
                             json={"filename": "song", "size": 4, "content_type": content_type})
        assert (answer.status_code, answer.json()["code"]) in [
            (415, "unsupported_upload_type"), (422, "validation_failed")], content_type
    assert answer.status_code == 422  # a control character is worse than a type


def test_upload_has_a_largest_size(ada):
    id = ada.create()
    ada.ticket(id, LIMIT)
    ada.ticket(id, LIMIT + 1, expect=413, code="upload_too_large")


def test_upload_has_to_be_there(ada):
    id = ada.create()
    ada.set_media(id, ada.ticket(id, 4)["key"], 409, code="upload_missing")
    assert ada.content(id)["state"] == "draft"


def test_key_has_to_be_the_contents_own(ada, bob, song):
    id, other = ada.create(), ada.create()
    key, foreign = ada.upload(other, song), bob.upload(bob.create(), song)
    published = ada.publish(song)["media"]["key"]
    name = key.rsplit("/", 1)[1]
    keys = [key, foreign, published, f"uploads/{id}/../{other}/{name}", f"uploads/{id}/", f"uploads/{id}",
            f"/uploads/{id}/{name}", f"uploads/{id}/{name}/", f"uploads/{id.upper()}/{name}",
            f"uploads/{id}/\0{name}", "x", "/etc/passwd"]
    for key in keys:
        ada.set_media(id, key, 422, code="key_not_acceptable")
    assert ada.content(id)["state"] == "draft"


def test_one_conversion_at_a_time(stack, ada, song):
    with stack.without("conversion"):
        id = ada.submit(song)
        key = ada.upload(id, song)
        ada.set_media(id, key, 409, code="conversion_in_progress")
    ada.wait_for(id, "ready")
    ada.set_media(id, key)
    ada.wait_for(id, "ready")


def test_a_failed_conversion_is_tried_again(stack, ada, files):
    """With the file that is there. What can be converted is not there any more, and what cannot be fails again."""
    id = ada.create()
    again = f"/api/v1/contents/{id}/conversion"
    ada.post(again, expect=409, code="upload_missing")
    ada.set_media(id, ada.upload(id, files.text_named_mp3()))
    ada.wait_for(id, "failed")
    with stack.without("conversion"):
        queued = ada.post(again, expect=202).json()
        assert (queued["state"], queued["failure"]) == ("queued", None)
        ada.post(again, expect=409, code="conversion_in_progress")
    assert ada.wait_for(id, "failed")["failure"]["code"] == "unsupported_format"
    ada.set_media(id, ada.upload(id, files.song("mp3", 3)))
    ada.wait_for(id, "ready")
    ada.post(again, expect=409, code="upload_missing")


def test_source_is_used_once(ada, song):
    """After its conversion the file is gone, so its key leads nowhere."""
    id = ada.create()
    key = ada.upload(id, song)
    ada.set_media(id, key)
    ready = ada.wait_for(id, "ready")
    ada.set_media(id, key, 409, code="upload_missing")
    assert ada.content(id)["media"] == ready["media"]


def test_deleting_ends_a_conversion(stack, ada, files):
    id = ada.submit(files.video(seconds=20, size="640x360"), "video")
    next(event for event in ada.events(id) if event.content["progress"])
    ada.delete(f"/api/v1/contents/{id}")
    ada.content(id, expect=404, code="content_not_found")
    eventually(lambda: not stack.objects(f"media/{id}") and not stack.objects(f"uploads/{id}"),
               what="the removal of all it had")


def test_url_leads_through_the_gateway_that_was_asked(ada):
    """Behind a proxy or under another name, URLs are of that name."""
    id = ada.create()
    body = {"filename": "song", "size": 4, "content_type": "audio/wav"}
    port = ada.url.rsplit(":", 1)[1]
    url = ada.post(f"/api/v1/contents/{id}/upload", body, 200,
                   headers={"Host": f"localhost:{port}"}).json()["url"]
    assert url.startswith(f"http://localhost:{port}/storage/")
    response = requests.put(url, data=b"RIFF", headers={"Content-Type": "audio/wav"}, timeout=10)
    assert response.status_code == 201
