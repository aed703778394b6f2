"""Reading an OpenAPI document: references, and examples put together from their parts."""

METHODS = ("get", "post", "put", "patch", "delete")


def resolve(document, node):
    """The node behind its references; what stands beside a reference is laid over it."""
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**target, **beside}
    return node


def reference_name(node):
    """The name of the component that a node refers to; None when it is none."""
    return node["$ref"].rsplit("/", 1)[-1] if "$ref" in node else None


def is_object(document, schema):
    schema = resolve(document, schema)
    return "properties" in schema or "oneOf" in schema


def example(document, schema):
    """A value of the schema."""
    schema = resolve(document, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    if "oneOf" in schema:
        return example(document, schema["oneOf"][0])
    if "properties" in schema:
        required = schema.get("required", [])
        return {name: example(document, value) for name, value in schema["properties"].items()
                if name in required or not required}
    if "items" in schema:
        return [example(document, schema["items"])]
    raise ValueError(f"no example of {schema}")


class Operation:
    def __init__(self, document, method, path, item):
        self.document = document
        self.method = method.upper()
        self.path = path
        self.spec = item[method]
        self.id = self.spec["operationId"]
        self.summary = self.spec["summary"]
        self.description = self.spec.get("description", "")
        self.parameters = [resolve(document, p) for p in item.get("parameters", [])
                           + self.spec.get("parameters", [])]
        self.body = self.spec.get("requestBody")

    @property
    def security(self):
        """`required`, `optional` or `none`: what becomes of a request without a token."""
        alternatives = self.spec.get("security", [{"bearer": []}])
        if not alternatives:
            return "none"
        return "optional" if {} in alternatives else "required"

    @property
    def body_schema(self):
        return self.body and self.body["content"]["application/json"]["schema"]

    def responses(self):
        for status, response in self.spec["responses"].items():
            yield status, resolve(self.document, response)


def operations(document, tag=None):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item and tag in (None, *item[method]["tags"]):
                yield Operation(document, method, path, item)
