#!/usr/bin/python3
"""render_reference.py OUT: makes the reference page out of api/openapi.yaml.

OUT/docs/index.html and OUT/docs/reference.css are the page, which has no scripts and is served at /docs;
OUT/openapi.yaml is the document itself.
"""

import pathlib
import shutil
import sys

import yaml

from reference.page import render_page

TOOLS = pathlib.Path(__file__).resolve().parent
DOCUMENT = TOOLS.parent / "api" / "openapi.yaml"


def main(out):
    docs = out / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    document = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    (docs / "index.html").write_text(render_page(document), encoding="utf-8")
    shutil.copyfile(TOOLS / "reference" / "reference.css", docs / "reference.css")
    shutil.copyfile(DOCUMENT, out / "openapi.yaml")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
