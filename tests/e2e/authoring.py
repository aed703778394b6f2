"""The rules of Apple's HLS Authoring Specification for Apple Devices (2025-05) that finished streams are held to: which, and how each is
checked. `python3 authoring.py` prints the list; `python3 authoring.py URL` holds a stream to it."""

import functools
import json
import re
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass, field

import requests

RULES = []  # (number, what, how, check)


def rule(number, what, how):
    def add(check):
        RULES.append((number, what, how, check))
        return check
    return add


def attributes(line):
    return {name: value.strip('"') for name, value in re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])}


@dataclass
class Media:
    """A media playlist and its segments."""
    url: str
    text: str
    durations: list = field(default_factory=list)
    sizes: list = field(default_factory=list)  # bytes of the segments

    @property
    def target(self):
        return int(re.search(r"#EXT-X-TARGETDURATION:(\d+)", self.text)[1])

    @property
    def seconds(self):
        return sum(self.durations)

    @property
    def average(self):
        return sum(self.sizes) * 8 / self.seconds

    @property
    def peak(self):
        """Of runs of segments from 0.5 to 1.5 target durations long."""
        rates = [self.average]
        for begin in range(len(self.sizes)):
            for end in range(begin + 1, len(self.sizes) + 1):
                seconds = sum(self.durations[begin:end])
                if seconds > self.target * 1.5:
                    break
                if seconds >= self.target * 0.5:
                    rates.append(sum(self.sizes[begin:end]) * 8 / seconds)
        return max(rates)

    @functools.cached_property
    def packets(self):
        done = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "0", "-show_entries",
                               "stream=codec_name,profile,codec_tag_string,field_order,channels,width,height"
                               ":packet=dts_time,pts_time,duration_time,flags", "-of", "json", self.url],
                              check=True, capture_output=True, text=True, timeout=300)
        return json.loads(done.stdout)

    @property
    def stream(self):
        return self.packets["streams"][0]

    @property
    def key_frames(self):
        """Seconds from the first picture."""
        times = [float(p["pts_time"]) for p in self.packets["packets"] if "K" in p["flags"]]
        return [time - times[0] for time in times]


@dataclass
class Master:
    url: str
    text: str
    variants: list  # (attributes, Media)
    renditions: list  # (attributes, Media), of EXT-X-MEDIA

    @property
    def video(self):
        return [(a, m) for a, m in self.variants if "RESOLUTION" in a]

    @property
    def media(self):
        return list({m.url: m for _, m in self.variants + self.renditions}.values())

    def sound_of(self, variant):
        return [m for a, m in self.renditions if a["TYPE"] == "AUDIO" and a["GROUP-ID"] == variant.get("AUDIO")]


def read(url):
    def get(address):
        response = requests.get(address, timeout=30)
        response.raise_for_status()
        return response

    @functools.cache
    def media(address):
        text = get(address).text
        found = Media(address, text, [float(value) for value in re.findall(r"#EXTINF:([0-9.]+)", text)])
        names = [line for line in text.splitlines() if line and not line.startswith("#")]
        found.sizes = [len(get(urllib.parse.urljoin(address, name)).content) for name in names]
        return found

    text = get(url).text
    lines = text.splitlines()
    variants, renditions = [], []
    for line, following in zip(lines, lines[1:] + [""]):
        if line.startswith("#EXT-X-STREAM-INF:"):
            variants.append((attributes(line), media(urllib.parse.urljoin(url, following))))
        elif line.startswith("#EXT-X-MEDIA:") and "URI" in attributes(line):
            renditions.append((attributes(line), media(urllib.parse.urljoin(url, attributes(line)["URI"]))))
    return Master(url, text, variants, renditions)


def violations(url):
    master = read(url)
    return [f"{number} {what}: {problem}" for number, what, _, check in RULES for problem in check(master)]


@rule("1.1", "video is H.264 or HEVC", "codec by ffprobe")
def _(master):
    return [m.stream["codec_name"] for _, m in master.video if m.stream["codec_name"] not in ("h264", "hevc")]


@rule("1.4", "H.264 in High profile", "profile by ffprobe")
def _(master):
    streams = [m.stream for _, m in master.video]
    return [s["profile"] for s in streams if s["codec_name"] == "h264" and s["profile"] != "High"]


@rule("1.5", "HEVC is in fMP4", "each media playlist with HEVC has EXT-X-MAP")
def _(master):
    return [m.url for a, m in master.video if "hvc1" in a["CODECS"] and "#EXT-X-MAP" not in m.text]


@rule("1.10", "parameter sets are in the sample descriptions", "sample entry avc1 or hvc1 by ffprobe")
def _(master):
    tags = [m.stream["codec_tag_string"] for _, m in master.video]
    return [tag for tag in tags if tag not in ("avc1", "hvc1")]


@rule("1.12", "some video is H.264", "a variant with avc1, where there is video")
def _(master):
    return ["none"] if master.video and not any("avc1" in a["CODECS"] for a, _ in master.video) else []


@rule("1.13", "key frames every two seconds", "distances of packets with the key flag, within a frame")
def _(master):
    for a, m in master.video:
        for before, after in zip(m.key_frames, m.key_frames[1:]):
            if after - before > 2 + 1.5 / float(a["FRAME-RATE"]):
                yield f"{after - before:.3f} s in {m.url}"


