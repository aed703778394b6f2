#!/usr/bin/python3
"""How much sooner a long video is converted by two workers than by one.

A stack of its own, with release binaries. Its conversion worker is pinned to one core; the other worker, where there is one, to
another. Prints the seconds until the content is ready, and the ratio; the bar is 1.6.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import bench  # this folder's; it finds the tests' client

from stack import Stack
from waiting import eventually

import client

BIN = pathlib.Path(os.environ.get("DESCANT_BIN_DIR", bench.ROOT / "build" / "release" / "bin"))
ALIKE = {"DESCANT_CONVERSION_JOBS": "1", "DESCANT_FFMPEG_THREADS": "1"}


def pin(pid, core):
    """With all its threads, and so with what they start."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})


@contextlib.contextmanager
def other_worker(stack, folder, core):
    """Beside the stack's own, as the same user."""
    environment = {**os.environ, **ALIKE, "DESCANT_GRPC_LISTEN": f"unix:{folder}/socket",
                   "DESCANT_INTERNAL_SECRET": stack.secret("internal_secret"), "DESCANT_STORAGE_DIRECTORY": str(stack.storage),
                   "DESCANT_SCRATCH_DIRECTORY": f"{folder}/scratch"}
    command = ["taskset", "-c", str(core), BIN / "descant-conversion"]
    if os.geteuid() == 0:
        shutil.chown(folder, "descant", "descant")
        command = ["setpriv", "--reuid=descant", "--regid=descant", "--clear-groups", *command]
    with open(folder / "log", "w") as log, subprocess.Popen(command, env=environment, stderr=log) as process:
        try:
            eventually(lambda: subprocess.run([*command, "--health"], env=environment, stderr=log).returncode == 0,
                       within=30, what="the other worker")
            yield
        finally:
            process.terminate()
    made = (folder / "log").read_text().count('"made a chunk"')
    assert made, "the other worker had nothing to do"
    print(f"  the other worker made {made} chunks", flush=True)


def convert(stack, file):
    """Seconds from the answer to PUT media until it is ready. Nothing else is measured: it would take the workers' time."""
    ada = client.Client(stack.url).register("Bench")  # whose token outlives the conversion
    id = ada.create("video", "private")
    key = ada.upload(id, file)
    ada.set_media(id, key)
    begun = time.monotonic()
    for event in ada.events(id, within=3600):
        pass
    ready = time.monotonic() - begun
    assert event.content["state"] == "ready", event.content
    return ready


def measure(file, workers, runs):
    """Seconds until it is ready, of each run."""
    cores = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(prefix="descant-worker-") as name:
        folder = pathlib.Path(name)
        settings = ALIKE | ({"DESCANT_CONVERSION_WORKERS": f"unix:{folder}/socket"} if workers == 2 else {})
        with Stack.running(DESCANT_BIN_DIR=str(BIN), **settings) as stack:
            pin(stack.pid("conversion"), cores[0])
            with other_worker(stack, folder, cores[1]) if workers == 2 else contextlib.nullcontext():
                results = [convert(stack, file) for _ in range(runs)]
    print(f"{workers} worker(s): ready after", ", ".join(f"{seconds:.1f} s" for seconds in results), flush=True)
    return results


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=150, help="of the video")
    arguments.add_argument("--size", default=bench.SIZES["720p"], help="of its pictures")
    arguments.add_argument("--runs", type=int, default=1)
    arguments.add_argument("--only", type=int, choices=(1, 2), help="with so many workers alone")
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to end"))  # with all that was started
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("this takes two cores")
    with tempfile.TemporaryDirectory(prefix="descant-bench-") as folder:
        file = bench.film(pathlib.Path(folder) / "film.mp4", options.size, options.seconds)
        medians = {workers: statistics.median(measure(file, workers, options.runs))
                   for workers in (1, 2) if options.only in (None, workers)}
    if len(medians) == 2:
        print(f"two workers are {medians[1] / medians[2]:.2f} times as fast as one")


if __name__ == "__main__":
    main()
