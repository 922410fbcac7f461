"""Write docs/api/openapi.json: `python -m gateway.export_openapi [--check]`."""

import json
import sys
from pathlib import Path

from fastapi import FastAPI

from gateway.openapi import describe
from gateway.routes import routers

DOCUMENT = Path(__file__).parents[4] / "docs" / "api" / "openapi.json"


def exported() -> str:
    """The document as it is checked in."""
    app = FastAPI(openapi_url=None)
    for router in routers:
        app.include_router(router)
    return json.dumps(describe(app.routes), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or with --check say whether the one on disk is current."""
    if arguments == ["--check"]:
        if DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == exported():
            return 0
        sys.stderr.write(f"{DOCUMENT} is not what the code says; run python -m gateway.export_openapi\n")
        return 1
    DOCUMENT.parent.mkdir(parents=True, exist_ok=True)
    DOCUMENT.write_text(exported(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
