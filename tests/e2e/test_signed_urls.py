"""The edges that move bytes: what a signed URL opens, and that nothing else does."""

import socket
import time

import pytest
import requests

import contract
import hls
import signing
from waiting import eventually

DATA = b"RIFF of a kind"


def put(url, data=DATA, content_type="audio/wav", **headers):
    return checked(requests.put(url, data=data, headers={"Content-Type": content_type, **headers},
                                timeout=30))


def get(url, method="GET"):
    return checked(requests.request(method, url, timeout=30))


def checked(response):
    if response.status_code >= 400 and response.request.method != "HEAD":
        contract.load().check_problem(response)
    return response


def refused(response, status, code):
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    return True


@pytest.fixture
def ticket(ada):
    return ada.ticket(ada.create(), len(DATA), "audio/wav")


def test_upload_url_works_once(stack, ticket):
    assert put(ticket["url"]).status_code == 201
    assert (stack.storage / ticket["key"]).read_bytes() == DATA
    refused(put(ticket["url"], b"x" * len(DATA)), 409, "upload_exists")
    assert (stack.storage / ticket["key"]).read_bytes() == DATA


def test_upload_url_is_for_its_file_only(stack, ada, ticket):
    root, token, key = signing.split_signed(ticket["url"])
    other = ada.ticket(ada.create(), len(DATA), "audio/wav")["key"]
    expiry, size, mac = token.split(".")
    forged = [f"{root}/{signing.tampered(token)}/{key}", f"{root}/{token}/{other}", f"{root}/{token}/{key}x",
              f"{root}/{int(expiry) + 1}.{size}.{mac}/{key}", f"{root}/{expiry}.{int(size) + 1}.{mac}/{key}",
              f"{root}/{token}/media/x/y", f"{root}/x/{key}", f"{root}/{token[:-1]}/{key}", f"{root}//{key}",
              f"{root}/{token}/{key}/..%2fx", f"{root}/{token}/", f"{root}/{token}"]
    for url in forged:
        refused(put(url), 403, "upload_token_invalid")
    refused(put(ticket["url"], content_type="audio/flac"), 403, "upload_token_invalid")
    assert put(ticket["url"], DATA + b"x").status_code == 400
    refused(put(ticket["url"], DATA[:-1]), 400, "upload_size_mismatch")
    refused(put(ticket["url"], iter([DATA])), 411, "upload_length_required")  # chunked
    assert stack.objects("uploads/" + key.split("/")[1]) == []
    assert put(ticket["url"]).status_code == 201


def test_upload_url_is_for_uploads_only(ticket):
    put(ticket["url"])
    for method in ("GET", "DELETE", "POST", "PROPFIND", "MKCOL", "MOVE"):
        refused(get(ticket["url"], method), 405, "method_not_allowed")
    assert get(ticket["url"], "HEAD").status_code == 405
    assert get(ticket["url"].replace("/storage/", "/media/")).status_code == 403


def test_expired_upload_url(stack, ticket):
    root, _, key = signing.split_signed(ticket["url"])
    past, future = int(time.time()) - 1, int(time.time()) + 60
    for expiry, answer in ((past, 403), (future, 201)):
        token = signing.edge_token(stack, "upload", expiry, len(DATA), f"audio/wav\n{key}")
        response = put(f"{root}/{token}/{key}")
        assert response.status_code == answer
        assert answer == 201 or refused(response, 403, "upload_token_expired")


def test_broken_upload_leaves_nothing(stack, ada):
    """The client goes away halfway: nothing is there, and the URL still works."""
    ticket = ada.ticket(ada.create(), 1_000_000, "audio/wav")
    path = ticket["url"].removeprefix(stack.url)
    head = (f"PUT {path} HTTP/1.1\r\nHost: 127.0.0.1:{stack.port}\r\n"
            "Content-Type: audio/wav\r\nContent-Length: 1000000\r\n\r\n")
    with socket.create_connection(("127.0.0.1", stack.port), 10) as connection:
        connection.sendall(head.encode() + b"x" * 500_000)
        refused(put(ticket["url"], b"y" * 1_000_000), 409, "upload_exists")
    eventually(lambda: put(ticket["url"], b"z" * 1_000_000).status_code == 201, within=5)
    assert (stack.storage / ticket["key"]).read_bytes() == b"z" * 1_000_000


@pytest.fixture
def published(ada, song):
    return [ada.playback(ada.publish(song)["id"])["url"] for _ in range(2)]


def test_playback_url_is_for_its_folder_only(published):
    url, other = published
    root, token, path = signing.split_signed(url)
    _, other_token, other_path = signing.split_signed(other)
    content, job = path.split("/")[:2]
    expiry, depth, mac = token.split(".")
    for forged in [f"{root}/{signing.tampered(token)}/{path}", f"{root}/{token}/{other_path}",
                   f"{root}/{other_token}/{path}",
                   f"{root}/{int(expiry) + 1}.{depth}.{mac}/{path}", f"{root}/{expiry}.1.{mac}/{path}",
                   f"{root}/{expiry}.3.{mac}/{path}", f"{root}/{token}/{content}/{job[:-1]}/1/master.m3u8",
                   f"{root}/x/{path}",
                   f"{root}/{token}/..%2f{path}", f"{root}/{token}/{path}/..%2f..%2f..%2fcomplete.json",
                   f"{root}/{token}/{content}", f"{root}/{token}/", f"{root}/{token}", f"{root}//{path}"]:
        refused(get(forged), 403, "playback_token_invalid")
    for method in ("PUT", "DELETE", "POST"):
        refused(get(url, method), 405, "method_not_allowed")
    assert get(url).status_code == 200 and get(url, "HEAD").status_code == 200
    assert get(f"{root}/{token}/{path.rsplit('/', 1)[0]}/nothing.m4s").status_code == 404


def test_expired_playback_url(stack, published):
    root, _, path = signing.split_signed(published[0])
    prefix = path.rsplit("/", 1)[0]
    for expiry, answer in ((int(time.time()) - 1, 403), (int(time.time()) + 60, 200)):
        token = signing.edge_token(stack, "playback", expiry, prefix.count("/") + 1, prefix)
        response = get(f"{root}/{token}/{path}")
        assert response.status_code == answer
        assert answer == 200 or refused(response, 403, "playback_token_expired")


def test_segments_need_the_token(published):
    segment = hls.load(published[0]).segments[-1]
    root, token, path = signing.split_signed(segment)
    refused(get(f"{root}/{signing.tampered(token)}/{path}"), 403, "playback_token_invalid")


def test_one_purpose_is_not_another(stack, ticket, published):
    """A token of one kind, moved to the other edge."""
    root, token, path = signing.split_signed(published[0])
    upload_root, upload_token, key = signing.split_signed(ticket["url"])
    refused(get(f"{root}/{upload_token}/{path}"), 403, "playback_token_invalid")
    refused(put(f"{upload_root}/{token}/{key}"), 403, "upload_token_invalid")


def test_tokens_are_not_logged(stack, ada, ticket, published):
    put(ticket["url"])
    get(published[0])
    eventually(lambda: any(line.get("uri", "").endswith(ticket["key"]) for line in stack.log("access")))
    log = (stack.home / "log" / "access.log").read_text()
    for secret in (signing.split_signed(ticket["url"])[1], signing.split_signed(published[0])[1], ada.token):
        assert secret not in log
