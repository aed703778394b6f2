"""HTML out of what is none: the Markdown of descriptions (paragraphs, headings, lists, code); JSON."""

import html
import json
import re

escape = html.escape


def inline(text):
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(f"<code>{escape(part[1:-1])}</code>" if part.startswith("`") else escape(part, quote=False)
                   for part in parts)


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def markdown(text):
    return "".join(_block(block) for block in re.split(r"\n\s*\n", text.strip()) if block)


def _block(block):
    if block.startswith("### "):
        title = block.removeprefix("### ")
        return f'<h3 id="{slug(title)}">{inline(title)}</h3>'
    for marker, tag in ((r"\d+\. ", "ol"), (r"- ", "ul")):
        if re.match(marker, block):
            items = re.split(rf"(?m)^{marker}", block)[1:]
            lines = "".join(f"<li>{inline(' '.join(item.split()))}</li>" for item in items)
            return f"<{tag}>{lines}</{tag}>"
    return f"<p>{inline(' '.join(block.split()))}</p>"


_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?)')


def json_block(value):
    text = json.dumps(value, indent=2, ensure_ascii=False)
    short = re.compile(r"\{\s+([^{}\[\]]{1,72}?)\s+\}")  # goes on one line
    text = short.sub(lambda match: "{ " + re.sub(r"\s*\n\s*", " ", match[1]) + " }", text)
    pieces, end = [], 0
    for match in _TOKEN.finditer(text):
        kind = "key" if match[2] else "string" if match[1] else "word" if match[3] else "number"
        pieces.append(escape(text[end:match.start()], quote=False))
        word = escape(match[1] or match[0], quote=False)
        pieces.append(f'<span class="{kind}">{word}</span>{match[2] or ""}')
        end = match.end()
    return f'<pre><code>{"".join(pieces)}{escape(text[end:], quote=False)}</code></pre>'
