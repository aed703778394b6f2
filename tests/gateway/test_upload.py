"""PUT /storage/<token>/<key>: the one way for bytes into local storage."""

import threading
import time
import uuid
from urllib.parse import quote

import pytest

import tokens
from running_gateway import assert_problem

BODY = b"RIFF" + b"\0" * 1000
AUDIO = {"Content-Type": "audio/wav"}


def fresh_key():
    return f"uploads/{uuid.uuid4()}/source"


def put(gateway, token, key, body=BODY, headers=AUDIO):
    return gateway.request("PUT", f"/storage/{token}/{quote(key)}", data=body, headers=headers)


def test_stores_the_object(gateway):
    key = fresh_key()
    response = put(gateway, tokens.upload(key, len(BODY)), key)
    assert response.status_code == 201
    assert (gateway.storage / key).read_bytes() == BODY
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response.headers["Access-Control-Expose-Headers"]


def test_large_object_arrives_whole(gateway):
    key, body = fresh_key(), bytes(range(256)) * 4096 * 32
    assert put(gateway, tokens.upload(key, len(body)), key, body).status_code == 201
    assert (gateway.storage / key).read_bytes() == body


@pytest.mark.parametrize("name", ["sp ace", "ünï", "50%", "a?b", "a#b", "a+b&c", "100%25", "a;b", "日本"])
def test_keys_that_need_encoding(gateway, name):
    key = f"uploads/{uuid.uuid4()}/{name}"
    assert put(gateway, tokens.upload(key, len(BODY)), key).status_code == 201
    assert (gateway.storage / key).read_bytes() == BODY


def test_works_once(gateway):
    key = fresh_key()
    token = tokens.upload(key, len(BODY))
    assert put(gateway, token, key).status_code == 201
    assert_problem(put(gateway, token, key, b"X" * len(BODY)), 409, "upload_exists")
    assert (gateway.storage / key).read_bytes() == BODY


def test_of_two_at_once_one_is_taken(gateway):
    key = fresh_key()
    path = f"/storage/{tokens.upload(key, len(BODY))}/{key}"
    with gateway.raw(f"PUT {path} HTTP/1.1\r\nHost: a\r\nContent-Type: audio/wav\r\nContent-Length: {len(BODY)}\r\n"
                     "Expect: 100-continue\r\n\r\n", read=False) as first:
        assert first.recv(4096).startswith(b"HTTP/1.1 100 ")  # it is the one
        assert_problem(gateway.request("PUT", path, data=b"X" * len(BODY), headers=AUDIO), 409, "upload_exists")
        first.sendall(BODY)
        assert first.recv(4096).startswith(b"HTTP/1.1 201 ")
    assert (gateway.storage / key).read_bytes() == BODY


