"""The sandbox templates run in: placeholders and conditions, nothing that can call, loop or reach out.

Jinja's sandbox keeps templates from Python's insides, not from wasting time and memory. So the grammar is cut down to what
a message needs; without loops, calls and arithmetic a template is done in a time that grows with its length alone.
"""

from collections.abc import Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from communication.domain.templates import LONGEST_SOURCE, Fault, TemplateRefused

_FILTERS = frozenset({"upper", "lower", "title", "capitalize", "trim"})
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const, nodes.Filter,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_DEEPEST = 10

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_ENVIRONMENT.globals.clear()


@lru_cache(maxsize=4_096)
def variables_in(source: str) -> frozenset[str]:
    """The names a template uses; TemplateRefused says what in it is not allowed."""
    return frozenset(find_undeclared_variables(_parse(source)))


def fill(source: str, values: Mapping[str, str], longest: int) -> str:
    """The template with its values in it; TemplateRefused once it gets longer than `longest` characters."""
    parts: list[str] = []
    length = 0
    for part in _compiled(source).generate(values):
        length += len(part)
        if length > longest:
            raise TemplateRefused([Fault("body", f"the filled template is longer than {longest} characters")])
        parts.append(part)
    return "".join(parts)


@lru_cache(maxsize=1_024)
def _compiled(source: str) -> Template:
    _parse(source)
    return _ENVIRONMENT.from_string(source)


def _parse(source: str) -> nodes.Template:
    if len(source) > LONGEST_SOURCE:
        raise TemplateRefused([Fault("body", f"may have {LONGEST_SOURCE} characters, not {len(source)}")])
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        raise TemplateRefused([Fault("body", f"line {error.lineno}: {error.message}")]) from error
    except RecursionError as error:
        raise TemplateRefused([Fault("body", "is nested too deeply")]) from error
    _check(tree, 0)
    return tree


def _check(node: nodes.Node, depth: int) -> None:
    if not isinstance(node, _NODES):
        allowed = "{{name}}, {{name|upper}} and {% if name %} are"
        message = f"line {node.lineno}: {type(node).__name__.lower()} is not allowed in a template; {allowed}"
        raise TemplateRefused([Fault("body", message)])
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.args or node.kwargs):
        message = f"line {node.lineno}: the filter {node.name} is not allowed; {', '.join(sorted(_FILTERS))} are"
        raise TemplateRefused([Fault("body", message)])
    if depth > _DEEPEST * 3:
        raise TemplateRefused([Fault("body", "is nested too deeply")])
    for child in node.iter_child_nodes():
        _check(child, depth + 1)
