"""An SMS provider that delivers nowhere: takes what communication's HTTP provider posts, and shows it as JSON.

A number that ends in 0000 is refused for good (400), one that ends in 0001 for now (503). A reference that was taken comes
once, however often it is sent.
"""

from collections import OrderedDict
from dataclasses import asdict, dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEPT_MESSAGES = 20_000
LISTED_MESSAGES = 100


@dataclass(frozen=True, slots=True)
class ShortMessage:
    reference: str
    sender: str
    to: str
    text: str


@dataclass(slots=True)
class SmsBox:
    """The latest messages by reference, bounded by number; the counts are of all."""

    messages: OrderedDict[str, ShortMessage] = field(default_factory=OrderedDict[str, ShortMessage])
    received: int = 0
    refused: int = 0

    def take(self, message: ShortMessage) -> int:
        """The status that a provider would answer."""
        if message.reference in self.messages:
            return 202
        if message.to.endswith(("0000", "0001")):
            self.refused += 1
            return 400 if message.to.endswith("0000") else 503
        self.received += 1
        self.messages[message.reference] = message
        while len(self.messages) > KEPT_MESSAGES:
            self.messages.popitem(last=False)
        return 202

    def list_latest_first(self, to: str = "") -> list[ShortMessage]:
        """Messages with `to` in the number."""
        return [message for message in reversed(self.messages.values()) if to.strip() in message.to]

    def routes(self) -> list[Route]:
        async def take(request: Request) -> Response:
            return Response(status_code=self.take(_read(await request.json())))

        async def list_json(request: Request) -> Response:
            found = self.list_latest_first(request.query_params.get("to", ""))
            listed = [asdict(message) for message in found[:LISTED_MESSAGES]]
            return JSONResponse({"received": self.received, "refused": self.refused, "messages": listed})

        return [Route("/sms", take, methods=["POST"]), Route("/api/sms", list_json, methods=["GET"])]


def _read(body: object) -> ShortMessage:
    if isinstance(body, dict):
        values = [body.get(name) for name in ("reference", "from", "to", "text")]
        if all(isinstance(value, str) for value in values):
            return ShortMessage(*map(str, values))
    raise HTTPException(422, "reference, from, to and text are needed, each a text.")
