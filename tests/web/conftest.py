import pathlib
import struct
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import client  # noqa: E402
import media  # noqa: E402
from stack import Stack  # noqa: E402


def silence(path, size):
    """A WAV, whatever its name says: a header and nothing."""
    with open(path, "wb") as file:
        file.write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size - 8, b"WAVE", b"fmt ", 16, 1, 2, 44100, 176400, 4, 16,
                               b"data", size - 44))
        file.truncate(size)


@pytest.fixture(scope="session")
def stack(web_app):
    with Stack.running() as stack:
        yield stack


@pytest.fixture(scope="session")
def library(stack, tmp_path_factory):
    """What is public before anybody uploads anything; web/e2e/browser.js knows the titles."""
    folder = tmp_path_factory.mktemp("library")
    creator = client.Client(stack.url).register("Clara")
    ids = [creator.submit(media.video(folder / "film.mp4", 4, "854x480"), "video", title="Shoreline")]
    texts = {"eng": "Good morning", "ger": "Guten Morgen"}
    film = media.film_in_languages(folder / "languages.mkv", texts, 6, "640x360")
    ids.append(creator.submit(film, "video", title="Quiet Water"))
    for title in ("Paper Lanterns", "Nine Bridges"):
        ids.append(creator.submit(media.song(folder / f"{title}.flac", 8), title=title))
    for id in ids:
        creator.wait_for(id, "ready", within=240)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """What the browser uploads."""
    folder = tmp_path_factory.mktemp("files")
    media.song(folder / "01 - First_Song.mp3", 5)
    media.song(folder / "02 - Second_Song.mp3", 5)
    media.video(folder / "Harbour.mp4", 8, "640x360")
    media.text_named_mp3(folder / "Broken.mp3")
    media.video(folder / "Film.mp4", 10, "1280x720")
    media.tagged_song(folder / "track01.flac", folder / "cover.jpg")
    silence(folder / "Long.mp4", 71_000_000)  # so much goes in parts
    media.ffmpeg("-f", "lavfi", "-i", "testsrc=size=1200x800", "-frames:v", "1", folder / "Picture.png")
    return folder
