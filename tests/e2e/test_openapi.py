"""The OpenAPI document by itself: well-formed, complete, true to its own examples. Needs no platform."""

import json
import re

import jsonschema
import pytest
import yaml

import contract
from reference.document import example

CONTRACT = contract.load()
DOCUMENT = CONTRACT.document
COMPONENTS = DOCUMENT["components"]
NODES = dict(contract.walk(DOCUMENT))
OPERATIONS = pytest.mark.parametrize("operation", CONTRACT.operations, ids=lambda o: o.id)
# Where a schema stands that is not within another one.
SCHEMA_PLACES = re.compile(r"#/components/schemas/[^/]+|.*/(content|headers|parameters)/[^/]+/schema")


def schemas():
    return {path: node for path, node in NODES.items() if SCHEMA_PLACES.fullmatch(path)}


def examples():
    """Pointer, value and schema of each example."""
    for path, node in NODES.items():
        if path.endswith("/properties"):
            continue
        if isinstance(node.get("examples"), list):
            for index, value in enumerate(node["examples"]):
                yield f"{path}/examples/{index}", value, node
        if "example" in node and "schema" in node:
            yield f"{path}/example", node["example"], node["schema"]


def test_document_is_openapi_3_1():
    assert DOCUMENT["openapi"].startswith("3.1.")
    known = {"openapi", "info", "servers", "tags", "paths", "components"}
    assert {key for key in DOCUMENT if not key.startswith("x-")} == known
    assert {"title", "version", "license"} <= DOCUMENT["info"].keys()


def test_yaml_has_no_duplicate_keys():
    class Loader(yaml.SafeLoader):
        def construct_mapping(self, node, deep=False):
            keys = [self.construct_object(key) for key, _ in node.value]
            assert len(keys) == len(set(keys)), f"a key stands twice{node.start_mark}"
            return super().construct_mapping(node, deep)

    yaml.load(contract.PATH.read_text(), Loader)


def test_every_reference_leads_somewhere():
    for path, node in NODES.items():
        if isinstance(node.get("$ref"), str):
            assert node["$ref"] in NODES, f"{path} refers to {node['$ref']}"


def test_every_component_is_used():
    used = {node["$ref"] for node in NODES.values() if isinstance(node.get("$ref"), str)}
    for kind, components in COMPONENTS.items():
        for name in components:
            if kind == "securitySchemes":
                assert any(name in alternative for operation in CONTRACT.operations
                           for alternative in operation.spec.get("security", [{"bearer": []}]))
            else:
                assert f"#/components/{kind}/{name}" in used, f"{kind}/{name} is not used"


@pytest.mark.parametrize("path", schemas())
def test_schema_is_valid(path):
    jsonschema.Draft202012Validator.check_schema(NODES[path])


def test_schemas_are_found():
    assert len(schemas()) > 80


@pytest.mark.parametrize("value, schema", [pytest.param(v, s, id=p) for p, v, s in examples()])
def test_example_is_true(value, schema):
    assert CONTRACT.errors(value, schema) == []


@pytest.mark.parametrize("name", [n for n, s in COMPONENTS["schemas"].items() if "properties" in s])
def test_properties_have_examples_that_make_a_whole(name):
    """The example that the reference page puts together from the parts is one."""
    value = example(CONTRACT.document, {"$ref": f"#/components/schemas/{name}"})
    assert CONTRACT.errors(value, {"$ref": f"#/components/schemas/{name}"}) == [], json.dumps(value)


def test_operation_ids_are_unique():
    ids = [operation.id for operation in CONTRACT.operations]
    assert len(ids) == len(set(ids))


@OPERATIONS
def test_operation_is_described(operation):
    assert operation.spec["summary"] and not operation.spec["summary"].endswith(".")
    assert operation.spec["tags"] and set(operation.spec["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"]}
    assert re.fullmatch("[a-z][A-Za-z]+", operation.id)
    in_path = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "path"}
    assert set(re.findall(r"{(\w+)}", operation.path)) == in_path
    for parameter in operation.parameters:
        assert parameter["description"] and parameter["schema"]
        assert parameter["in"] != "path" or parameter["required"] is True


@OPERATIONS
def test_operation_has_its_answers(operation):
    statuses = {int(status) for status in operation.spec["responses"]}
    assert any(200 <= status < 300 for status in statuses)
    assert {503} <= statuses
    if operation.id != "getHealth":
        assert {500, 504} <= statuses
    if operation.takes_token:
        assert 401 in statuses
    if "{" in operation.path:
        assert 404 in statuses
    if operation.body_schema:
        assert {400, 413, 415, 422} <= statuses
    if any(p["in"] == "query" for p in operation.parameters):
        assert 422 in statuses
    if operation.path.startswith("/api/v1/auth/"):
        assert 429 in statuses


@OPERATIONS
def test_answers_are_described(operation):
    for status in operation.spec["responses"]:
        response = operation.response(status)
        assert response["description"].endswith(".")
        assert response["headers"]["X-Request-Id"] == {"$ref": "#/components/headers/RequestId"}
        assert (status == "204") == ("content" not in response)
        if status == "201":
            assert "Location" in response["headers"]
        if status in ("429", "503"):
            assert "Retry-After" in response["headers"]
        if int(status) >= 400:
            check_problem(status, response)


@pytest.mark.parametrize("status", DOCUMENT["x-any-request"])
def test_stray_answers_are_problems(status):
    check_problem(status, CONTRACT.resolve(DOCUMENT["x-any-request"][status]))


def check_problem(status, response):
    problem = response["content"]["application/problem+json"]
    assert problem["schema"]["$ref"] == "#/components/schemas/Problem"
    assert problem["schema"]["properties"]["code"]["enum"]
    assert problem["example"]["status"] == int(status)


def test_objects_say_what_is_required():
    for path, node in NODES.items():
        if node.get("type") in ("object", ["object", "null"]) and "properties" in node:
            assert set(node.get("required", [])) <= node["properties"].keys(), path


def test_descriptions_are_sentences():
    for path, node in NODES.items():
        if isinstance(node.get("description"), str) and "/examples/" not in path:
            assert node["description"].strip().endswith("."), path


def test_a_breach_is_found():
    """The judge can say no."""
    schema = {"$ref": "#/components/schemas/PublicUser"}
    good = {"id": "019453f1-7c00-7d6b-8a3e-2f1d5b7c9e10", "name": "Ada", "created_at": "2026-01-02T03:04:05Z"}
    assert CONTRACT.errors(good, schema) == []
    assert CONTRACT.errors({**good, "email": "ada@example.org"}, schema)
    assert CONTRACT.errors({**good, "email": "ada@example.org"}, schema, exact=False) == []
    assert CONTRACT.errors({**good, "created_at": "2026-01-02 03:04:05"}, schema)
    assert CONTRACT.errors({"id": good["id"]}, schema)
