#!/usr/bin/python3
"""How many bits the HEVC rungs of the profile need for the picture that `libx265 -preset medium -crf 28` makes.

Each rung is encoded as the conversion service does it (preset, parameters, a key frame every two seconds), but with three rate
factors and no cap; between their bits, those at the reference's SSIM are interpolated. The reference has x265's own key frames. FILE:
a film of natural pictures; without one, a synthetic one is made, which says less. The bar is 1.15.
"""

import argparse
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BAR = 1.15
X265 = "log-level=error:info=0"


def ffmpeg(*arguments):
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-y", *map(str, arguments)]
    return subprocess.run(command, check=True, stderr=subprocess.PIPE, text=True).stderr


def synthetic(path):
    """A slow zoom into a fractal, with film grain."""
    ffmpeg("-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=1920x1080:r=24:end_scale=0.05:end_pts=240,noise=alls=6:allf=t,format=yuv420p",
           "-t", 10, "-c:v", "libx264", "-preset", "ultrafast", "-qp", 0, path)
    return path


def encode(source, target, options):
    """Kilobits a second, and SSIM in decibels."""
    ffmpeg("-v", "error", "-i", source, "-c:v", "libx265", *options, target)
    said = ffmpeg("-i", target, "-i", source, "-lavfi", "[0:v]settb=AVTB,setpts=N[a];[1:v]settb=AVTB,setpts=N[b];[a][b]ssim", "-f", "null", "-")
    ssim = float(re.findall(r"SSIM .*All:([\d.]+)", said)[-1])
    packets = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=size,duration_time", "-of", "csv=p=0", target],
                             check=True, capture_output=True, text=True).stdout.split()
    seconds = sum(float(line.split(",")[0]) for line in packets)
    return sum(int(line.split(",")[1]) for line in packets) * 8 / seconds / 1000, -10 * math.log10(1 - ssim)


def at(points, ssim):
    """The bits at that SSIM, on the parabola through three points of SSIM and the logarithm of bits."""
    points = [(db, math.log(bits)) for bits, db in points]
    value = 0
    for i, (x, y) in enumerate(points):
        for j, (other, _) in enumerate(points):
            y *= (ssim - other) / (x - other) if i != j else 1
        value += y
    return math.exp(value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    parser.add_argument("--lines", type=int, nargs="+", default=[720, 540, 360])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--from", dest="begin", type=float, default=0)
    parser.add_argument("--profile", type=pathlib.Path, default=ROOT / "services" / "conversion" / "profiles" / "default.json")
    options = parser.parse_args()
    profile = json.loads(options.profile.read_text())
    params = profile["video"].get("params", {}).get("hevc", "")
    missed = False
    print(f"{'rung':12} {'reference kbit/s':>16} {'SSIM dB':>8} {'rung kbit/s':>12} {'ratio':>6}   bar {BAR}")
    with tempfile.TemporaryDirectory(prefix="descant-bench-") as folder:
        folder = pathlib.Path(folder)
        film = options.file or synthetic(folder / "film.mp4")
        for rung in (r for r in profile["video"]["renditions"] if r["codec"] == "hevc" and r["lines"] in options.lines):
            source = folder / "source.mkv"
            ffmpeg("-v", "error", "-ss", options.begin, "-i", film, "-t", options.seconds, "-an", "-vf", f"scale=-2:{rung['lines']}:flags=bicubic,format=yuv420p",
                   "-c:v", "ffv1", source)
            reference = encode(source, folder / "reference.mp4", ["-preset", "medium", "-crf", 28, "-x265-params", X265])
            as_we_do = ["-preset", rung["preset"], "-x265-params", f"{X265}:scenecut=0:open-gop=0:{rung.get('params', params)}".rstrip(":"),
                        "-force_key_frames", f"expr:gte(t,n_forced*{profile['key_frame_seconds']})", "-forced-idr", 1]
            tried = [encode(source, folder / "rung.mp4", [*as_we_do, "-crf", crf]) for crf in (24, 27, 30)]
            bits = at(tried, reference[1])
            missed |= bits > reference[0] * BAR
            print(f"{rung['name']:12} {reference[0]:16.0f} {reference[1]:8.2f} {bits:12.0f} {bits / reference[0]:6.2f}", flush=True)
    sys.exit(missed)


if __name__ == "__main__":
    main()
