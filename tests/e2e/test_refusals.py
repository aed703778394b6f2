"""What every route refuses, made out of the contract: a route that is added there is tested here."""

import json
import secrets

import pytest

import contract
import signing
from client import Client
from reference.document import example

CONTRACT = contract.load()
NOBODY = "019453f1-7c00-7d6b-8a3e-2f1d5b7c9e10"
BODIES = [o for o in CONTRACT.operations if o.body_schema]
TOKENS = [o for o in CONTRACT.operations if o.takes_token]
OF_A_CONTENT = [o for o in CONTRACT.operations if o.path.startswith("/api/v1/contents/{id}")]
OF_ITS_OWNER = [o for o in OF_A_CONTENT if o.needs_token]


def each(operations):
    return pytest.mark.parametrize("operation", operations, ids=lambda o: o.id)


def path(operation, id=NOBODY):
    return operation.path.replace("{id}", id)


def good_body(operation):
    return example(CONTRACT.document, operation.body_schema) if operation.needs_body else None


def send(client, operation, id=NOBODY, data=None, content_type="application/json", **arguments):
    """With a body in bytes. A logout reads its body only when there is no token."""
    if operation.id == "logout" and data is not None:
        arguments["token"] = None
    return client.request(operation.method, path(operation, id), data=data,
                          headers={"Content-Type": content_type} if data is not None else None, **arguments)


@pytest.fixture(scope="module")
def known(running_stack):
    """A client of a user, for all tests here: nothing that is refused changes anything."""
    running_stack.wait_until_healthy()
    return Client(running_stack.url).register("Ada")


@pytest.fixture(scope="module")
def draft(known):
    return known.create()


@each(BODIES)
@pytest.mark.parametrize("body", [
    "{", "[]", '"text"', "null", '{"a": 1} b', '{"a": "\x01"}', "{'a': 1}", "\xff",
    '{"a":' * 40 + "1" + "}" * 40], ids=lambda body: body[:10].encode().hex())
def test_malformed_json(stack, known, draft, operation, body):
    send(known, operation, draft, body.encode("latin-1"), expect=400, code="malformed_json")


@each(BODIES)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded",
                                          "application/jsonp", None])
def test_body_of_another_type(stack, known, draft, operation, content_type):
    body = json.dumps(good_body(operation) or {"refresh_token": "x"}).encode()
    send(known, operation, draft, body, content_type, expect=415, code="unsupported_media_type")


@each(BODIES)
def test_body_too_large(stack, known, draft, operation):
    send(known, operation, draft, json.dumps({"text": "x" * 70_000}).encode(), expect=413,
         code="body_too_large")


@each(BODIES)
def test_empty_object(stack, known, draft, operation):
    """All that is required is asked for at once."""
    schema = CONTRACT.resolve(operation.body_schema)
    if not schema.get("required"):
        pytest.skip("it requires nothing")
    problem = send(known, operation, draft, b"{}", expect=422, code="validation_failed").json()
    assert sorted((e["field"], e["code"]) for e in problem["errors"]) == sorted(
        (name, "required") for name in schema["required"])


def wrong_values():
    """For each field of each body: operation, name, a value, the codes that it may be refused with."""
    for operation in BODIES:
        for name, schema in CONTRACT.resolve(operation.body_schema)["properties"].items():
            schema = CONTRACT.resolve(schema)
            if schema.get("type") == "object":
                continue
            values = [(["x"], {"invalid"}), ({"x": 1}, {"invalid"})]
            is_text = schema.get("type") == "string"
            values.append((5 if is_text else "x", {"invalid"}))
            if "maxLength" in schema:
                values.append(("x" * (schema["maxLength"] + 1), {"too_long"}))
            if schema.get("minLength", 0) > 0 and name != "key":
                values.append(("", {"required", "too_short"}))
            if schema.get("minLength", 0) > 1:
                values.append(("x", {"too_short", "invalid"}))
            if schema.get("format") == "email":
                values += [(text, {"invalid"}) for text in ("ada", "ada@", "@example.org", "a b@example.org")]
            if schema.get("minimum") is not None:
                values += [(schema["minimum"] - 1, {"out_of_range"}), (1.5, {"invalid"}),
                           (1e300, {"invalid"})]
            yield from (pytest.param(operation, name, value, codes,
                                     id=f"{operation.id}-{name}-{str(value)[:12]}")
                        for value, codes in values)


@pytest.mark.parametrize("operation, name, value, codes", wrong_values())
def test_wrong_value(stack, known, draft, operation, name, value, codes):
    body = {**(good_body(operation) or {}), name: value}
    problem = send(known, operation, draft, json.dumps(body).encode(), expect=422,
                   code="validation_failed").json()
    assert [e["field"] for e in problem["errors"]] == [name]
    assert problem["errors"][0]["code"] in codes


@each([o for o in CONTRACT.operations if o.needs_token])
def test_token_is_missing(api, operation):
    for headers in ({}, {"Authorization": "Basic YWRhOnBhc3N3b3Jk"}, {"Authorization": "Bearer"},
                    {"Authorization": "Bearer "}):
        response = api.request(operation.method, path(operation), 401, "token_missing", headers=headers,
                               json=good_body(operation))
        assert response.headers["WWW-Authenticate"] == "Bearer"


