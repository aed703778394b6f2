"""The reference page by itself: all of the contract, no scripts, no dead links. Needs no platform."""

import html.parser

import pytest

import contract
import render_reference



class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.tags, self.open, self.words = [], [], set(), [], []
        self.attributes = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.ids += [value for name, value in attrs if name == "id"]
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> {self.getpos()}"

    def handle_data(self, data):
        self.words.append(data)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    out = tmp_path_factory.mktemp("www")
    render_reference.main(out)
    return out


@pytest.fixture(scope="module")
def page(rendered):
    return Page((rendered / "docs" / "index.html").read_text())


def test_files(rendered):
    found = sorted(str(path.relative_to(rendered)) for path in rendered.rglob("*") if path.is_file())
    assert found == ["docs/index.html", "docs/reference.css", "openapi.yaml"]
    assert (rendered / "openapi.yaml").read_bytes() == contract.PATH.read_bytes()


def test_page_is_well_formed(page):
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


def test_page_runs_nothing_and_loads_nothing_from_elsewhere(page):
    assert not page.tags & {"script", "style", "iframe", "object", "form", "img"}
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    elsewhere = {link for link in page.links if not link.startswith("#")}
    assert elsewhere == {"/docs/reference.css", "/openapi.yaml"}


def test_links_lead_somewhere(page):
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_page_tells_everything(page):
    document = contract.load()
    text = "".join(page.words)
    for operation in document.operations:
        assert operation.id in page.ids
        for part in (operation.path, operation.spec["summary"]):
            assert part in text
        for parameter in operation.parameters:
            assert parameter["name"] in text
    for name, schema in document.document["components"]["schemas"].items():
        if "properties" in schema:
            assert f"schema-{name}" in page.ids
    for _, node in contract.walk(document.document):
        if isinstance(node.get("code"), dict) and "enum" in node["code"]:
            assert all(code in page.words for code in node["code"]["enum"])
