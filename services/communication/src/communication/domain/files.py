"""Which files may be filed: known by their content, never by their name."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal, get_args

import puremagic

DocumentType = Literal["invoice", "contract", "correspondence", "payment_proof", "settlement", "legal", "other"]
DOCUMENT_TYPES: Final[tuple[str, ...]] = get_args(DocumentType)

_OFFICE_ZIP: Final = {
    "docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
_BY_MAGIC: Final = {
    ".pdf": (("pdf",), "application/pdf"),
    ".png": (("png",), "image/png"),
    ".jpg": (("jpg", "jpeg"), "image/jpeg"),
    ".gif": (("gif",), "image/gif"),
    ".zip": (("zip",), "application/zip"),
}
_TEXTS: Final = {"txt": "text/plain", "csv": "text/csv", "eml": "message/rfc822", "xml": "application/xml"}
_LONGEST_NAME: Final = 200


class FileRefused(ValueError):
    """The file is not one we file: empty, disguised, of a kind that is not taken, or badly named."""

    def __init__(self, field: str, message: str, *, status: int = 422) -> None:
        super().__init__(message)
        self.field = field
        self.status = status


@dataclass(frozen=True, slots=True)
class CheckedFile:
    name: str
    media_type: str


def check_file(name: str, content: bytes, limit_bytes: int) -> CheckedFile:
    """The file's name and its media type as its content shows it; FileRefused says what is wrong."""
    checked = check_name(name)
    if not content:
        raise FileRefused("file", "is empty")
    if len(content) > limit_bytes:
        raise FileRefused("file", f"has {len(content)} bytes; {limit_bytes} are allowed", status=413)
    extension = checked.rpartition(".")[2].lower() if "." in checked else ""
    return CheckedFile(checked, _media_type(extension, content))


def check_name(name: str) -> str:
    """A file name that is nothing but a name."""
    stripped = unicodedata.normalize("NFC", name).strip()
    if not stripped or len(stripped) > _LONGEST_NAME:
        raise FileRefused("file", f"needs a name of 1 to {_LONGEST_NAME} characters")
    if re.search(r"[/\\:]|^\.|\.\.", stripped):
        raise FileRefused("file", "has a name with a path in it; send the name alone")
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") for sign in stripped):
        raise FileRefused("file", "has a name with control characters")
    return stripped


def _media_type(extension: str, content: bytes) -> str:
    kinds = _kinds(content)
    for magic, (extensions, media_type) in _BY_MAGIC.items():
        if extension in extensions:
            if magic not in kinds:
                raise FileRefused("file", f"is named .{extension}, but its content is not {media_type}", status=415)
            return media_type
    if extension in _OFFICE_ZIP:
        folder, media_type = _OFFICE_ZIP[extension]
        if ".zip" not in kinds or folder.encode() not in content:
            raise FileRefused("file", f"is named .{extension}, but its content is not {media_type}", status=415)
        return media_type
    if extension in _TEXTS:
        if not _is_text(content):
            raise FileRefused("file", f"is named .{extension}, but its content is not text", status=415)
        return _TEXTS[extension]
    allowed = ", ".join(sorted({one for names, _ in _BY_MAGIC.values() for one in names} | {*_OFFICE_ZIP, *_TEXTS}))
    raise FileRefused("file", f"is of a kind that is not taken; send one of {allowed}", status=415)


def _kinds(content: bytes) -> set[str]:
    """What the content may be by its first bytes."""
    try:
        found = {match.extension for match in puremagic.magic_string(content) if match.byte_match and match.offset == 0}
    except puremagic.PureError:
        return set()
    if content.startswith(b"\xff\xd8\xff"):
        found.add(".jpg")
    if content.startswith(b"PK\x03\x04"):
        found.add(".zip")
    return found


def _is_text(content: bytes) -> bool:
    """UTF-8 or Latin-1 without control characters, and no program or page in disguise."""
    if re.match(rb"\s*(<!doctype html|<html|<script|#!|MZ|%PDF)", content, re.IGNORECASE):
        return False
    return not re.search(rb"[\x00-\x08\x0e-\x1f\x7f]", content)
