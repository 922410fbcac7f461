"""The bodies of communication's answers about templates."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from communication.domain.templates import LONGEST_SOURCE, LONGEST_SUBJECT, Rendered, Variable, VariableKind, Wording
from communication.domain.wording import language_of
from contracts import Category

TemplateId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}([-_][A-Za-z]{2})?$")]


class VariableBody(BaseModel):
    """A declared placeholder."""

    name: str = Field(max_length=60)
    kind: VariableKind = "text"


class VersionCreate(BaseModel):
    """A version to write; `activate` puts it into use at once."""

    request_id: UUID
    language: LanguageCode
    name: str = Field(min_length=1, max_length=120)
    type: Literal["email", "sms"]
    category: Category = "free_text"
    subject: str = Field(default="", max_length=LONGEST_SUBJECT)
    body: str = Field(min_length=1, max_length=LONGEST_SOURCE)
    variables: list[VariableBody] = Field(default_factory=list[VariableBody], max_length=50)
    activate: bool = False

    def to_wording(self, template_id: str) -> Wording:
        return Wording(
            template_id=template_id,
            version=0,
            language=language_of(self.language),
            name=self.name,
            type=self.type,
            category=self.category,
            subject=self.subject,
            body=self.body,
            variables=tuple(Variable(one.name, one.kind) for one in self.variables),
        )


class TemplateCreate(VersionCreate):
    """A new template."""

    template_id: TemplateId


class Activation(BaseModel):
    language: LanguageCode
    version: int = Field(gt=0)


class PreviewOrder(BaseModel):
    language: LanguageCode
    version: int | None = Field(default=None, gt=0)
    variables: dict[str, Any] = Field(default_factory=dict[str, Any], max_length=100)


class WordingRead(BaseModel):
    """A version as it was written."""

    template_id: str
    version: int
    language: str
    status: str
    name: str
    type: str
    category: str
    subject: str
    body: str
    variables: list[VariableBody]

    @classmethod
    def of(cls, wording: Wording, status: str) -> "WordingRead":
        return cls(
            template_id=wording.template_id,
            version=wording.version,
            language=wording.language,
            status=status,
            name=wording.name,
            type=wording.type,
            category=wording.category,
            subject=wording.subject,
            body=wording.body,
            variables=[VariableBody(name=one.name, kind=one.kind) for one in wording.variables],
        )


class TemplateSummary(WordingRead):
    """The wording in use for a reader, and the languages there are."""

    languages: list[str]


class PreviewRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    template_id: str
    version: int
    language: str
    type: str
    category: str
    subject: str
    body: str

    @classmethod
    def of(cls, rendered: Rendered) -> "PreviewRead":
        return cls.model_validate(rendered)