@rule("1.14", "video is progressive", "field order by ffprobe")
def _(master):
    return [m.url for _, m in master.video if m.stream.get("field_order", "progressive") not in ("progressive", "unknown")]


@rule("1.19", "at most 60 frames a second", "FRAME-RATE")
def _(master):
    return [a["FRAME-RATE"] for a, _ in master.video if float(a["FRAME-RATE"]) > 60.001]


@rule("1.30", "the peak is at most twice the average", "sizes and durations of segments, where there are 6 target durations")
def _(master):
    return [f"{m.peak:.0f} of {m.average:.0f} in {m.url}" for _, m in master.video
            if m.seconds >= 6 * m.target and m.peak > 2 * m.average]


@rule("2.3", "there is stereo (or mono) AAC", "codec and channels by ffprobe")
def _(master):
    sound = [m for a, m in master.renditions if a["TYPE"] == "AUDIO"] or [m for a, m in master.variants if "RESOLUTION" not in a]
    return [m.stream for m in sound if m.stream["codec_name"] != "aac" or m.stream["channels"] > 2]


@rule("7.3", "no gaps between segments", "decode times follow each other, within half a packet")
def _(master):
    for m in master.media:
        packets = [p for p in m.packets["packets"] if "duration_time" in p]
        for before, after in zip(packets, packets[1:]):
            gap = float(after["dts_time"]) - float(before["dts_time"]) - float(before["duration_time"])
            if abs(gap) > max(0.002, float(before["duration_time"]) / 2):
                yield f"{gap:+.4f} s at {before['dts_time']} in {m.url}"
                break


@rule("7.4", "segments of video begin with a key frame", "the sums of EXTINF meet key frames, within a frame")
def _(master):
    for a, m in master.video:
        at = 0
        for duration in m.durations:
            if min(abs(at - key) for key in m.key_frames) > 1 / float(a["FRAME-RATE"]):
                yield f"{at:.3f} s in {m.url}"
            at += duration


@rule("7.5", "target durations are 6 seconds", "EXT-X-TARGETDURATION")
def _(master):
    return [m.url for m in master.media if m.target != 6]


@rule("7.7", "no segment exceeds the target by more than half a second", "EXTINF")
def _(master):
    return [f"{max(m.durations)} in {m.url}" for m in master.media if max(m.durations) > m.target + 0.5]


@rule("8.2", "one target duration for all", "EXT-X-TARGETDURATION")
def _(master):
    targets = {m.target for m in master.media}
    return [] if len(targets) == 1 else [str(targets)]


@rule("8.3", "all have the same duration", "the sums of EXTINF are within half a second")
def _(master):
    lengths = [m.seconds for m in master.media]
    return [str(lengths)] if max(lengths) - min(lengths) > 0.5 else []


@rule("8.6", "finished playlists are of type VOD", "EXT-X-PLAYLIST-TYPE and EXT-X-ENDLIST")
def _(master):
    return [m.url for m in master.media if "#EXT-X-PLAYLIST-TYPE:VOD" not in m.text or "#EXT-X-ENDLIST" not in m.text]


@rule("8.20", "fMP4 has EXT-X-MAP", "in each media playlist")
def _(master):
    return [m.url for m in master.media if "#EXT-X-MAP:" not in m.text]


@rule("9.1", "variants state their codecs", "CODECS")
def _(master):
    return [m.url for a, m in master.variants if not a.get("CODECS")]


@rule("9.2", "variants with video state its size", "RESOLUTION is what ffprobe sees")
def _(master):
    return [m.url for a, m in master.variants if ("avc1" in a["CODECS"] or "hvc1" in a["CODECS"])
            and a.get("RESOLUTION") != f"{m.stream['width']}x{m.stream['height']}"]


@rule("9.11", "independent segments are announced", "EXT-X-INDEPENDENT-SEGMENTS in the master playlist")
def _(master):
    return [] if "#EXT-X-INDEPENDENT-SEGMENTS" in master.text else [master.url]


@rule("9.13", "BANDWIDTH is the peak", "the sum of the measured peaks, within one percent")
def _(master):
    for a, m in master.variants:
        peak = m.peak + max((s.peak for s in master.sound_of(a)), default=0)
        if abs(int(a["BANDWIDTH"]) - peak) > peak / 100:
            yield f"{a['BANDWIDTH']}, measured {peak:.0f}, in {m.url}"


@rule("9.14", "AVERAGE-BANDWIDTH is there and true", "the sum of the measured averages, within one percent")
def _(master):
    for a, m in master.variants:
        average = m.average + max((s.average for s in master.sound_of(a)), default=0)
        if abs(int(a.get("AVERAGE-BANDWIDTH", 0)) - average) > average / 100:
            yield f"{a.get('AVERAGE-BANDWIDTH')}, measured {average:.0f}, in {m.url}"


@rule("9.15", "variants with video state its frame rate", "FRAME-RATE")
def _(master):
    return [m.url for a, m in master.video if not float(a.get("FRAME-RATE", 0))]


if __name__ == "__main__":
    if len(sys.argv) == 1:
        for number, what, how, _ in RULES:
            print(f"{number:5} {what}: {how}")
    else:
        found = violations(sys.argv[1])
        print("\n".join(found) or "no violation")
        sys.exit(bool(found))
