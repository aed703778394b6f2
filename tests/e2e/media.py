"""Files to upload, made by FFmpeg: a few seconds, small, and no two the same."""

import subprocess

TONES = ("sine=frequency=220:duration={0}", "sine=frequency=277.18:duration={0}")
AUDIO_CODECS = {"wav": ["pcm_s16le"], "flac": ["flac"], "mp3": ["libmp3lame", "-b:a", "128k"]}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def song(path, seconds=4):
    """Stereo; the format is the suffix."""
    inputs = [word for tone in TONES for word in ("-f", "lavfi", "-i", tone.format(seconds))]
    codec = AUDIO_CODECS[path.suffix[1:]]
    ffmpeg(*inputs, "-filter_complex", "[0][1]amerge=inputs=2", "-ar", "44100", "-c:a", *codec, path)
    return path


def video(path, seconds=4, size="320x180", sound=True):
    inputs = ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}"]
    if sound:
        inputs += ["-f", "lavfi", "-i", TONES[0].format(seconds)]
    ffmpeg(*inputs, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path)
    return path


def film_in_languages(path, texts, seconds=4, size="320x180"):
    """`texts`: by language, what is said from the first second to the third; each has a sound of its own, too."""
    inputs, maps, languages = [], [], []
    for n, (language, text) in enumerate(texts.items()):
        said = path.with_suffix(f".{language}.srt")
        said.write_text(f"1\n00:00:01,000 --> 00:00:03,000\n{text}\n")
        inputs += ["-i", said, "-f", "lavfi", "-i", f"sine=frequency={220 * (n + 1)}:duration={seconds}"]
        maps += ["-map", 2 * n + 1, "-map", 2 * n + 2]
        languages += [f"-metadata:s:s:{n}", f"language={language}", f"-metadata:s:a:{n}", f"language={language}"]
    ffmpeg("-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration={seconds}", *inputs, "-map", "0", *maps,
           "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "flac", "-c:s", "srt", *languages, path)
    return path


def tagged_song(path, picture, seconds=4):
    """With a cover, and with more than anyone should know."""
    ffmpeg("-f", "lavfi", "-i", "color=red:size=800x600", "-frames:v", "1", picture)
    tags = {"title": "From the file", "artist": "Ana", "album": "Night", "track": "3/12", "date": "2019-05-04",
            "comment": "A remark", "location": "+48.1+11.5/", "make": "Acme"}
    ffmpeg("-f", "lavfi", "-i", TONES[0].format(seconds), "-i", picture, "-map", "0", "-map", "1", "-c:v", "copy",
           "-disposition:v", "attached_pic", *(word for tag in tags.items() for word in ("-metadata", "=".join(tag))),
           path)
    return path


def text_named_mp3(path):
    path.write_text("This is a text, whatever its name says.\n" * 200)
    return path


def empty(path):
    path.write_bytes(b"")
    return path


def truncated(path, whole):
    """The first half of an MP4, whose index is at its end."""
    data = whole.read_bytes()
    path.write_bytes(data[:len(data) // 2])
    return path


def cut_off(path, whole):
    """The first half of a sound file, whose header stays as it was."""
    data = whole.read_bytes()
    path.write_bytes(data[:len(data) // 2])
    return path


def playlist(path, target):
    """An HLS playlist that leads to another local file."""
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n"
                    f"file://{target}\n#EXT-X-ENDLIST\n")
    return path
