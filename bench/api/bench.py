#!/usr/bin/python3
"""How fast the API is through the gateway, as ratios to a file of the same bytes behind the same NGINX.

A stack of its own, with release binaries and a thousand contents; wrk asks, round robin over the cases, so that what else
the machine does hits all of them alike. Prints a table of medians; `--json FILE` keeps the figures.
"""

import argparse
import contextlib
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

import client  # noqa: E402
from stack import Stack  # noqa: E402
from waiting import eventually  # noqa: E402

CONTENTS = 1000
MEDIA = json.dumps({
    "kind": "audio", "duration_ms": 180000, "loudness_lufs": -14.2,
    "renditions": [{"codec": "mp4a.40.2", "bandwidth": rate, "width": 0, "height": 0, "frame_rate": 0}
                   for rate in (131072, 262144)]})
# A different address each time: the micro-cache knows none of them. The file is asked for in the same way, which costs the
# load generator the same.
FRESH = ('math.randomseed(os.time())\nlocal n = math.random(1, 1000000000)\n'
         'function request()\n  n = n + 1\n'
         '  return wrk.format("GET", wrk.path .. (wrk.path:find("?", 1, true) and "&" or "?") .. "fresh=" .. n)\nend\n')


def seed(stack, owner):
    stack.sql("content", f"INSERT INTO owners VALUES ('{owner}', 'Bench') ON CONFLICT DO NOTHING")
    stack.sql("content", f"""
        INSERT INTO contents (id, owner_id, owner_name, title, description, type, visibility, state, media_key, media)
        SELECT (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint - n), 12, '0') || '7' || lpad(to_hex(n), 3, '0')
                || '8000' || lpad(to_hex(n), 12, '0'))::uuid,
               '{owner}', 'Bench', 'Song number ' || n, repeat('Words about it. ', 8), 'music', 'public', 'ready',
               'media/' || n || '/' || n || '/1/master.m3u8', '{MEDIA}'
        FROM generate_series(1, {CONTENTS}) n""")
    stack.sql("content", "ANALYZE contents")


class Wrk:
    """One run; raises when anything but 2xx came back."""

    def __init__(self, url, connections, seconds, token=None, script=None):
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s", "-H", "Accept-Encoding: identity"]
        command += ["-H", f"Authorization: Bearer {token}"] if token else []
        command += ["-s", script] if script else []
        output = subprocess.run([*command, url], check=True, capture_output=True, text=True).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
        self.p99 = _milliseconds(re.search(r"(?m)^ +99%\s+(\S+)", output)[1])
        wrong = re.search(r"(Non-2xx.*|Socket errors.*)", output)
        self.wrong = wrong[1].strip() if wrong else ""


def _milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def wait_for_cache_loader(stack):
    """NGINX looks for each file of its cache on disk until it has read what an earlier one left there, a minute after its start."""
    master = stack.pid("gateway")

    def runs():
        titles = []
        for child in pathlib.Path(f"/proc/{master}/task/{master}/children").read_text().split():
            with contextlib.suppress(OSError):  # it has just ended
                titles.append(pathlib.Path(f"/proc/{child}/cmdline").read_text())
        return any("cache loader" in title for title in titles)

    eventually(lambda: not runs(), within=120, what="NGINX's cache loader")


def file_of(stack, name, body):
    """The same bytes as a file of the gateway's."""
    path = stack.home / "www" / "docs" / name
    path.write_bytes(body)
    path.chmod(0o644)
    return f"{stack.url}/docs/{name}"


def resident(stack):
    """MiB of each service."""
    sizes = {}
    for service in ("user", "content", "conversion"):
        status = pathlib.Path(f"/proc/{stack.pid(service)}/status").read_text()
        sizes[service] = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
    return sizes


def measure(stack, seconds, runs, script):
    ada = client.Client(stack.url).register("Bench")
    seed(stack, ada.user["id"])
    listing = f"{stack.url}/api/v1/contents?limit=20"
    first = ada.http.get(listing).json()["items"][0]["id"]
    detail = f"{stack.url}/api/v1/contents/{first}"
    mine = f"{stack.url}/api/v1/users/me/contents?limit=20"
    for_ada = {"Authorization": f"Bearer {ada.token}"}
    list_file = file_of(stack, "bench-list.json", ada.http.get(listing).content)
    detail_file = file_of(stack, "bench-detail.json", ada.http.get(detail).content)
    mine_file = file_of(stack, "bench-mine.json", ada.http.get(mine, headers=for_ada).content)
    cases = {
        "file: list": dict(url=list_file, script=script),
        "list, database": dict(url=listing, script=script),
        "list, micro-cache": dict(url=listing),
        "file: detail": dict(url=detail_file, script=script),
        "detail, database": dict(url=detail, script=script),
        "detail, micro-cache": dict(url=detail),
        "file: own list": dict(url=mine_file),
        "own list, authenticated": dict(url=mine, token=ada.token),
    }
    found = {name: [] for name in cases}
    for _ in range(runs):
        for name, case in cases.items():
            for _ in range(2):  # so that the micro-cache has it
                ada.http.get(case["url"])
            found[name].append(Wrk(connections=64, seconds=seconds, **case))
    many = Wrk(listing, 1024, seconds, script=script)
    return found, many


def report(found, many, sizes):
    rows, base = [], None
    for name, results in found.items():
        wrong = "; ".join(result.wrong for result in results if result.wrong)
        row = {"case": name, "rate": statistics.median(result.rate for result in results),
               "p99_ms": statistics.median(result.p99 for result in results), "errors": wrong}
        if name.startswith("file"):
            base = row
        row["rate_ratio"], row["p99_ratio"] = row["rate"] / base["rate"], row["p99_ms"] / base["p99_ms"]
        rows.append(row)
    print(f"{'case':26} {'requests/s':>10} {'of file':>8} {'p99 ms':>8} {'of file':>8}")
    for row in rows:
        print(f"{row['case']:26} {row['rate']:10.0f} {row['rate_ratio']:8.2f} {row['p99_ms']:8.2f} {row['p99_ratio']:8.2f}  {row['errors']}")
    print(f"1,024 connections, list from the database: {many.rate:.0f} requests/s, p99 {many.p99:.0f} ms, {many.wrong or 'no error'}")
    print("resident after it: " + ", ".join(f"{name} {size:.0f} MiB" for name, size in sizes.items()))
    return {"cases": rows, "c1024": vars(many), "resident_mib": sizes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    with (tempfile.NamedTemporaryFile("w", suffix=".lua") as script,
          Stack.running(DESCANT_BIN_DIR=str(ROOT / "build" / "release" / "bin")) as stack):
        script.write(FRESH)
        script.flush()
        wait_for_cache_loader(stack)
        found, many = measure(stack, arguments.seconds, arguments.runs, script.name)
        figures = report(found, many, resident(stack))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
