"""A client of the platform that believes nothing: every answer is held against the contract."""

import json
import pathlib
import secrets
import time
import urllib.parse
from dataclasses import dataclass

import requests

import contract
from waiting import eventually

PASSWORD = "correct horse battery staple"
SEEN = set()  # operation ids and statuses, of the whole session
ANY = object()


@dataclass
class Event:
    name: str
    content: dict


class Client:
    def __init__(self, url, session=None):
        self.url = url
        self.contract = contract.load()
        self.http = requests.Session()
        self.session = session or {}  # the answer to a login
        self._parts = {}  # by key: of uploads in parts

    @property
    def token(self):
        return self.session.get("access_token")

    @property
    def user(self):
        return self.session["user"]

    def as_anyone(self):
        return Client(self.url)

    def request(self, method, path, expect=ANY, code=None, token=ANY, headers=None, echo=True, **arguments):
        """`expect`: the status; `code`: of the problem. `token`: another than the session's, or None.
        `echo`: whether the request id has to come back."""
        token = self.token if token is ANY else token
        authorization = f"Bearer {token}" if token else None
        headers = {"X-Request-Id": secrets.token_hex(8), "Authorization": authorization, **(headers or {})}
        headers = {name: value for name, value in headers.items() if value is not None}
        response = self.http.request(method, self.url + path, headers=headers, allow_redirects=False,
                                     timeout=60, **arguments)
        self._check(response, arguments.get("json"))
        echoed = headers.get("X-Request-Id") == response.headers["X-Request-Id"]
        assert echoed or echo is False, "another request id came back"
        assert expect is ANY or response.status_code == expect, f"{method} {path}: {describe(response)}"
        assert code is None or response.json()["code"] == code, f"{method} {path}: {describe(response)}"
        return response

    def _check(self, response, sent):
        path = urllib.parse.urlsplit(response.request.url).path
        operation = self.contract.operation(response.request.method, path)
        if not operation or self.contract.is_stray(response):
            return self.contract.check_stray(response)
        SEEN.add((operation.id, response.status_code))
        self.contract.check_response(operation, response)
        if sent is not None and response.ok:
            self.contract.check_value(sent, operation.body_schema,
                                      f"the body of {operation.id}, which was accepted,",
                                      exact=False)

    def get(self, path, expect=200, **arguments):
        return self.request("GET", path, expect, **arguments)

    def post(self, path, json=None, expect=ANY, **arguments):
        return self.request("POST", path, expect, json=json, **arguments)

    def put(self, path, json=None, expect=ANY, **arguments):
        return self.request("PUT", path, expect, json=json, **arguments)

    def patch(self, path, json=None, expect=200, **arguments):
        return self.request("PATCH", path, expect, json=json, **arguments)

    def delete(self, path, json=None, expect=204, **arguments):
        return self.request("DELETE", path, expect, json=json, **arguments)

    # ---- what clients do

    def register(self, name="Ada"):
        """A new user; a client that speaks for them."""
        body = {"email": f"{secrets.token_hex(6)}@example.org", "password": PASSWORD, "name": name}
        response = self.attempt("/api/v1/auth/register", body)
        assert response.status_code == 201, describe(response)
        return Client(self.url, response.json())

    def attempt(self, path, body):
        """A POST that waits its turn when there were too many attempts before."""
        answers = []

        def admitted():
            answers.append(self.post(path, body))
            return answers[-1].status_code != 429

        eventually(admitted, what="admission")
        return answers[-1]

    def login(self):
        body = {"email": self.user["email"], "password": PASSWORD}
        return Client(self.url, self.post("/api/v1/auth/login", body, 200, token=None).json())

    def create(self, type="music", visibility="public", title="Nocturne", description="In E-flat"):
        body = {"title": title, "description": description, "type": type, "visibility": visibility}
        return self.post("/api/v1/contents", body, 201).json()["id"]

    def content(self, id, **arguments):
        return self.get(f"/api/v1/contents/{id}", **arguments).json()

    def ticket(self, id, size, content_type="audio/wav", filename="song", expect=200, **arguments):
        body = {"filename": filename, "size": size, "content_type": content_type}
        return self.post(f"/api/v1/contents/{id}/upload", body, expect, **arguments).json()

    def transfer(self, ticket, data, expect=ANY, headers=None):
        """PUTs the file to where the ticket says, as whoever has the URL."""
        response = requests.request(ticket["method"], ticket["url"], data=data, timeout=120,
                                    headers=headers or ticket["headers"])
        if response.status_code >= 400:
            self.contract.check_problem(response)
        assert (response.ok if expect is ANY else response.status_code == expect), describe(response)
        return response

    def upload(self, id, file, content_type="application/octet-stream"):
        """All but the last step; the key."""
        data = pathlib.Path(file).read_bytes()
        ticket = self.ticket(id, len(data), content_type, pathlib.Path(file).name)
        if "multipart" in ticket:
            self._parts[ticket["key"]] = self._transfer_parts(id, ticket["multipart"], data)
        else:
            self.transfer(ticket, data)
        return ticket["key"]

    def _transfer_parts(self, id, multipart, data):
        """What PUT media has to name of an upload in parts."""
        for part in multipart["parts"]:
            begin = (part["number"] - 1) * multipart["part_size"]
            sent = requests.put(part["url"], data=data[begin:begin + part["size"]], timeout=120)
            assert sent.ok, describe(sent)
        there = self.get(f"/api/v1/contents/{id}/upload").json()["multipart"]["parts"]
        return {"upload_id": multipart["upload_id"],
                "parts": [{"number": part["number"], "etag": part["etag"]} for part in there]}

    def set_media(self, id, key, expect=202, **arguments):
        body = {"key": key} | ({"multipart": self._parts[key]} if key in self._parts else {})
        return self.put(f"/api/v1/contents/{id}/media", body, expect, **arguments).json()

    def submit(self, file, type="music", visibility="public", content_type="application/octet-stream",
               **draft):
        """A new content whose conversion is queued; its id."""
        id = self.create(type, visibility, **draft)
        self.set_media(id, self.upload(id, file, content_type))
        return id

    def publish(self, file, type="music", **arguments):
        """A new content that is ready."""
        return self.wait_for(self.submit(file, type, **arguments), "ready")

    def wait_for(self, id, state, within=90):
        def reached():
            content = self.content(id)
            found = content["state"]
            assert found in (state, "queued", "processing"), f"it is {found}: {content['failure']}"
            return found == state and content
        return eventually(reached, within, every=0.1, what=f"state {state}")

    def playback(self, id, **arguments):
        return self.get(f"/api/v1/contents/{id}/playback", **arguments).json()

    def events(self, id, within=90, **arguments):
        """Server-sent events as they come, to the end of the stream."""
        path = f"/api/v1/contents/{id}/events"
        operation = self.contract.operation("GET", path)
        deadline = time.monotonic() + within
        with self.request("GET", path, 200, stream=True, **arguments) as response:
            name = None
            for line in response.iter_lines(chunk_size=1):
                assert time.monotonic() < deadline, f"the stream of events did not end within {within} s"
                line = line.decode()
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    data = line.removeprefix("data: ")
                    self.contract.check_event(operation, name, data)
                    yield Event(name, json.loads(data))
                else:
                    assert line in ("", ":"), f"no line of an event stream: {line}"


def describe(response):
    return f"{response.status_code} {response.text[:600]}"
