"""Pages of the mailbox and the trace viewer; every value is escaped, no script runs, nothing is loaded from elsewhere."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}

_templates = Environment(
    loader=PackageLoader("fordring.stack.pages", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def page(template: str, *, status_code: int = 200, **values: object) -> HTMLResponse:
    """Render a template of this folder."""
    return HTMLResponse(_templates.get_template(template).render(**values), status_code, SECURITY_HEADERS)
