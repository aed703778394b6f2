#!/usr/bin/python3
"""How soon media can be played, how long audio takes as a whole, and what memory that needs.

A stack of its own, with release binaries. Sources are made by FFmpeg: synthetic pictures with noise, so that they are no easier to
encode than natural ones. Prints a table of medians; `--json FILE` keeps the figures.
"""

import argparse
import functools
import json
import math
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import client  # noqa: E402
from stack import Stack  # noqa: E402
from waiting import eventually  # noqa: E402

MINUTE = 60
AUDIO = {"30 s": 30, "5 min": 5 * MINUTE, "60 min": 60 * MINUTE}
LONG = "10 min"
FILMS = {"30 s": 30, LONG: 10 * MINUTE}
SIZES = {"720p": "1280x720", "1080p": "1920x1080"}


def ffmpeg(*arguments):
    begun = time.monotonic()
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)
    return time.monotonic() - begun


def made(path, *arguments):
    """The file, which is there only when it is whole."""
    part = path.with_stem(f"{path.stem}.part")
    ffmpeg(*arguments, part)
    return part.rename(path)


def music(path, seconds):
    """Two drifting tones and pink noise, stereo, FLAC. Like `film`, it makes what is not there yet."""
    if path.exists():
        return path
    graph = (f"aevalsrc='0.3*sin(2*PI*(220+30*sin(t/3))*t)|0.3*sin(2*PI*(277+20*cos(t/5))*t)':s=44100:d={seconds}[tone];"
             f"anoisesrc=c=pink:a=0.1:r=44100:d={seconds},aformat=channel_layouts=stereo[noise];[tone][noise]amix")
    return made(path, "-filter_complex", graph, "-c:a", "flac")


def film(path, size, seconds):
    """Longer than half a minute, it repeats itself."""
    if path.exists():
        return path
    if seconds > 30:
        short = film(path.with_stem(f"{path.stem}-30s"), size, 30)
        return made(path, "-stream_loop", math.ceil(seconds / 30) - 1, "-i", short, "-t", seconds, "-c", "copy")
    graph = f"testsrc2=s={size}:r=30:d={seconds},noise=alls=12:allf=t,format=yuv420p"
    return made(path, "-f", "lavfi", "-i", graph, "-f", "lavfi", "-i", f"sine=f=220:d={seconds}", "-c:v", "libx264",
                "-preset", "ultrafast", "-crf", "20", "-c:a", "aac", "-ac", "2")


class Memory:
    """The most that the conversion service and its children had resident while this was entered, in MiB."""

    def __init__(self, stack):
        self.service, self.children = 0, 0
        self._pid = stack.pid("conversion")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(0.05):
            sizes, parents = {}, {}
            for entry in pathlib.Path("/proc").glob("[0-9]*"):
                try:
                    status = (entry / "status").read_text()
                except OSError:
                    continue
                sizes[int(entry.name)] = int((re.search(r"VmRSS:\s+(\d+)", status) or [0, 0])[1]) / 1024
                parents[int(entry.name)] = int(re.search(r"PPid:\s+(\d+)", status)[1])
            self.service = max(self.service, sizes.get(self._pid, 0))
            below, found = {self._pid}, 0
            while len(below) != found:
                found = len(below)
                below |= {pid for pid, parent in parents.items() if parent in below}
            self.children = max(self.children, sum(sizes[pid] for pid in below - {self._pid}))


def convert(stack, file, type, whole):
    """Seconds from the answer to PUT media until it can be played, and until it is ready; or the first alone."""
    ada = client.Client(stack.url).register("Bench")  # whose token outlives the longest of all conversions
    id = ada.create(type, "private")
    key = ada.upload(id, file)
    ada.set_media(id, key)
    begun, playable = time.monotonic(), None
    with Memory(stack) as memory:
        for event in ada.events(id, within=3600):
            if playable is None and event.content["playable"]:
                playable = time.monotonic() - begun
                if not whole:
                    break
        ended = time.monotonic() - begun
    ada.delete(f"/api/v1/contents/{id}")
    # Until nothing of it runs any more, there is no room for the next.
    eventually(lambda: subprocess.run(["pgrep", "-P", str(stack.pid("conversion"))], stdout=subprocess.DEVNULL).returncode == 1)
    result = {"playable": playable, "service_mib": memory.service, "ffmpeg_mib": memory.children}
    if whole:
        assert event.content["state"] == "ready", event.content
        result["ready"] = ended
    return result


def sources(folder, like):
    """What is converted: by name, the type and a function that makes the file."""
    cases = {f"audio {name}": ("music", functools.partial(music, folder / f"{seconds}.flac", seconds)) for name, seconds in AUDIO.items()}
    for length, seconds in FILMS.items():
        for name, size in SIZES.items():
            cases[f"{name} {length}"] = ("video", functools.partial(film, folder / f"{size}-{seconds}s.mp4", size, seconds))
    return {name: case for name, case in cases.items() if like in name}


def measure(stack, folder, runs, whole, like):
    rows = {}
    for name, (type, make) in sources(folder, like).items():
        file, results = make(), []
        for run in range(runs):
            # Of video, the bars are on when it plays, and how much memory it takes: one whole conversion tells that.
            result = convert(stack, file, type, whole and (type == "music" or (run == 0 and LONG not in name)))
            if "ready" in result and type == "music":
                result["of_one_encode"] = result["ready"] / ffmpeg("-i", file, "-c:a", "aac", "-b:a", "320k", folder / "one.m4a")
            results.append(result)
        rows[name] = {key: statistics.median(result[key] for result in results if key in result) for key in results[0]}
        rows[name] |= {key: max(result[key] for result in results) for key in ("service_mib", "ffmpeg_mib")}
        print(name, {key: round(value, 2) for key, value in rows[name].items()}, flush=True)
    return rows


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--json", type=pathlib.Path)
    arguments.add_argument("--playable", action="store_true", help="measure only how soon it plays")
    arguments.add_argument("--like", default="", help="measure only the cases whose names contain this: audio, 720p, 10 min")
    arguments.add_argument("--sources", type=pathlib.Path, help="a folder that keeps what is converted for the next time")
    options = arguments.parse_args()
    with (tempfile.TemporaryDirectory(prefix="descant-bench-") as folder,
          Stack.running(DESCANT_BIN_DIR=str(ROOT / "build" / "release" / "bin")) as stack):
        rows = measure(stack, options.sources or pathlib.Path(folder), options.runs, not options.playable, options.like)
    print(f"{'case':14} {'playable s':>10} {'ready s':>8} {'of one encode':>13} {'service MiB':>11} {'FFmpeg MiB':>10}")
    for name, row in rows.items():
        ratio = f"{row['of_one_encode']:.2f}" if "of_one_encode" in row else ""
        ready = f"{row['ready']:.2f}" if "ready" in row else ""
        print(f"{name:14} {row['playable']:10.2f} {ready:>8} {ratio:>13} {row['service_mib']:11.0f} {row['ffmpeg_mib']:10.0f}")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