def test_many_at_once_one_is_taken(gateway):
    key = fresh_key()
    token = tokens.upload(key, 100_000)
    statuses = []

    def attempt(letter):
        statuses.append(put(gateway, token, key, letter * 100_000).status_code)

    threads = [threading.Thread(target=attempt, args=(bytes([65 + i]),)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [409] * 11
    assert len(set((gateway.storage / key).read_bytes())) == 1


def test_a_broken_off_upload_leaves_nothing_and_can_be_repeated(gateway):
    key = fresh_key()
    token = tokens.upload(key, len(BODY))
    connection = gateway.raw(f"PUT /storage/{token}/{key} HTTP/1.1\r\nHost: a\r\nContent-Type: audio/wav\r\n"
                             f"Content-Length: {len(BODY)}\r\n\r\nRIFF", read=False)
    connection.close()
    deadline = time.monotonic() + 10
    while put(gateway, token, key).status_code != 201:
        assert time.monotonic() < deadline
    assert (gateway.storage / key).read_bytes() == BODY


def tampered(token, part, value):
    parts = token.split(".")
    parts[part] = value(parts[part]) if callable(value) else value
    return ".".join(parts)


@pytest.mark.parametrize("change", [
    lambda token: tampered(token, 0, lambda expiry: str(int(expiry) + 1)),
    lambda token: tampered(token, 1, str(len(BODY) + 1)),
    lambda token: tampered(token, 2, lambda mac: ("A" if mac[0] != "A" else "B") + mac[1:]),
    lambda token: tampered(token, 2, lambda mac: mac[:-1]),
    lambda token: tampered(token, 2, ""),
    lambda token: tampered(token, 0, lambda expiry: "-" + expiry),
    lambda token: token + ".1",
    lambda token: token.replace(".", "%2E"),
    lambda token: "",
    lambda token: "1.1.1",
])
def test_tampered_tokens(gateway, change):
    key = fresh_key()
    assert_problem(put(gateway, change(tokens.upload(key, len(BODY))), key), 403, "upload_token_invalid")
    assert not (gateway.storage / key).exists()


def test_token_is_for_one_key_one_type_one_purpose(gateway):
    key, other = fresh_key(), fresh_key()
    token = tokens.upload(key, len(BODY))
    for response in (put(gateway, token, other),
                     put(gateway, token, key, headers={"Content-Type": "video/mp4"}),
                     put(gateway, token, key, headers={}),
                     put(gateway, tokens.playback(key), key),
                     put(gateway, tokens.upload(key, len(BODY), content_type=""), key)):
        assert_problem(response, 403, "upload_token_invalid")
    assert not (gateway.storage / key).exists() and not (gateway.storage / other).exists()


def test_expired(gateway):
    key = fresh_key()
    for expiry in (int(time.time()) - 1, int(time.time()), 0):
        assert_problem(put(gateway, tokens.upload(key, len(BODY), expiry=expiry), key), 403, "upload_token_expired")
    assert not (gateway.storage / key).exists()


def test_size_has_to_match(gateway):
    key = fresh_key()
    for size in (len(BODY) - 1, len(BODY) + 1):
        assert_problem(put(gateway, tokens.upload(key, size), key), 400, "upload_size_mismatch")
    assert not (gateway.storage / key).exists()


def test_length_has_to_be_announced(gateway):
    key = fresh_key()
    response = put(gateway, tokens.upload(key, len(BODY)), key, body=iter([BODY]))
    assert_problem(response, 411, "upload_length_required")
    assert not (gateway.storage / key).exists()


def test_refused_before_the_body_is_sent(gateway):
    key = fresh_key()
    token = tokens.upload(key, 10**9, expiry=1)
    with gateway.raw(f"PUT /storage/{token}/{key} HTTP/1.1\r\nHost: a\r\nContent-Type: audio/wav\r\n"
                     f"Content-Length: {10**9}\r\nExpect: 100-continue\r\n\r\n", read=False) as connection:
        answer = b""
        while b"upload_token_expired" not in answer:
            chunk = connection.recv(65536)
            assert chunk, answer
            answer += chunk


@pytest.mark.parametrize("path", [
    "../outside", "a/../../outside", "%2e%2e/outside", "a/%2E%2E/%2e%2e/outside", "..%2foutside", "a%2fb", "a%2Fb",
    "a//b", "/a", "a/", "a%00b", "a%0ab", "a\\b", "a%5Cb", "./a", "a/.", "%ff%fe", "%C0%AE%C0%AE/outside", "a%",
])
def test_paths_that_could_escape(gateway, path):
    # Signed for whatever the path might be read as, none gets in.
    for key in {path, path.replace("%2f", "/").replace("%2F", "/"), "outside", "a/b", "a"}:
        token = tokens.upload(key, len(BODY))
        response = gateway.request("PUT", f"/storage/{token}/{path}", data=BODY, headers=AUDIO)
        assert response.status_code in (400, 403, 404, 405), response.text
    assert not (gateway.storage / "a").exists() and not (gateway.storage / "outside").exists()
    assert not (gateway.folder / "outside").exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "PATCH", "MKCOL", "MOVE", "COPY", "PROPFIND"])
def test_other_methods(gateway, method):
    key = fresh_key()
    gateway.store(key, BODY)
    response = gateway.request(method, f"/storage/{tokens.upload(key, len(BODY))}/{key}",
                               headers={**AUDIO, "Destination": "/x"})
    assert response.status_code == 405
    assert response.headers["Allow"] == "PUT, OPTIONS"
    if method != "HEAD":
        assert_problem(response, 405, "method_not_allowed")
    assert (gateway.storage / key).exists()


def test_preflight(gateway):
    response = gateway.request("OPTIONS", "/storage/whatever/key", headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "content-type"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
    assert int(response.headers["Access-Control-Max-Age"]) >= 600


def test_refusals_can_be_read_by_pages(gateway):
    response = put(gateway, "1.1.1", "key")
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_tokens_stay_out_of_the_logs(gateway):
    key = fresh_key()
    token = tokens.upload(key, len(BODY))
    for expected in (201, 409):
        mine = f"upload-{uuid.uuid4()}"
        assert put(gateway, token, key, headers={**AUDIO, "X-Request-Id": mine}).status_code == expected
        assert gateway.logged(mine)["uri"] == f"/storage/-/{key}"
    mac = token.split(".")[2]
    assert mac not in gateway.access_log.read_text()
    assert mac not in gateway.error_log.read_text()
