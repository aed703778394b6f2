"""The policies of deploy/terraform allow the services what they do with S3, and nothing that they never do."""

import contextlib
import pathlib
import tempfile

import pytest

import client
import hls
import iam
import parts
import test_covers
from stack import BIN_DIR, Stack
from waiting import eventually

SERVICES = ("content", "conversion")


@pytest.fixture(scope="module")
def gates(s3):
    with contextlib.ExitStack() as stack:
        gates = {service: iam.Gate(service, s3.endpoint) for service in SERVICES}
        for gate in gates.values():
            stack.callback(gate.close)
        yield gates


@pytest.fixture(scope="module")
def creator(s3, gates):
    """A client of a platform whose services reach S3 each by its gate."""
    with tempfile.TemporaryDirectory(prefix="descant-bin-") as folder:
        programs = pathlib.Path(folder)
        programs.chmod(0o755)  # the stack's own user has to get through
        for program in BIN_DIR.glob("descant-*"):
            gate = gates.get(program.name.removeprefix("descant-"))
            environment = f"env DESCANT_S3_ENDPOINT={gate.url} " if gate else ""
            script = programs / program.name
            script.write_text(f'#!/bin/sh\nexec {environment}"{program}" "$@"\n')
            script.chmod(0o755)
        with Stack.running(**s3.settings, DESCANT_BIN_DIR=folder, DESCANT_REMOVAL_DELAY="1s") as stack:
            yield client.Client(stack.url).register("Ada")


def test_policies_allow_what_the_services_do(s3, gates, creator, files):
    song = creator.publish(files.tagged_song())["id"]
    film = creator.publish(files.video(), "video")["id"]
    hls.decode(creator.playback(film)["url"])
    parts.check(creator, files, put_status=200)
    for colour in ("red", "blue"):
        creator.put(f"/api/v1/contents/{song}/cover", test_covers.body(test_covers.jpeg("512x512", colour)), 200)
    creator.delete(f"/api/v1/contents/{song}/cover", expect=200)
    creator.set_media(song, creator.upload(song, files.song("mp3", 3)))
    creator.wait_for(song, "ready")
    unfinished = creator.create("music")
    creator.ticket(unfinished, 65 << 20)
    for id in (song, film, unfinished):
        creator.delete(f"/api/v1/contents/{id}")
    content = gates["content"]
    eventually(lambda: {"s3:AbortMultipartUpload", "s3:DeleteObject"} <= content.used, within=60, what="the sweeper")
    assert {service: gate.refused for service, gate in gates.items()} == {service: [] for service in SERVICES}
    assert {action for action, _ in content.allowed} == content.used
    # Conversion ends an upload in parts when it fails; who may not list gets 403 for what is absent.
    rarely = {"s3:AbortMultipartUpload", "s3:ListBucket"}
    assert {action for action, _ in gates["conversion"].allowed} - gates["conversion"].used <= rarely


def test_what_no_policy_allows_is_refused(s3):
    for service, wanted in (("conversion", ("s3:PutObject", "/uploads/c/k")), ("content", ("s3:PutObject", "/media/c/j/1/0.m4s")),
                            ("content", ("s3:GetObject", "/other")), ("conversion", ("s3:ListBucketMultipartUploads", ""))):
        with contextlib.closing(iam.Gate(service, s3.endpoint)) as gate:
            assert not gate.permits([wanted])
            assert gate.refused == [wanted]
