"""kill -9 at the worst moments. Each job comes to its end, once, and what comes of it is whole."""

import pathlib
import re

import pytest

import hls
from waiting import eventually

LONG = 60  # seconds until a job that was disturbed has to be done, on a busy machine


@pytest.fixture
def converting(ada, files):
    """A video whose conversion is well under way."""
    id = ada.submit(files.video(seconds=20, size="640x360"), "video")
    eventually(lambda: ada.content(id)["progress"], what="progress")
    return id


def expect_once(stack, client, id, jobs=1):
    """Ready; so many jobs, one record, one set of renditions, no source; and all of it plays."""
    content = client.wait_for(id, "ready", within=LONG)
    states = stack.sql("content", f"SELECT state FROM conversion_jobs WHERE content_id = '{id}'")
    assert states == [["done"]] * jobs
    master = content["media"]["key"]
    job = master.rsplit("/", 2)[0]
    record = job + "/complete.json"
    # An attempt may have made the rest alone, of what another began.
    others = re.findall(r"\.\./(\d+)/", (stack.storage / master).read_text())
    attempts = tuple(f"{job}/{number}/" for number in {master.split("/")[-2], *others})

    def tidy():
        kept = stack.objects(f"media/{id}")
        stray = [name for name in kept
                 if not name.startswith(attempts) and name not in (record, f"{job}/first.json")]
        assert record in kept and master in kept, kept
        assert not stray, stray
        assert stack.objects(f"uploads/{id}") == []
        return True

    eventually(tidy, what="one rendition set")
    url = client.playback(id)["url"]
    hls.load(url)
    hls.decode(url)
    assert not orphans(stack), "an FFmpeg without its service"


def orphans(stack):
    """Processes that work in the scratch space and do not descend from the conversion service."""
    conversion = str(stack.pid("conversion"))
    parents, commands = {}, {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            commands[entry.name] = (entry / "cmdline").read_bytes().split(b"\0")
            parents[entry.name] = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue

    def descends(process):  # a sandbox may stand between
        while process in parents and process != conversion:
            process = parents[process]
        return process == conversion

    return [(process, b" ".join(command[:3])) for process, command in commands.items()
            if any(str(stack.home / "scratch").encode() in word for word in command) and not descends(process)]


def test_conversion_dies_mid_job(stack, ada, converting):
    stack.kill("conversion")
    eventually(lambda: not orphans(stack), within=5, what="the end of its FFmpeg")
    expect_once(stack, ada, converting)


def test_conversion_dies_again_and_again(stack, ada, converting):
    for _ in range(3):
        stack.kill("conversion")
        stack.wait_until_healthy()
        eventually(lambda: ada.content(converting)["progress"], within=LONG, what="progress")
    expect_once(stack, ada, converting)


def test_content_dies_between_upload_and_dispatch(stack, ada, song):
    id = ada.create()
    key = ada.upload(id, song)
    stack.kill("content")

    def accepted():
        response = ada.put(f"/api/v1/contents/{id}/media", {"key": key})
        assert response.status_code in (202, 409), response.text
        return response.ok or response.json()["code"] == "conversion_in_progress"

    eventually(accepted, within=20, what="the service")
    expect_once(stack, ada, id)


def test_content_dies_as_soon_as_a_job_is_queued(stack, ada, song):
    for _ in range(2):
        id = ada.submit(song)
        stack.kill("content")
        stack.wait_until_healthy()
        expect_once(stack, ada, id)


def test_content_dies_while_a_job_is_queued(stack, ada, song):
    """Nobody has begun with it: there was no conversion service."""
    with stack.without("conversion"):
        id = ada.submit(song)
        stack.kill("content")
        eventually(lambda: ada.request("GET", f"/api/v1/contents/{id}").ok, within=20)
        assert ada.content(id)["state"] in ("queued", "processing")
    expect_once(stack, ada, id)


def test_content_dies_mid_job(stack, ada, converting):
    stack.kill("content")
    stack.wait_until_healthy()
    expect_once(stack, ada, converting)


def test_both_die_mid_job(stack, ada, converting):
    stack.kill("content")
    stack.kill("conversion")
    stack.wait_until_healthy()
    expect_once(stack, ada, converting)


def test_database_dies_mid_job(stack, ada, converting):
    stack.kill("postgres")
    stack.wait_until_healthy()
    expect_once(stack, ada, converting)


def test_conversion_dies_while_new_media_is_made(stack, ada, files, song):
    """What played before plays all the time."""
    id = ada.create("video")
    ada.set_media(id, ada.upload(id, files.video()))
    before = ada.wait_for(id, "ready")
    url = ada.playback(id)["url"]
    ada.set_media(id, ada.upload(id, files.video(seconds=20, size="640x360")))
    eventually(lambda: ada.content(id)["progress"], what="progress")
    stack.kill("conversion")
    assert ada.content(id)["playable"]
    hls.load(url)
    expect_once(stack, ada, id, jobs=2)
    assert ada.content(id)["media"]["key"] != before["media"]["key"]


def test_services_that_are_stopped_give_their_jobs_back(stack, ada, converting):
    """A restart is not a loss: the job is taken up at once."""
    stack.ctl("restart", "content")
    stack.wait_until_healthy()
    expect_once(stack, ada, converting)


def test_gateway_dies(stack, ada):
    """The workers that it leaves behind go, and others take their place."""
    killed = stack.pid("gateway")
    stack.kill("gateway")

    def serves_again():
        assert stack.pid("gateway") not in (0, killed)
        assert not [entry for entry in pathlib.Path("/proc").glob("[0-9]*") if group_of(entry) == killed]
        return stack.healthy()

    eventually(serves_again, what="a gateway of its own workers")
    ada.get("/api/v1/users/me")


def group_of(process):
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[2])
    except OSError:
        return None
