#!/usr/bin/python3
"""The AWS provider's schema, of the resources that deploy/terraform uses: `schema.py --update` renews schema.json beside this file.

It comes from the npm package @cdktf/provider-aws, which is generated from the provider: its types name every argument and block."""

import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PACKAGE = "@cdktf/provider-aws@21.22.1"

FIELD = re.compile(r"/\*\*(?P<doc>(?:(?!\*/).)*)\*/\s*readonly (?P<camel>\w+)(?P<optional>\??): (?P<type>[^;]+);", re.S)
SNAKE = re.compile(r"#(\w+) \w+#\w+\}")
GETTER = re.compile(r"^    get (\w+)\(\)", re.M)


def interfaces(text):
    return {name: body for name, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)\n\}", text, re.S)}


def fields(all, name):
    """{argument: {required, block: its own fields or null}}"""
    found = {}
    for field in FIELD.finditer(all[name]):
        snake = SNAKE.search(field["doc"])
        inner = next((word for word in re.findall(r"\w+", field["type"]) if word in all), None)
        is_block = re.search(r"\* \w+ block\b", field["doc"])
        found[snake[1] if snake else field["camel"]] = {
            "required": not field["optional"],
            "block": fields(all, inner) if is_block and inner else None}
    return found


def of(text):
    all = interfaces(text)
    config = next(name for name in all if name.endswith("Config") and "TerraformMetaArguments" in
                  re.search(rf"export interface {name}[^{{]*", text)[0])
    resource = text[text.index("static readonly tfResourceType"):]
    return {"fields": fields(all, config), "attributes": sorted(set(GETTER.findall(resource)))}


def update(kinds):
    with tempfile.TemporaryDirectory() as folder:
        name = subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, capture_output=True, text=True).stdout
        with tarfile.open(pathlib.Path(folder) / name.strip()) as package:
            texts = {}
            for member in package:
                if member.name.endswith("/index.d.ts"):
                    text = package.extractfile(member).read().decode()
                    type = re.search(r'static readonly tfResourceType = "(\w+)"', text)
                    kind = "data" if "/data-aws-" in member.name else "resource"
                    if type and f"{kind} {type[1]}" in kinds:
                        texts[f"{kind} {type[1]}"] = of(text)
    (HERE / "schema.json").write_text(json.dumps({"package": PACKAGE, "kinds": texts}, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.exit("usage: schema.py --update") if sys.argv[1:] != ["--update"] else None
    import test_schema
    update(test_schema.used_kinds())
