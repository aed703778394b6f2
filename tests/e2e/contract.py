"""The OpenAPI document as a judge: what it says about an answer, and whether an answer keeps to it."""

import copy
import functools
import json
import pathlib
import re

import jsonschema
import yaml

PATH = pathlib.Path(__file__).resolve().parents[2] / "api" / "openapi.yaml"
METHODS = ("get", "put", "post", "patch", "delete")


class Breach(AssertionError):
    """An answer that the contract does not allow."""


def walk(node, path="#"):
    """Every mapping of the document, with its JSON pointer."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from walk(value, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, f"{path}/{index}")


def strict(schemas):
    """A copy in which objects have the documented properties and no others."""
    schemas = copy.deepcopy(schemas)
    for _, node in walk(schemas):
        if node.get("type") in ("object", ["object", "null"]) and "properties" in node:
            node.setdefault("additionalProperties", False)
    return schemas


class Operation:
    def __init__(self, contract, method, path, item):
        self.contract = contract
        self.method = method.upper()
        self.path = path
        self.spec = item[method]
        self.id = self.spec["operationId"]
        self.parameters = [contract.resolve(p) for p in item.get("parameters", [])
                           + self.spec.get("parameters", [])]
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
        self.matches = re.compile(pattern).fullmatch

    @property
    def needs_token(self):
        return self.spec.get("security", [{"bearer": []}]) == [{"bearer": []}]

    @property
    def takes_token(self):
        return {"bearer": []} in self.spec.get("security", [{"bearer": []}])

    @property
    def body_schema(self):
        """Of the request's body; None when there is none."""
        body = self.spec.get("requestBody")
        return body and body["content"]["application/json"]["schema"]

    @property
    def needs_body(self):
        return self.spec.get("requestBody", {}).get("required", False)

    def response(self, status):
        found = self.spec["responses"].get(str(status))
        return found and self.contract.resolve(found)


class Contract:
    def __init__(self, document):
        self.document = document
        self._strict = {"schemas": strict(document["components"]["schemas"])}
        self.operations = [Operation(self, method, path, item)
                           for path, item in document["paths"].items() for method in METHODS
                           if method in item]

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operation(self, method, path):
        """The operation that a request reaches; None when the contract has none. Fixed segments win."""
        found = [o for o in self.operations if o.method == method and o.matches(path)]
        return min(found, key=lambda o: o.path.count("{"), default=None)

    def errors(self, value, schema, exact=True):
        """What is wrong with a value, as sentences; `exact`: undocumented properties are wrong too."""
        components = self._strict if exact else self.document["components"]
        validator = jsonschema.Draft202012Validator({**schema, "components": components},
                                                    format_checker=jsonschema.FormatChecker())
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def check_value(self, value, schema, what, exact=True):
        if errors := self.errors(value, schema, exact):
            raise Breach(f"{what}: {'; '.join(errors)}")

    def check_response(self, operation, response):
        """`response`: of requests. Its body is left alone when it is a stream of events."""
        what = f"{operation.method} {operation.path} -> {response.status_code}"
        spec = operation.response(response.status_code)
        if not spec:
            raise Breach(f"{what} is not documented: {response.text[:500]}")
        self._check_described(spec, response, what)

    def is_stray(self, response):
        """Whether it is one of the answers that belong to no operation, though the path is one's."""
        if response.headers.get("Content-Type") != "application/problem+json":
            return False
        found = self.document["x-any-request"].get(str(response.status_code))
        schema = found and self.resolve(found)["content"]["application/problem+json"]["schema"]
        return found and response.json().get("code") in schema["properties"]["code"]["enum"]

    def check_stray(self, response):
        """The answer to a request that reaches no operation."""
        what = f"{response.request.method} {response.request.url} -> {response.status_code}"
        found = self.document["x-any-request"].get(str(response.status_code))
        if not found:
            raise Breach(f"{what} is not documented: {response.text[:500]}")
        self._check_described(self.resolve(found), response, what)

    def check_problem(self, response):
        """A problem document from an edge that is no operation: storage and media."""
        what = f"{response.request.method} {response.request.url} -> {response.status_code}"
        problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
        self._check_content({"application/problem+json": problem}, response, what)
        if response.json()["status"] != response.status_code:
            raise Breach(f"{what}: the problem says {response.json()['status']}")

    def _check_described(self, spec, response, what):
        for name, header in spec.get("headers", {}).items():
            header = self.resolve(header)
            if name in response.headers:
                self.check_value(response.headers[name], header["schema"], f"{what}, {name}")
            elif header.get("required"):
                raise Breach(f"{what} lacks the header {name}")
        if "content" in spec:
            self._check_content(spec["content"], response, what)
        elif response.content or "Content-Type" in response.headers:
            raise Breach(f"{what} has a body: {response.text[:500]}")

    def _check_content(self, content, response, what):
        media_type = response.headers.get("Content-Type", "").split(";")[0]
        if media_type not in content:
            raise Breach(f"{what} is {media_type or 'of no type'}, not one of {', '.join(content)}: "
                         f"{response.text[:500]}")
        if media_type == "text/event-stream":
            return
        try:
            body = response.json()
        except ValueError:
            raise Breach(f"{what} is no JSON: {response.text[:500]}") from None
        self.check_value(body, content[media_type]["schema"], what)
        is_problem = media_type == "application/problem+json"
        if is_problem and body["request_id"] != response.headers["X-Request-Id"]:
            raise Breach(f"{what}: the problem has another request id than the header")

    def check_event(self, operation, event, data):
        events = operation.response(200)["content"]["text/event-stream"]["x-events"]
        what = f"{operation.method} {operation.path}, event {event}"
        if event not in events:
            raise Breach(f"{what} is not documented")
        self.check_value(json.loads(data), events[event], what)


@functools.lru_cache
def load():
    return Contract(yaml.safe_load(PATH.read_text()))
