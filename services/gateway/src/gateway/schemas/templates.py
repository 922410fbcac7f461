"""Bodies of the message template routes."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from gateway.schemas.communication import Category, MessageType
from gateway.schemas.wire import Wire

TemplateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}([-_][A-Za-z]{2})?$")]
VariableKind = Literal["text", "amount", "date", "number", "address"]


class TemplateVariable(Wire):
    """A declared placeholder; its kind says how its value is written in the reader's language."""

    name: str = Field(max_length=60)
    kind: VariableKind = "text"


class VersionWrite(Wire):
    """A version in one language. Placeholders are `{{name}}` of declared variables."""

    language: Language
    name: str = Field(min_length=1, max_length=120)
    type: MessageType
    category: Category = "free_text"
    subject: str = Field(default="", max_length=200)
    body: str = Field(min_length=1, max_length=20_000)
    variables: list[TemplateVariable] = Field(default_factory=list[TemplateVariable], max_length=50)
    activate: bool = False


class TemplateWrite(VersionWrite):
    """A new template."""

    template_id: TemplateId


class TemplateListed(Wire):
    """A template in use, as a reader of the language asked for would get it."""

    template_id: str
    name: str
    type: MessageType
    subject: str
    variables: list[str]
    category: Category
    version: int
    language: str
    languages: list[str]


class TemplateList(Wire):
    templates: list[TemplateListed]


class TemplateVersion(Wire):
    """A version as it was written; version 0 is the house's own."""

    template_id: str
    version: int
    language: str
    status: str
    name: str
    type: MessageType
    category: Category
    subject: str
    body: str
    variables: list[TemplateVariable]


class VersionList(Wire):
    versions: list[TemplateVersion]


class VersionChoice(Wire):
    language: Language
    version: int = Field(gt=0)


class PreviewOrder(Wire):
    language: Language
    version: int | None = Field(default=None, gt=0, description="Default: the version in use.")
    variables: dict[str, Any] = Field(default_factory=dict[str, Any], max_length=100)


class Preview(Wire):
    """The template filled in; nothing was sent."""

    template_id: str
    version: int
    language: str
    type: MessageType
    category: Category
    subject: str
    body: str
