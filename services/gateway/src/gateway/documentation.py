"""An OpenAPI document as one HTML page: operations, parameters, schemas. No script, no other host."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
code,pre{font:14px/1.4 ui-monospace,monospace;background:#f3f5f8;border-radius:4px}
code{padding:.1em .3em}pre{padding:.8rem;overflow:auto}
details{border:1px solid #d5dbe3;border-radius:6px;margin:.5rem 0;padding:.4rem .8rem}summary{cursor:pointer}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;border-bottom:1px solid #e3e7ec;padding:.3rem .6rem}
.verb{font-weight:700;display:inline-block;min-width:3.5rem}.get{color:#0b6b3a}.post{color:#8a4b00}
"""

Node = Mapping[str, Any]


def page(document: Node) -> str:
    """The whole page."""
    info = document["info"]
    paragraphs = "".join(f"<p>{_code(part)}</p>" for part in info["description"].split("\n\n"))
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width">',
            f"<title>{escape(info['title'])}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(info['title'])} <small>{escape(info['version'])}</small></h1>{paragraphs}",
            '<p><a href="/openapi.json">openapi.json</a> · <a href="#schemas">Schemas</a></p>',
            *_operations(document),
            '<h2 id="schemas">Schemas</h2>',
            *(_schema(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
            "</body></html>",
        ]
    )


def _operations(document: Node) -> Iterator[str]:
    by_tag: dict[str, list[str]] = {}
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            [tag] = operation.get("tags", ["Other"])
            by_tag.setdefault(tag, []).append(_operation(path, verb, operation))
    for tag, operations in by_tag.items():
        yield f"<h2>{escape(tag)}</h2>"
        yield from operations


def _operation(path: str, verb: str, operation: Node) -> str:
    keys = ", ".join(name for choice in operation.get("security", []) for name in choice)
    parts = [
        f'<details id="{escape(operation["operationId"])}"><summary><span class="verb {verb}">{verb.upper()}</span>'
        f" <code>{escape(path)}</code> {escape(operation['summary'])}</summary>",
        f"<p>{_code(operation.get('description', ''))}</p><p>Key: {escape(keys)}</p>",
        _parameters(operation.get("parameters", [])),
        *(
            f"<p>Body ({escape(kind)}): {_type(body['schema'])}</p>"
            for kind, body in _content(operation, "requestBody")
        ),
        "<table><tr><th>Answer</th><th>Meaning</th><th>Body</th></tr>",
        *(_answer(status, answer) for status, answer in operation["responses"].items()),
        "</table></details>",
    ]
    return "".join(parts)


def _content(node: Node, name: str) -> list[tuple[str, Node]]:
    return list(node.get(name, {}).get("content", {}).items())


def _parameters(parameters: list[Node]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(parameter['name'])}</code>{' *' if parameter.get('required') else ''}</td>"
        f"<td>{escape(parameter['in'])}</td><td>{_type(parameter['schema'])}</td>"
        f"<td>{_code(parameter.get('description', ''))}</td></tr>"
        for parameter in parameters
    )
    return f"<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>{rows}</table>"


def _answer(status: str, answer: Node) -> str:
    bodies = ", ".join(
        _type(body["schema"]) if "schema" in body else escape(kind) for kind, body in answer.get("content", {}).items()
    )
    return f"<tr><td>{escape(status)}</td><td>{_code(answer['description'])}</td><td>{bodies}</td></tr>"


def _schema(name: str, schema: Node) -> str:
    required = schema.get("required", [])
    rows = "".join(
        f"<tr><td><code>{escape(field)}</code>{' *' if field in required else ''}</td><td>{_type(part)}</td>"
        f"<td>{_code(part.get('description', ''))}</td></tr>"
        for field, part in schema.get("properties", {}).items()
    )
    examples = "".join(
        f"<pre>{escape(json.dumps(example, indent=2, ensure_ascii=False))}</pre>"
        for example in schema.get("examples", [])
    )
    table = f"<table><tr><th>Field</th><th>Type</th><th></th></tr>{rows}</table>" if rows else ""
    head = f'<details id="schema-{escape(name)}"><summary><code>{escape(name)}</code></summary>'
    return f"{head}<p>{_code(schema.get('description', ''))}</p>{table}{examples}</details>"


def _type(schema: Node) -> str:
    """A schema in a few words, with links to the named ones."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(option) for option in options)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum") or [schema["const"]]
        return "one of " + ", ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(schema.get("format") or schema.get("type") or "anything")


def _code(text: str) -> str:
    """Text with `code` between backticks, as the descriptions are written."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
