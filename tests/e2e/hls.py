"""An HLS stream as a player reads it: all playlists, all segments; and FFmpeg's judgement of it."""

import json
import re
import subprocess
import time
import urllib.parse
from dataclasses import dataclass, field

import requests

TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".mp4": "video/mp4", ".m4s": "video/mp4", ".vtt": "text/vtt"}


@dataclass
class Stream:
    master: str
    variants: list = field(default_factory=list)  # attributes of each EXT-X-STREAM-INF
    audio_groups: list = field(default_factory=list)  # of each EXT-X-MEDIA of audio
    subtitles: list = field(default_factory=list)  # (attributes of EXT-X-MEDIA, text of the WebVTT file)
    playlists: dict = field(default_factory=dict)  # URL to text
    segments: list = field(default_factory=list)  # URLs, init segments included
    seconds: float = 0  # of the longest playlist


def fetch(url):
    response = requests.get(url, timeout=30)
    assert response.status_code == 200, f"{url}: {response.status_code} {response.text[:300]}"
    suffix = urllib.parse.urlsplit(url).path[-5:].lstrip("abcdefghijklmnopqrstuvwxyz0123456789_-/")
    assert response.headers["Content-Type"] == TYPES[suffix], f"{url} is {response.headers['Content-Type']}"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    return response


def attributes(line):
    pairs = re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.partition(":")[2])
    return {name: value.strip('"') for name, value in pairs}


def load(url):
    """The whole stream; all that it names is there."""
    stream = Stream(fetch(url).text)
    lines = stream.master.splitlines()
    assert lines[0] == "#EXTM3U"
    uris = []
    for line, following in zip(lines, lines[1:] + [""]):
        if line.startswith("#EXT-X-STREAM-INF:"):
            stream.variants.append(attributes(line))
            uris.append(following)
        elif line.startswith("#EXT-X-MEDIA:") and "TYPE=AUDIO" in line:
            stream.audio_groups.append(attributes(line))
            uris += [attributes(line)["URI"]] if "URI" in attributes(line) else []
        elif line.startswith("#EXT-X-MEDIA:") and "TYPE=SUBTITLES" in line:
            track = attributes(line)
            stream.subtitles.append((track, load_subtitles(urllib.parse.urljoin(url, track["URI"]))))
    for uri in dict.fromkeys(uris):
        load_media(stream, urllib.parse.urljoin(url, uri))
    return stream


def load_media(stream, url):
    text = stream.playlists[url] = fetch(url).text
    assert "#EXT-X-ENDLIST" in text and "#EXT-X-PLAYLIST-TYPE:VOD" in text, text
    durations = [float(value) for value in re.findall(r"#EXTINF:([0-9.]+)", text)]
    target = int(re.search(r"#EXT-X-TARGETDURATION:(\d+)", text)[1])
    assert durations and all(round(duration) <= target for duration in durations)
    stream.seconds = max(stream.seconds, sum(durations))
    names = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', text)
    names += [line for line in text.splitlines() if line and not line.startswith("#")]
    assert len(names) == len(durations) + 1, "one init segment, and the segments"
    for name in names:
        segment = urllib.parse.urljoin(url, name)
        assert fetch(segment).content
        stream.segments.append(segment)


def load_subtitles(url):
    text = fetch(url).text
    assert "#EXT-X-ENDLIST" in text and "#EXT-X-PLAYLIST-TYPE:VOD" in text, text
    [name] = [line for line in text.splitlines() if line and not line.startswith("#")]
    return fetch(urllib.parse.urljoin(url, name)).content.decode()


def media_urls(url):
    """Of the media playlists that a master playlist leads to."""
    lines = fetch(url).text.splitlines()
    uris = [line for line in lines if line and not line.startswith("#")]
    uris += [attributes(line)["URI"] for line in lines if line.startswith("#EXT-X-MEDIA:") and "URI=" in line]
    return [urllib.parse.urljoin(url, uri) for uri in dict.fromkeys(uris)]


def follow(url, file, within=120):
    """Plays one media playlist from its beginning to its end while it grows, into a file. What was seen of it once has to
    stay; answers how often it was seen to have grown."""
    deadline = time.monotonic() + within
    before, growths, played = "", 0, []
    with open(file, "wb") as out:
        while "#EXT-X-ENDLIST" not in before:
            assert time.monotonic() < deadline, f"{url} did not end within {within} s"
            text = fetch(url).text
            assert text.startswith(before), f"{url} changed:\n{before}\n{text}"
            assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
            names = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', text)
            names += [line for line in text.splitlines() if line and not line.startswith("#")]
            assert names[:len(played)] == played
            for name in names[len(played):]:
                out.write(fetch(urllib.parse.urljoin(url, name)).content)
            growths += bool(before) and names != played
            before, played = text, names
            time.sleep(0.2)  # as a player does
    return growths


def probe(url):
    """The streams, by ffprobe."""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_streams", "-of", "json", url], check=True,
                          capture_output=True, text=True, timeout=60)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)["streams"]


def seconds(file):
    """From the first packet of its one stream to the end of the last."""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "json", file],
                          check=True, capture_output=True, text=True, timeout=60)
    packets = json.loads(done.stdout)["packets"]
    begins = [float(packet["pts_time"]) for packet in packets]
    return max(begins) + float(packets[-1]["duration_time"]) - min(begins)


def decode(url):
    """Decodes all of it; nothing to complain about is allowed."""
    done = subprocess.run(["ffmpeg", "-nostdin", "-v", "warning", "-i", url, "-map", "0", "-f", "null", "-"],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr
