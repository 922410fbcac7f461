"""The office's own view: whatever payment control, lifecycle, communication and settlement count."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from pydantic.alias_generators import to_camel

from gateway.downstream import Downstream
from gateway.schemas.office import Figures, Passed
from gateway.schemas.wire import refused

_NAME = re.compile(r"[^\w.()+ -]")


def file_name(given: str | None) -> str:
    """The file's own name, without folders or signs that a path could be made of."""
    name = _NAME.sub("_", PurePath((given or "").replace("\\", "/")).name)[:120].strip(". ")
    return name or "bank-file"


async def upload_bank_file(downstream: Downstream, name: str, content: bytes) -> Passed:
    """Hand the raw bytes to payment control."""
    if not content:
        raise refused([{"field": "file", "message": "is empty"}])
    answer = await downstream.call(
        "payment-control", "POST", "/internal/bank-files", None, params={"name": name}, content=content
    )
    return Passed(_camel(answer.json()))


async def list_unmatched(downstream: Downstream, wanted: Mapping[str, object]) -> Passed:
    """A page of the queue; `wanted` are filters, cursor and limit."""
    return Passed(_camel(await downstream.get("payment-control", "/internal/unmatched", None, wanted)))


async def read_figures(downstream: Downstream) -> Figures:
    """Ask all four at once."""
    cases, messages, payments, settlements = await asyncio.gather(
        downstream.get("lifecycle", "/internal/case-counts", None),
        downstream.get("communication", "/internal/message-counts", None),
        downstream.get("payment-control", "/internal/payment-counts", None),
        downstream.get("settlement", "/internal/settlement-counts", None),
    )
    return Figures(
        cases=_camel(cases), messages=_camel(messages), payments=_camel(payments), settlements=_camel(settlements)
    )


def _camel(value: Any) -> Any:
    """Names in camelCase all the way down; codes in capitals and what is no name stay as they are."""
    if isinstance(value, dict):
        return {
            to_camel(name) if re.fullmatch(r"[a-z][a-z0-9_]*", name) else name: _camel(v) for name, v in value.items()
        }
    return [_camel(item) for item in value] if isinstance(value, list) else value
