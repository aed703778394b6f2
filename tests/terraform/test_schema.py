"""deploy/terraform against the AWS provider's schema: every resource, block, argument and attribute exists, and none that is
required is missing. Where the provider can be had, `terraform validate` says more."""

import json
import pathlib
import re
import shutil
import subprocess

import pytest

import hcl

HERE = pathlib.Path(__file__).resolve().parent
TERRAFORM = HERE.parents[1] / "deploy" / "terraform"
FILES = {file.name: hcl.parse(file.read_text()) for file in sorted(TERRAFORM.glob("*.tf"))}
META = {"count", "for_each", "provider", "depends_on"}
META_BLOCKS = {"lifecycle", "provisioner", "connection"}


def resources():
    return [(f"{block.type} {block.labels[0]}", block, file) for file, root in FILES.items() for block in root.blocks
            if block.type in ("resource", "data")]


def used_kinds():
    return {kind for kind, _, _ in resources() if " aws_" in kind}


@pytest.fixture(scope="module")
def schema():
    return json.loads((HERE / "schema.json").read_text())["kinds"]


def check(block, fields, where):
    names = set(block.arguments)
    for name in set(block.arguments) - META:
        assert name in fields, f"{where} has no argument {name}"
        assert fields[name]["block"] is None, f"{where}: {name} is a block"
    for inner in block.blocks:
        if inner.type in META_BLOCKS:
            continue
        name, body = inner.type, inner
        if name == "dynamic":
            name, body = inner.labels[0], inner.all("content")[0]
        names.add(name)
        assert name in fields and fields[name]["block"] is not None, f"{where} has no block {name}"
        check(body, fields[name]["block"], f"{where}.{name}")
    missing = {name for name, field in fields.items() if field["required"]} - names
    assert not missing, f"{where} lacks {missing}"


@pytest.mark.parametrize("kind, block, file", resources(), ids=lambda value: value if isinstance(value, str) else "")
def test_resources_are_the_providers(schema, kind, block, file):
    if " aws_" in kind:
        check(block, schema[kind]["fields"], f"{file}: {kind}.{block.labels[1]}")


WRONG = {
    "has no argument": 'resource "aws_s3_bucket_ownership_controls" "x" {\n bucket = 1\n color = 2\n rule {\n object_ownership = 3\n}\n}',
    "has no block": 'resource "aws_s3_bucket" "x" {\n colors {\n}\n}',
    "is a block": 'resource "aws_s3_bucket_ownership_controls" "x" {\n bucket = 1\n rule = 2\n}',
    "lacks": 'resource "aws_s3_bucket_ownership_controls" "x" {\n rule {\n object_ownership = 1\n}\n}',
    "rule lacks": 'resource "aws_s3_bucket_ownership_controls" "x" {\n bucket = 1\n rule {\n}\n}',
}


@pytest.mark.parametrize("complaint", WRONG)
def test_what_the_provider_does_not_know_is_found(schema, complaint):
    block = hcl.parse(WRONG[complaint]).blocks[0]
    with pytest.raises(AssertionError, match=complaint):
        check(block, schema[f"resource {block.labels[0]}"]["fields"], "x")


def camel(name):
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)


def test_references_lead_to_what_is_there(schema):
    declared = {(block.labels[0], block.labels[1]): kind for kind, block, _ in resources()}
    checked = 0
    for file in TERRAFORM.glob("*.tf"):
        text = re.sub(r"(?m)^\s*#.*$", "", file.read_text())
        for data, type, name, attribute in re.findall(
                r"\b(data\.)?(aws_\w+)\.(\w+)(?:\[[^\]]*\])?(?:\.([a-z_0-9]+))?", text):
            kind = declared.get((type, name))
            assert kind == f"{'data' if data else 'resource'} {type}", f"{file.name}: there is no {data}{type}.{name}"
            if attribute:
                assert camel(attribute) in schema[kind]["attributes"], f"{file.name}: {type} has no {attribute}"
                checked += 1
    assert checked > 20
    variables = {block.labels[0] for root in FILES.values() for block in root.all("variable")}
    used = {name for file in TERRAFORM.glob("*.tf") for name in re.findall(r"\bvar\.(\w+)", file.read_text())}
    assert used == variables


def test_every_variable_says_what_it_is():
    for root in FILES.values():
        for block in root.all("variable"):
            assert {"description", "type"} <= set(block.arguments), block.labels


def test_the_bucket_stays_private():
    block = next(block for kind, block, _ in resources() if kind == "resource aws_s3_bucket_public_access_block")
    assert all(block.arguments[name] == "true" for name in (
        "block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"))


def test_pages_may_upload_and_play_without_the_cdn():
    cors = next(block for kind, block, _ in resources() if kind == "resource aws_s3_bucket_cors_configuration")
    rules = {tuple(json.loads(rule.arguments["allowed_methods"])): rule.arguments for rule in cors.all("cors_rule")}
    assert set(rules) == {("PUT",), ("GET", "HEAD")}
    assert all(rule["allowed_origins"] == "var.site_origins" for rule in rules.values()), "from the site's own pages alone"
    assert "ETag" in json.loads(rules["PUT",]["expose_headers"]), "parts are put together by their ETags"
    assert "Range" in json.loads(rules["GET", "HEAD"]["allowed_headers"])
    assert {"Content-Length", "Content-Range"} <= set(json.loads(rules["GET", "HEAD"]["expose_headers"]))


def test_policies_have_no_wildcards():
    """Least privilege: but for the bucket's own refusals, no statement allows all actions or all resources."""
    for _, document, _ in resources():
        for statement in document.all("statement"):
            if statement.arguments.get("effect") == '"Deny"':
                continue
            assert '"*"' not in statement.arguments.get("resources", "") and ":*" not in statement.arguments["actions"]


def test_format():
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not installed")
    done = subprocess.run(["terraform", "fmt", "-check", "-diff", str(TERRAFORM)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
