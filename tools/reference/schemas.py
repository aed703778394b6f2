"""Schemas as people read them: a type in a few words, and tables of properties."""

from .document import is_object, reference_name, resolve
from .markup import escape, inline, markdown


def type_words(document, schema):
    """The type as HTML, with a link where it has a section of its own."""
    name = reference_name(schema)
    if name and is_object(document, schema):
        link = f'<a href="#schema-{name}">{name}</a>'
        nullable = "null" in resolve(document, schema).get("type", "")
        return f'{link} <span class="or">or null</span>' if nullable else link
    schema = resolve(document, schema)
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return ' <span class="or">|</span> '.join(f"<code>{escape(str(word))}</code>"
                                                  for word in schema["enum"])
    kinds = schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = ' <span class="or">or</span> '.join(kinds)
    if "items" in schema:
        return f"list of {type_words(document, schema['items'])}"
    if "properties" not in schema and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_words(document, schema['additionalProperties'])}s"
    return words


def limits(schema):
    """Its bounds as short texts."""
    low, high = schema.get("minLength", 0), schema.get("maxLength")
    if high:
        yield f"{low} to {high} characters" if low else f"at most {high} characters"
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    elif schema.get("minimum") is not None:
        yield f"at least {schema['minimum']}"
    if schema.get("format") in ("uuid", "email", "uri", "date-time"):
        yield {"uuid": "UUID", "email": "e-mail address", "uri": "URL", "date-time": "time"}[schema["format"]]
    if "default" in schema:
        yield f"default {schema['default']}" if schema["default"] != "" else "default empty"


def row(document, name, schema, required, note=""):
    whole = resolve(document, schema)
    notes = [note] if note else []
    notes += [f'<span class="limit">{escape(text)}</span>' for text in limits(whole)]
    description = inline(" ".join(whole.get("description", "").split()))
    if reference_name(schema) and is_object(document, schema):
        description = ""  # is told in its own section
    mark = "" if required else '<span class="optional">optional</span>'
    inner = ""
    if not reference_name(schema) and "properties" in whole:
        inner = property_table(document, whole)
    elif "items" in whole and not reference_name(whole["items"]) and "properties" in whole["items"]:
        inner = property_table(document, whole["items"])
    return (f'<div class="row"><div class="name"><code>{escape(name)}</code>{mark}</div>'
            f'<div class="about"><div class="type">{type_words(document, schema)} {" ".join(notes)}</div>'
            f'{f"<p>{description}</p>" if description else ""}{inner}</div></div>')


def property_table(document, schema):
    required = schema.get("required", [])
    rows = (row(document, name, value, name in required) for name, value in schema["properties"].items())
    return f'<div class="rows">{"".join(rows)}</div>'


def parameter_table(document, parameters):
    rows = (row(document, p["name"], {**p["schema"], "description": p["description"]},
                p.get("required", False),
                f'<span class="place">{p["in"]}</span>') for p in parameters)
    return f'<div class="rows">{"".join(rows)}</div>'


def schema_section(document, name, schema):
    about = markdown(schema["description"]) if "description" in schema else ""
    if "oneOf" in schema:
        options = " or ".join(type_words(document, option) for option in schema["oneOf"])
        about += f"<p>One of {options}.</p>"
    table = property_table(document, schema) if "properties" in schema else ""
    title = f'<h3><a href="#schema-{name}">{name}</a></h3>'
    return f'<section class="schema" id="schema-{name}">{title}{about}{table}</section>'
