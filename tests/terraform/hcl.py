"""As much of HCL as deploy/terraform is written in: blocks, and the names of their arguments. Expressions are kept as text."""

import re

TOKEN = re.compile(r"""
    (?P<space>\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<heredoc><<-?(?P<tag>\w+)\n.*?\n\s*(?P=tag)(?=\s))
  | (?P<string>"(?:\\.|\$\{(?:[^{}"]|"(?:\\.|[^"\\])*"|\{[^{}]*\})*\}|[^"\\])*")
  | (?P<word>[A-Za-z_][\w-]*)
  | (?P<other>==|!=|<=|>=|&&|\|\||=>|\.\.\.|.)
""", re.S | re.X)


class Block:
    def __init__(self, type, labels):
        self.type, self.labels = type, labels
        self.arguments = {}  # name: the expression's text
        self.blocks = []

    def all(self, type):
        return [block for block in self.blocks if block.type == type]


def tokens(text):
    position = 0
    while position < len(text):
        match = TOKEN.match(text, position)
        position = match.end()
        if match.lastgroup != "space" and match["space"] is None:
            kind = next(k for k in ("heredoc", "string", "word", "other") if match[k] is not None)
            yield kind, match.group(), match.start(), match.end()


def parse(text):
    """The file as a block without a type."""
    found = list(tokens(text))
    root, rest = _body(text, found, 0, Block(None, []))
    assert rest == len(found), f"something is left at {text[found[rest][2]:][:80]!r}"
    return root


def _body(text, found, at, block):
    while at < len(found) and found[at][1] != "}":
        kind, name, _, _ = found[at]
        assert kind == "word", f"no name: {name!r}"
        if found[at + 1][1] == "=":
            at, expression = _expression(text, found, at + 2)
            assert name not in block.arguments, f"{name} stands there twice"
            block.arguments[name] = expression
            continue
        at += 1
        labels = []
        while found[at][1] != "{":
            labels.append(found[at][1].strip('"'))
            at += 1
        inner, at = _body(text, found, at + 1, Block(name, labels))
        assert found[at][1] == "}"
        block.blocks.append(inner)
        at += 1
    return block, at


def _expression(text, found, at):
    """Up to the end of the line that closes all brackets."""
    begin, depth = found[at][2], 0
    while True:
        value = found[at][1]
        depth += value in "([{" and found[at][0] == "other"
        depth -= value in ")]}" and found[at][0] == "other"
        end = found[at][3]
        at += 1
        if depth == 0 and (at == len(found) or "\n" in text[end:found[at][2]] or found[at][1] in ("}", ",")):
            return at, text[begin:end]
