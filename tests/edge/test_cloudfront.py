"""The edge in the form that CloudFront runs: events of its shape in, requests for the bucket or refusals out."""

import json
import pathlib
import re
import subprocess

import pytest

import tokens

ROOT = pathlib.Path(__file__).resolve().parents[2]
EDGE = ROOT / "gateway" / "edge"
NOW = 1_800_000_000
PREFIX = "019453f1-7c00-7d6b-8a3e-2f1d5b7c9e10/job/1"


def function_code():
    """As deploy/terraform/cdn.tf puts it together."""
    edge = (EDGE / "edge.js").read_text()
    return (EDGE / "cloudfront.js").read_text() + re.sub(r"(?m)^export default .*$", "", edge)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    code = tmp_path_factory.mktemp("edge") / "function.js"
    code.write_text(function_code())

    def run(*requests, key=tokens.KEY):
        events = [{"version": "1.0", "context": {"eventType": "viewer-request"}, "viewer": {"ip": "192.0.2.1"},
                   "request": {"method": method, "uri": uri, "querystring": {"a": {"value": "b"}}, "cookies": {},
                               "headers": {"range": {"value": "bytes=0-9"}}}}
                  for method, uri in requests]
        done = subprocess.run(["node", str(pathlib.Path(__file__).with_name("cloudfront.mjs")), str(code)],
                              input=json.dumps({"key": key, "now": NOW, "events": events}),
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)
    return run


def code_of(answer):
    assert answer["headers"]["cache-control"]["value"] == "no-store"
    assert answer["headers"]["access-control-allow-origin"]["value"] == "*"
    problem = json.loads(answer["body"])
    assert problem["status"] == answer["statusCode"]
    return problem["code"]


def test_fits_into_the_runtime():
    code = function_code()
    assert len(code.encode()) <= 10 * 1024, "CloudFront takes 10 KB"
    assert "export" not in code and len(re.findall(r"(?m)^import ", code)) == 1
    assert "?." not in code and "??" not in code and "class " not in code, "not in its JavaScript"


def test_a_good_token_becomes_the_objects_path(run):
    token = tokens.playback(PREFIX, NOW + 60)
    master, odd = run(("GET", f"/media/{token}/{PREFIX}/master.m3u8"), ("HEAD", f"/media/{token}/{PREFIX}/a%20b/%C3%BC%2b.m4s"))
    assert master["uri"] == f"/media/{PREFIX}/master.m3u8"
    assert master["headers"] == {"range": {"value": "bytes=0-9"}} and master["querystring"] == {}
    assert odd["uri"] == f"/media/{PREFIX}/a%20b/%C3%BC%2B.m4s"


def test_opens_nothing_else(run):
    token = tokens.playback(PREFIX, NOW + 60)
    paths = ["other/job/1/master.m3u8", PREFIX, f"{PREFIX}2/master.m3u8", f"{PREFIX}/../../../other/x", f"{PREFIX}/%2e%2e/x",
             f"{PREFIX}/..%2fx", f"{PREFIX}//x", f"{PREFIX}/x%00", f"{PREFIX}/%zz", "../uploads/x", ""]
    answers = run(*[("GET", f"/media/{token}/{path}") for path in paths],
                  ("GET", f"/uploads/{PREFIX}/x"), ("GET", "/"), ("GET", f"/media/{PREFIX}/master.m3u8"))
    assert [code_of(answer) for answer in answers] == ["playback_token_invalid"] * len(answers)


def test_tampered_and_expired_tokens(run):
    expiry, depth, mac = tokens.playback(PREFIX, NOW + 60).split(".")
    bad = [f"{int(expiry) + 1}.{depth}.{mac}", f"{expiry}.2.{mac}", f"{expiry}.0.{mac}", f"{expiry}.{depth}.{mac[::-1]}",
           f"{expiry}.{depth}.", "x", f"0{expiry}.{depth}.{mac}", tokens.upload(PREFIX, 3, expiry=NOW + 60)]
    answers = run(*[("GET", f"/media/{token}/{PREFIX}/master.m3u8") for token in bad])
    assert [code_of(answer) for answer in answers] == ["playback_token_invalid"] * len(bad)
    expired, last = run(("GET", f"/media/{tokens.playback(PREFIX, NOW)}/{PREFIX}/x"),
                        ("GET", f"/media/{tokens.playback(PREFIX, NOW + 1)}/{PREFIX}/x"))
    assert code_of(expired) == "playback_token_expired" and expired["statusCode"] == 403
    assert last["uri"] == f"/media/{PREFIX}/x"


def test_other_methods(run):
    uri = f"/media/{tokens.playback(PREFIX, NOW + 60)}/{PREFIX}/x"
    put, preflight = run(("PUT", uri), ("OPTIONS", uri))
    assert code_of(put) == "method_not_allowed" and put["statusCode"] == 405
    assert preflight["statusCode"] == 204
    assert "Range" in preflight["headers"]["access-control-allow-headers"]["value"]


@pytest.mark.parametrize("key", [None, "", "short"])
def test_without_a_key_nothing_opens(run, key):
    answer, = run(("GET", f"/media/{tokens.playback(PREFIX, NOW + 60)}/{PREFIX}/x"), key=key)
    assert code_of(answer) == "storage_unavailable" and answer["statusCode"] == 503
