"""A bucket of an S3 service on loopback: keeps objects by name for whoever signs with its key."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final
from urllib.parse import unquote, urlsplit

KEY_ID: Final = "AKIAEXAMPLE"
_MISSING: Final = b"<Error><Code>NoSuchKey</Code><Message>There is no such key.</Message></Error>"


@dataclass(slots=True)
class Bucket:
    """What is kept, and how many calls came without the key's signature."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])
    strangers: int = 0

    def environment(self) -> dict[str, str]:
        """As the S3 clients read it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_REGION": "eu-north-1",
        }


@contextmanager
def running_bucket() -> Generator[Bucket]:
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if self._is_signed():
                bucket.objects[self._name] = content
                self._answer(200, b"")

        def do_GET(self) -> None:
            if self._is_signed():
                found = bucket.objects.get(self._name)
                self._answer(404 if found is None else 200, _MISSING if found is None else found)

        def do_POST(self) -> None:
            """Deletes in bulk; what is not there counts as deleted."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self._is_signed():
                keys = re.findall(rb"<Key>([^<]+)</Key>", body)
                for key in keys:
                    bucket.objects.pop(f"{self._name}/{key.decode()}", None)
                gone = b"".join(b"<Deleted><Key>" + key + b"</Key></Deleted>" for key in keys)
                self._answer(200, b"<DeleteResult>" + gone + b"</DeleteResult>")

        @property
        def _name(self) -> str:
            return unquote(urlsplit(self.path).path).lstrip("/")

        def _is_signed(self) -> bool:
            if self.headers.get("Authorization", "").startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/"):
                return True
            bucket.strangers += 1
            self._answer(403, b"<Error><Code>AccessDenied</Code></Error>")
            return False

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Mon, 02 Feb 2026 12:00:00 GMT")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Tests print what they need themselves."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True  # clients keep their connections
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
