"""Accounts, sessions and profiles, as long as all goes well; and their conflicts."""

from client import PASSWORD, Client


def test_register_begins_a_session(api):
    body = {"email": "Grace.H@Example.org", "password": PASSWORD, "name": " Grace "}
    response = api.post("/api/v1/auth/register", body, 201)
    session = response.json()
    assert session["user"]["email"] == "Grace.H@Example.org" and session["user"]["name"] == "Grace"
    assert session["token_type"] == "Bearer" and session["expires_in"] > 60
    assert response.headers["Location"] == f"/api/v1/users/{session['user']['id']}"
    assert response.headers["Cache-Control"] == "no-store"
    grace = Client(api.url, session)
    assert grace.get("/api/v1/users/me").json() == session["user"]
    grace.delete("/api/v1/users/me", {"password": PASSWORD})


def test_address_is_taken_in_any_case(api, ada):
    taken = ada.user["email"].upper()
    api.post("/api/v1/auth/register", {"email": taken, "password": PASSWORD, "name": "Eve"}, 409,
             code="email_taken")
    eve = api.register("Eve")
    eve.patch("/api/v1/users/me", {"email": taken}, 409, code="email_taken")
    assert eve.get("/api/v1/users/me").json() == eve.user


def test_login(api, ada):
    for email in (ada.user["email"], ada.user["email"].upper()):
        session = api.post("/api/v1/auth/login", {"email": email, "password": PASSWORD}, 200).json()
        assert session["user"] == ada.user
        assert session["access_token"] != ada.token
        assert session["refresh_token"] != ada.session["refresh_token"]


def test_login_says_not_what_was_wrong(api, ada):
    wrong = api.post("/api/v1/auth/login", {"email": ada.user["email"], "password": "wrong"}, 401)
    unknown = api.post("/api/v1/auth/login", {"email": "nobody@example.org", "password": "wrong"}, 401)
    answers = [{k: v for k, v in r.json().items() if k != "request_id"} for r in (wrong, unknown)]
    assert answers[0] == answers[1] and answers[0]["code"] == "invalid_credentials"


def test_refresh(api, ada):
    old = {"refresh_token": ada.session["refresh_token"]}
    session = api.post("/api/v1/auth/refresh", old, 200).json()
    assert session["user"] == ada.user
    assert session["refresh_token"] != old["refresh_token"]
    Client(api.url, session).get("/api/v1/users/me")
    api.post("/api/v1/auth/refresh", {"refresh_token": session["refresh_token"]}, 200)


def test_access_token_is_no_refresh_token(api, ada):
    api.post("/api/v1/auth/refresh", {"refresh_token": ada.token}, 401, code="refresh_token_invalid")
    ada.get("/api/v1/users/me")  # nor is anything revoked by it


def test_logout_by_access_token(api, ada):
    other = ada.login()
    ada.post("/api/v1/auth/logout", expect=204)
    ada.get("/api/v1/users/me", expect=401, code="session_ended")
    ada.post("/api/v1/auth/logout", expect=401, code="session_ended")
    api.post("/api/v1/auth/refresh", {"refresh_token": ada.session["refresh_token"]}, 401,
             code="refresh_token_invalid")
    other.get("/api/v1/users/me")


def test_logout_by_refresh_token(api, ada):
    body = {"refresh_token": ada.session["refresh_token"]}
    api.post("/api/v1/auth/logout", body, 204)
    ada.get("/api/v1/users/me", expect=401, code="session_ended")
    api.post("/api/v1/auth/logout", {"refresh_token": "none of ours"}, 401, code="refresh_token_invalid")


def test_profile_changes(ada):
    renamed = ada.patch("/api/v1/users/me", {"name": "Ada L."}).json()
    assert renamed == {**ada.user, "name": "Ada L."}
    moved = ada.patch("/api/v1/users/me", {"email": f"new-{ada.user['email']}"}).json()
    assert moved == {**renamed, "email": f"new-{ada.user['email']}"}
    assert ada.patch("/api/v1/users/me", {}).json() == moved
    assert ada.get("/api/v1/users/me").json() == moved


def test_password_changes(api, ada):
    other = ada.login()
    new = "another fine password"
    body = {"current_password": "wrong", "new_password": new}
    ada.put("/api/v1/users/me/password", body, 401, code="invalid_credentials")
    ada.put("/api/v1/users/me/password", {**body, "current_password": PASSWORD}, 204)
    ada.get("/api/v1/users/me")
    other.get("/api/v1/users/me", expect=401, code="session_ended")
    login = {"email": ada.user["email"], "password": PASSWORD}
    api.post("/api/v1/auth/login", login, 401, code="invalid_credentials")
    api.post("/api/v1/auth/login", {**login, "password": new}, 200)


def test_account_goes_away(api, ada):
    ada.delete("/api/v1/users/me", {"password": "wrong"}, 401, code="invalid_credentials")
    ada.delete("/api/v1/users/me", {"password": PASSWORD})
    ada.get("/api/v1/users/me", expect=401, code="session_ended")
    api.get(f"/api/v1/users/{ada.user['id']}", expect=404, code="user_not_found")
    login = {"email": ada.user["email"], "password": PASSWORD}
    api.post("/api/v1/auth/login", login, 401, code="invalid_credentials")
    api.post("/api/v1/auth/register", {**login, "name": "Ada"}, 201)


def test_public_profile(api, ada):
    profile = api.get(f"/api/v1/users/{ada.user['id']}").json()
    assert profile == {name: ada.user[name] for name in ("id", "name", "created_at")}


def test_refresh_by_cookie(api, ada):
    body = {"email": ada.user["email"], "password": PASSWORD, "refresh_token_in": "cookie"}
    login = api.post("/api/v1/auth/login", body, 200)
    assert login.json()["refresh_token"] is None
    cookie = login.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Path=/api/v1/auth/refresh" in cookie
    again = api.post("/api/v1/auth/refresh", expect=200, headers={"Cookie": cookie.split(";")[0]})
    assert again.json()["user"] == ada.user and again.json()["refresh_token"] is None
    assert again.headers["Set-Cookie"].split(";")[0] != cookie.split(";")[0]
    logout = api.post("/api/v1/auth/logout", expect=204, token=again.json()["access_token"])
    assert logout.headers["Set-Cookie"].startswith("descant_refresh=; Max-Age=0")


def test_sessions_are_listed_and_ended(api, ada):
    other = ada.login()
    items = ada.get("/api/v1/users/me/sessions").json()["items"]
    assert len(items) == 2 and [item["current"] for item in items].count(True) == 1
    assert all(item["agent"].startswith("python-requests/") for item in items)
    theirs = next(item["id"] for item in items if not item["current"])
    api.register("Eve").delete(f"/api/v1/users/me/sessions/{theirs}", expect=404, code="session_not_found")
    other.get("/api/v1/users/me")
    ada.delete(f"/api/v1/users/me/sessions/{theirs}")
    other.get("/api/v1/users/me", expect=401, code="session_ended")
    ada.delete(f"/api/v1/users/me/sessions/{theirs}", expect=404, code="session_not_found")
    assert [item["current"] for item in ada.get("/api/v1/users/me/sessions").json()["items"]] == [True]
