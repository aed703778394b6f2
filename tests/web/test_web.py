"""The web app: its types, its logic, and all of it in a real browser on the real platform (web/e2e)."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
WEB = ROOT / "deploy" / "local" / "web"


def run(*arguments, **environment):
    done = subprocess.run([WEB, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert done.returncode == 0, done.stdout[-8000:]


@pytest.fixture(scope="session")
def web_app():
    """Built, before the stack takes it over."""
    run()


def test_types():
    run("svelte-check", "--fail-on-warnings", "--output", "human")


def test_units():
    run("vitest", "run")


def test_bundle_is_small(web_app):
    """What a first visit loads, but for hls.js, which comes with the first play."""
    scripts = (ROOT / "build" / "web" / "assets").glob("*.js.gz")
    sizes = {path.name: path.stat().st_size for path in scripts if not path.name.startswith("hls")}
    assert 0 < sum(sizes.values()) < 120_000, sizes


@pytest.mark.parametrize("name", ["account", "app", "browse", "upload", "video", "session", "queue", "captions", "hls", "axe"])
def test_in_the_browser(stack, library, files, name):
    run("node", "--test", f"e2e/{name}.test.js", DESCANT_URL=stack.url, DESCANT_FILES=str(files))
