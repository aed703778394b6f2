import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import client  # noqa: E402
import contract  # noqa: E402
import media  # noqa: E402
import s3_server  # noqa: E402
from stack import Stack  # noqa: E402


@pytest.fixture(scope="session")
def running_stack():
    # What is replaced goes soon, so that a test can see it go.
    with Stack.running(DESCANT_REMOVAL_DELAY="2s") as stack:
        yield stack


@pytest.fixture
def stack(running_stack):
    """Healthy before each test, whatever the one before has done."""
    running_stack.wait_until_healthy()
    return running_stack


@pytest.fixture
def api(stack):
    """A client that is nobody."""
    return client.Client(stack.url)


@pytest.fixture
def ada(api):
    """A client of a new user."""
    return api.register("Ada")


@pytest.fixture
def bob(api):
    """A client of another new user."""
    return api.register("Bob")


@pytest.fixture(scope="session")
def s3():
    with s3_server.running() as s3:
        yield s3


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Files to upload, made when they are asked for first."""
    return Files(tmp_path_factory.mktemp("files"))


class Files:
    def __init__(self, folder):
        self.folder = folder

    def _file(self, name, make):
        path = self.folder / name
        return path if path.exists() else make(path)

    def song(self, suffix="wav", seconds=4):
        return self._file(f"song{seconds}.{suffix}", lambda path: media.song(path, seconds))

    def video(self, seconds=4, size="320x180", sound=True):
        name = f"video{seconds}-{size}{'' if sound else '-silent'}.mp4"
        return self._file(name, lambda path: media.video(path, seconds, size, sound))

    def film_in_languages(self):
        texts = {"eng": "Good morning", "ger": "Guten <i>Morgen</i>"}
        return self._file("languages.mkv", lambda path: media.film_in_languages(path, texts))

    def tagged_song(self):
        return self._file("tagged.flac", lambda path: media.tagged_song(path, self.folder / "cover.jpg"))

    def text_named_mp3(self):
        return self._file("text.mp3", media.text_named_mp3)

    def empty(self):
        return self._file("empty.wav", media.empty)

    def truncated(self):
        return self._file("truncated.mp4", lambda path: media.truncated(path, self.video()))

    def cut_off(self):
        return self._file("cut-off.wav", lambda path: media.cut_off(path, self.song("wav", 3)))

    def playlist(self):
        return self._file("playlist.mp4", lambda path: media.playlist(path, self.song()))


@pytest.fixture(scope="session")
def song(files):
    return files.song("mp3", 3)


def pytest_terminal_summary(terminalreporter):
    """After a run of all tests: which answers no test has seen, but for those to defects and to overload."""
    operations = contract.load().operations
    if {o.id for o in operations} != {id for id, _ in client.SEEN}:
        return
    rest = [f"{o.id} {status}" for o in operations for status in o.spec["responses"]
            if status not in ("500", "503", "504") and (o.id, int(status)) not in client.SEEN]
    terminalreporter.write_line(f"documented answers that were not seen: {', '.join(rest) or 'none'}")
