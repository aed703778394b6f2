"""The reference page as a whole."""

import json

from .document import example, is_object, operations, reference_name, resolve
from .markup import escape, inline, json_block, markdown, slug
from .schemas import parameter_table, property_table, schema_section, type_words

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/docs/reference.css">
</head>
<body>
<a class="skip" href="#main">To the content</a>
<header class="top">
<a class="brand" href="#main">
<span class="mark" aria-hidden="true"><i></i><i></i><i></i><i></i></span>Descant</a>
<span class="version">API {version}</span>
<a class="raw" href="/openapi.yaml">openapi.yaml</a>
</header>
<details class="menu"><summary>Contents</summary><nav aria-label="Contents">{navigation}</nav></details>
<nav class="side" aria-label="Contents">{navigation}</nav>
<main id="main">
<section class="intro"><h1>{title}</h1><p class="lead">{summary}</p>{intro}</section>
{sections}
<section class="group"><h2 id="other">Any request</h2>
<p>What may be answered before a request reaches an operation.</p>{stray}</section>
<section class="group"><h2 id="schemas">Schemas</h2>{schemas}</section>
</main>
</body>
</html>
"""


def render_page(document):
    info = document["info"]
    schemas = document["components"]["schemas"]
    objects = {name: schema for name, schema in schemas.items() if is_object(document, schema)}
    stray = ((status, resolve(document, response)) for status, response in document["x-any-request"].items())
    return PAGE.format(title=escape(info["title"]), version=escape(info["version"]),
                       summary=inline(info["summary"]),
                       intro=markdown(info["description"]), navigation=navigation(document, objects),
                       sections="".join(tag_section(document, tag) for tag in document["tags"]),
                       stray=responses_list(document, stray),
                       schemas="".join(schema_section(document, *item) for item in objects.items()))


def navigation(document, objects):
    headings = [line.removeprefix("### ") for line in document["info"]["description"].splitlines()
                if line.startswith("### ")]
    groups = [("Start", [f'<a href="#{slug(heading)}">{escape(heading)}</a>' for heading in headings])]
    for tag in document["tags"]:
        links = [f'<a href="#{o.id}">{method_badge(o)}{escape(o.summary)}</a>'
                 for o in operations(document, tag["name"])]
        groups.append((tag["name"].capitalize(), links))
    groups.append(("Schemas", ['<a href="#other">Any request</a>',
                               *(f'<a href="#schema-{n}">{n}</a>' for n in objects)]))
    return "".join(f"<p>{title}</p><ul>{''.join(f'<li>{link}</li>' for link in links)}</ul>"
                   for title, links in groups)


def method_badge(operation):
    return f'<b class="method {operation.method.lower()}">{operation.method}</b>'


def tag_section(document, tag):
    inner = "".join(operation_section(document, operation) for operation in operations(document, tag["name"]))
    return (f'<section class="group"><h2 id="tag-{tag["name"]}">{tag["name"].capitalize()}</h2>'
            f'<p>{inline(tag["description"])}</p>{inner}</section>')


def operation_section(document, operation):
    path = escape(operation.path).replace("{", '<span class="hole">{').replace("}", "}</span>")
    token = {"required": '<span class="lock">needs a token</span>',
             "optional": '<span class="lock">token optional</span>',
             "none": ""}[operation.security]
    parts = [markdown(operation.description)] if operation.description else []
    if operation.parameters:
        parts.append("<h4>Parameters</h4>" + parameter_table(document, operation.parameters))
    if operation.body_schema:
        parts.append(body_part(document, operation))
    parts.append("<h4>Answers</h4>" + responses_list(document, operation.responses()))
    return (f'<article id="{operation.id}"><h3><a href="#{operation.id}">{escape(operation.summary)}</a></h3>'
            f'<div class="route">{method_badge(operation)}<code>{path}</code>{token}</div>'
            f'<div class="columns"><div class="text">{"".join(parts)}</div>'
            f'<div class="sample">{samples(document, operation)}</div></div></article>')


def body_part(document, operation):
    schema = operation.body_schema
    optional = "" if operation.body.get("required") else ' <span class="optional">optional</span>'
    return f"<h4>Body{optional}</h4>" + property_table(document, resolve(document, schema))


def responses_list(document, responses):
    return f'<dl class="answers">{"".join(response_row(document, *item) for item in responses)}</dl>'


def response_row(document, status, response):
    words = [inline(" ".join(response["description"].split()))]
    for media_type, content in response.get("content", {}).items():
        schema = content["schema"]
        codes = schema.get("properties", {}).get("code", {}).get("enum")
        if codes:
            words.append('<span class="codes">' + "".join(f"<code>{code}</code>" for code in codes)
                         + "</span>")
        elif reference_name(schema):
            words.append(f'<span class="shape">{type_words(document, schema)}</span>')
        elif "x-events" in content:
            kinds = sorted({type_words(document, event) for event in content["x-events"].values()})
            words.append(f'<span class="shape">{media_type} of {", ".join(kinds)}</span>')
    names = [name for name in response.get("headers", {}) if name not in ("X-Request-Id", "WWW-Authenticate")]
    if names:
        words.append('<span class="shape">with ' + ", ".join(f"<code>{name}</code>" for name in names)
                     + "</span>")
    kind = {"2": "good", "4": "bad", "5": "worse"}[status[0]]
    return f'<dt><b class="status {kind}">{status}</b></dt><dd>{" ".join(words)}</dd>'


def samples(document, operation):
    parts = [f'<h4>Request</h4><pre class="shell"><code>{shell(document, operation)}</code></pre>']
    for status, response in operation.responses():
        content = response.get("content", {}).get("application/json")
        if status.startswith("2") and content:
            parts.append(f'<h4>Answer {status}</h4>{json_block(example(document, content["schema"]))}')
        elif status.startswith("2") and "content" in response:
            parts.append(f"<h4>Answer {status}</h4>{event_sample(document, response)}")
    return "".join(parts)


def event_sample(document, response):
    events = response["content"]["text/event-stream"]["x-events"]
    short = {name: example(document, schema) for name, schema in events.items()}
    lines = [f'event: {name}\ndata: {{"id":"{value["id"]}",…}}\n' for name, value in short.items()]
    return f'<pre><code>{escape(chr(10).join(lines), quote=False)}</code></pre>'


def shell(document, operation):
    """The request by curl."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", f"${parameter['name'].upper()}")
    lines = [f"curl {'-N ' if operation.id == 'watchContent' else ''}"
             f"{f'-X {operation.method} ' if operation.method != 'GET' else ''}$DESCANT{path}"]
    if operation.security != "none":
        lines.append('-H "Authorization: Bearer $TOKEN"')
    if operation.body_schema and operation.body.get("required"):
        body = json.dumps(example(document, operation.body_schema), ensure_ascii=False)
        lines += ["-H 'Content-Type: application/json'", "-d '" + body + "'"]
    return escape(" \\\n  ".join(lines), quote=False)
