"""Writes what others read of the contracts: JSON Schemas, an AsyncAPI document and a page. `python -m contracts.export`.

--check    write nothing; say what checked-in files differ from the code, exit 1 if any does
--release  also make today's schemas the released ones, unless that would break a promise
"""

import argparse
import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts import asyncapi, reference
from contracts.compatibility import Schema, broken_promises
from contracts.schemas import schemas

ROOT = Path(__file__).resolve().parents[4]
SCHEMAS = Path("libs/contracts/schemas")
RELEASED = Path("libs/contracts/released")
COMMAND = "python -m contracts.export"


def generated_files() -> dict[Path, str]:
    """Everything that is generated on every run, by path from the repository's root."""
    return {
        **schema_files(SCHEMAS),
        Path("docs/asyncapi.json"): json_text(asyncapi.document()),
        Path("docs/events.md"): reference.page(),
    }


def schema_files(folder: Path) -> dict[Path, str]:
    return {folder / f"{topic}.json": json_text(schema) for topic, schema in schemas().items()}


def json_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write(root: Path, files: Mapping[Path, str], *, owned_folder: Path) -> None:
    """Write `files`, and remove the JSON files of `owned_folder` that are not among them."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    for path in left_over(root, files, owned_folder):
        (root / path).unlink()


def differences(root: Path, files: Mapping[Path, str]) -> list[str]:
    """One line per generated file that is missing, differs or should be gone."""
    found: list[str] = []
    for path, text in files.items():
        if not (root / path).is_file():
            found.append(f"{path}: missing")
            continue
        if (checked_in := (root / path).read_text(encoding="utf-8")) != text:
            found.append(f"{path}: {counted_difference(checked_in, text)}")
    return found + [f"{path}: no event has this topic" for path in left_over(root, files, SCHEMAS)]


def counted_difference(checked_in: str, generated: str) -> str:
    lines = list(difflib.unified_diff(checked_in.splitlines(), generated.splitlines(), lineterm="", n=0))[2:]
    added = [line for line in lines if line.startswith("+")]
    removed = [line for line in lines if line.startswith("-")]
    first = next(iter(added or removed), "only line ends")
    return f"{len(added)} lines to add, {len(removed)} to remove, first {first}"


def left_over(root: Path, files: Mapping[Path, str], folder: Path) -> list[Path]:
    present = {path.relative_to(root) for path in (root / folder).glob("*.json")}
    return sorted(present - files.keys())


def released_schemas(root: Path = ROOT) -> dict[str, Schema]:
    """The schemas of the last release by topic: what others may rely on."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((root / RELEASED).glob("*.json"))
    }


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(prog=COMMAND, description="Write what others read of the contracts.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", action="store_true", help="write nothing, exit 1 if a checked-in file differs")
    choice.add_argument("--release", action="store_true", help="also make today's schemas the released ones")
    options = parser.parse_args(arguments)
    if not (root / "libs/contracts/pyproject.toml").is_file():
        parser.error(f"{root} is not a checkout of this repository: install the workspace editable and run it there")
    if options.check:
        return check(root)
    return export(root, release=options.release)


def check(root: Path) -> int:
    files = generated_files()
    if not (found := differences(root, files)):
        say(f"{len(files)} generated files are up to date")
        return 0
    say(*found, f"{len(found)} generated files differ from the code: run {COMMAND} and check them in")
    return 1


def export(root: Path, *, release: bool) -> int:
    files = generated_files()
    if release and (broken := broken_promises(released_schemas(root), schemas())):
        say(*broken, "nothing was written: a release must keep what the last one promised")
        return 1
    write(root, files, owned_folder=SCHEMAS)
    say(f"{len(files)} files written")
    if release:
        write(root, schema_files(RELEASED), owned_folder=RELEASED)
        say(f"{len(schemas())} schemas released")
    return 0


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