@each(TOKENS)
def test_token_is_no_good(stack, known, operation):
    """Also where it would go without."""
    header, body, signature = known.token.split(".")
    other = signing.base64url(json.dumps({**json.loads(signing.from_base64url(body)),
                                          "exp": 2 ** 40}).encode())
    none = signing.base64url(b'{"alg":"none","typ":"at+jwt"}')
    bad = {"garbage": "x", "cut": known.token[:-4], "tampered": signing.tampered(known.token),
           "refresh token": known.session["refresh_token"], "other claims": f"{header}.{other}.{signature}",
           "no algorithm": f"{none}.{body}.",
           "another platform's": signing.with_claims(stack, known.token, iss="elsewhere")}
    for what, token in bad.items():
        response = known.request(operation.method, path(operation), 401, token=token,
                                 json=good_body(operation))
        assert response.json()["code"] == "token_invalid", what
    known.request(operation.method, path(operation), 401, "token_expired", json=good_body(operation),
                  token=signing.expired(stack, known.token))


def test_signing_makes_good_tokens(stack, ada):
    """So that what is refused above is refused for what is wrong with it."""
    token = signing.with_claims(stack, ada.token, note="all is well")
    ada.get("/api/v1/users/me", token=token)
    ada.get("/api/v1/users/me/contents", token=token)


@each(OF_A_CONTENT)
@pytest.mark.parametrize("id", [NOBODY, "1", "me", NOBODY + "0", "%E2%82%AC", "'--"])
def test_no_such_content(stack, known, operation, id):
    known.request(operation.method, path(operation, id), 404, "content_not_found", json=good_body(operation))


@pytest.mark.parametrize("id", [NOBODY, "1", "%E2%82%AC", "'--"])
def test_no_such_user(api, id):
    api.get(f"/api/v1/users/{id}", 404, code="user_not_found")


@pytest.fixture(scope="module")
def foreign(running_stack, song):
    """Contents of someone: their client, and an id for each kind of secrecy."""
    running_stack.wait_until_healthy()
    owner = Client(running_stack.url).register("Owner")
    public, unlisted, private = (owner.submit(song, visibility=v) for v in ("public", "unlisted", "private"))
    for id in (public, unlisted, private):
        owner.wait_for(id, "ready")
    return owner, {"public": public, "unlisted": unlisted, "private": private, "draft": owner.create()}


@each(OF_ITS_OWNER)
@pytest.mark.parametrize("kind", ["public", "unlisted", "private", "draft"])
def test_foreign_content_cannot_be_changed(bob, foreign, operation, kind):
    owner, ids = foreign
    before = owner.content(ids[kind])
    status, code = (403, "not_owner") if kind in ("public", "unlisted") else (404, "content_not_found")
    bob.request(operation.method, path(operation, ids[kind]), status, code, json=good_body(operation))
    assert owner.content(ids[kind]) == before


@each([o for o in CONTRACT.operations if any(p["in"] == "query" for p in o.parameters)])
@pytest.mark.parametrize("query, field, code", [
    ("type=poem", "type", "invalid"), ("state=poem", "state", "invalid"), ("owner=x", "owner", "invalid"),
    *((f"limit={limit}", "limit", "out_of_range") for limit in ("0", "101", "-1", "x", "", "9" * 20)),
    ("q=" + "x" * 201, "q", "too_long"),
    *((f"cursor={cursor}", "cursor", "invalid_cursor") for cursor in ("x", "", NOBODY))])
def test_wrong_parameter(stack, known, operation, query, field, code):
    if field not in [p["name"] for p in operation.parameters]:
        pytest.skip("it has no such parameter")
    problem = known.get(f"{operation.path}?{query}", 422, code="validation_failed").json()
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [(field, code)]


@pytest.mark.parametrize("route", CONTRACT.document["paths"])
def test_other_methods(stack, known, route):
    methods = {o.method for o in CONTRACT.operations if o.path == route}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
        response = known.request(method, route.replace("{id}", NOBODY), 405, "method_not_allowed")
        assert set(response.headers["Allow"].replace(" ", "").split(",")) - {"HEAD"} == methods, method


@pytest.mark.parametrize("route", [
    "/nothing", "/.env", "/nginx.conf", "/docs/nothing", "/api", "/api/v1/nothing", "/api/v2/contents",
    "/api/v1/auth", "/api/v1/auth/nothing", "/api/v1/users", "/api/v1/users/a/b", "/api/v1/contents/",
    "/api/v1/contents/a/b/c", "/api/v1/contents/..%2f..%2fusers%2fme"])
def test_no_such_route(api, route):
    api.get(route, 404, code="route_not_found")


def test_no_such_request(api):
    """Addresses have to be text."""
    for path in ("/api/v1/contents/%00", "/api/v1/contents/%ff", "/api/v1/users/%e2%82%28",
                 "/api/v1/contents/x%00/playback", "/api/v1/contents?q=%ff", "/api/v1/contents?%ff=1",
                 "/api/v1/contents?q=%00"):
        api.get(path, 400, code="malformed_request", echo=False)


@pytest.mark.parametrize("size, status", [(7_000, 200), (20_000, 200), (60_000, 431)])
def test_large_headers(api, size, status):
    headers = {f"X-Filler-{i}": "x" * 1000 for i in range(size // 1000)}
    api.get("/api/v1/contents", status, headers=headers, echo=status == 200)


def test_long_address(api):
    api.get("/api/v1/contents?x=" + "x" * 9000, 414, code="uri_too_long", echo=False)


@each(CONTRACT.operations)
def test_absurd_requests(ada, operation):
    """Whatever is sent, the answer is one of the contract's, and no defect."""
    many = "&".join(f"a{i}={i}" for i in range(500))
    for noise in ("?limit[]=1", f"?{many}", "?q=%00", "?q=%ff", "?cursor=%00", "?type=", "?owner=%00", "?%ff",
                  "?=", "?&&&"):
        response = ada.request(operation.method, path(operation) + noise, data=secrets.token_bytes(64))
        assert response.status_code < 500, noise
