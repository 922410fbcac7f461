"""Message templates as values: what they declare, which version speaks, and what a filled one may not hold."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

TemplateType = Literal["email", "sms"]
VariableKind = Literal["text", "amount", "date", "number", "address"]

LONGEST_SOURCE: Final = 20_000
LONGEST_SUBJECT: Final = 255
LONGEST_BODY: Final = 100_000
LONGEST_VALUE: Final = 2_000
MOST_VARIABLES: Final = 50
VARIABLE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")

_LINE_BREAKS = frozenset({"Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where, and what to do about it."""

    field: str
    message: str


class TemplateRefused(ValueError):
    """A template, or the values for one, cannot be used; `faults` names every field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.message}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared placeholder and how its value is written."""

    name: str
    kind: VariableKind = "text"


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a template in one language."""

    template_id: str
    version: int
    language: str
    name: str
    type: TemplateType
    category: str
    subject: str
    body: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A filled template: plain text, and which version it came from."""

    template_id: str
    version: int
    language: str
    type: TemplateType
    category: str
    subject: str
    body: str


def check_declaration(wording: Wording, used: Mapping[str, frozenset[str]]) -> list[Fault]:
    """Every placeholder is declared once and used; `used` holds the names found in each field."""
    names = [variable.name for variable in wording.variables]
    faults = [
        Fault("variables", f"{name!r} is no name: letters, digits and underscores, a letter first")
        for name in names
        if not VARIABLE_NAME.fullmatch(name)
    ]
    faults += [Fault("variables", f"{name} is declared twice") for name in sorted(set(names)) if names.count(name) > 1]
    if len(names) > MOST_VARIABLES:
        faults.append(Fault("variables", f"at most {MOST_VARIABLES} variables may be declared"))
    for field, found in used.items():
        faults += [Fault(field, f"{name} is not declared in variables") for name in sorted(found - set(names))]
    unused = sorted(set(names) - frozenset[str]().union(*used.values()))
    faults += [Fault("variables", f"{name} is declared and used nowhere") for name in unused]
    if wording.type == "email" and not wording.subject.strip():
        faults.append(Fault("subject", "an e-mail needs a subject"))
    if wording.type == "sms" and wording.subject:
        faults.append(Fault("subject", "an SMS has no subject"))
    if has_line_break(wording.subject):
        faults.append(Fault("subject", "must be one line without control characters"))
    return faults


def check_values(wording: Wording, values: Mapping[str, Any], in_subject: frozenset[str]) -> list[Fault]:
    """A value for every declared variable and for no other; no line breaks where they could become a header."""
    declared = {variable.name for variable in wording.variables}
    faults = [Fault(f"variables.{name}", "is missing") for name in sorted(declared - values.keys())]
    faults += [
        Fault(f"variables.{name}", f"is not a variable of {wording.template_id}; it has {_list(declared)}")
        for name in sorted(values.keys() - declared)
    ]
    for name in sorted(declared & values.keys()):
        for text in _texts(values[name]):
            if len(text) > LONGEST_VALUE:
                faults.append(Fault(f"variables.{name}", f"may have {LONGEST_VALUE} characters, not {len(text)}"))
            if has_line_break(text) if name in in_subject else has_control(text):
                place = "stands in the subject and must be one line" if name in in_subject else "must be plain text"
                faults.append(Fault(f"variables.{name}", f"{place}, without control characters"))
    return faults


def has_line_break(text: str) -> bool:
    """Whether the text holds anything a mail header could be broken with."""
    return any(unicodedata.category(sign) == "Cc" or unicodedata.category(sign) in _LINE_BREAKS for sign in text)


def has_control(text: str) -> bool:
    """Whether the text holds control characters other than line ends and tabs."""
    return any(unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in text)


def pick_wording(wordings: Sequence[Wording], languages: Sequence[str]) -> Wording | None:
    """The wording in the first of `languages` there is one for; else the one that was written first."""
    by_language = {wording.language: wording for wording in wordings}
    wanted = (by_language[language] for language in languages if language in by_language)
    return next(wanted, wordings[0] if wordings else None)


def _texts(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for part in value.values() for text in _texts(part)]
    return [value] if isinstance(value, str) else []


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"
