"""A collector that is spoken to by files: one folder to it and one from it, each file whole or not there."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from lifecycle.collector_message_queries import Leased
from lifecycle.collectors.records import record_of
from money import Money

MOST_BYTES = 16 * 1024 * 1024
"""A larger file of a collector is refused whole."""


def folder_of(root: Path, creditor_id: UUID, collector: str) -> Path:
    """`collector` is a code of letters, digits and dashes: it cannot lead out of the root."""
    return root / str(creditor_id) / collector


def put_batch(root: Path, messages: Sequence[Leased], debtors: Mapping[int, Mapping[str, Any]]) -> None:
    """Write one batch of one collector, then the manifest that says it is whole; OSError when it cannot be written.

    The same batch has the same name and bytes: put again, it replaces itself. `debtors` are by case, for cases that are
    handed over.
    """
    first = messages[0]
    folder = folder_of(root, first.creditor_id, first.collector) / "to-collector"
    records = [record_of(message, _debtor(message, debtors)) for message in messages]
    content = b"".join(_line(record) for record in records)
    name = f"cases-{first.batch_id}.ndjson"
    manifest = {
        "batchId": str(first.batch_id),
        "collector": first.collector,
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "lines": len(records),
        "counts": {kind: sum(one.kind == kind for one in messages) for kind in sorted({one.kind for one in messages})},
        "sums": _sums(messages),
        "asOf": max(message.as_of for message in messages).isoformat(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / name, content)
    _put(folder / f"cases-{first.batch_id}.manifest.json", json.dumps(manifest, indent=2).encode() + b"\n")


def list_answers(root: Path, creditor_id: UUID, collector: str) -> list[Path]:
    """Whole files of the collector, by name; files are read, never moved or deleted. Links are not followed."""
    folder = folder_of(root, creditor_id, collector) / "from-collector"
    if not folder.is_dir():
        return []
    found = (path for path in folder.glob("*.ndjson") if not path.name.startswith("."))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _debtor(message: Leased, debtors: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return debtors.get(message.case_id) if message.kind == "PLACE" else None


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _sums(messages: Sequence[Leased]) -> list[dict[str, str]]:
    """What is owed on the cases that are handed over, by currency."""
    sums: dict[str, int] = {}
    for message in messages:
        if message.kind == "PLACE":
            currency = message.content["currency"]
            sums[currency] = sums.get(currency, 0) + message.content["owed_minor"]
    return [
        {"currency": currency, "owedAmount": str(Money(amount_minor, currency).to_decimal())}
        for currency, amount_minor in sorted(sums.items())
    ]


def _put(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
