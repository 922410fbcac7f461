"""A small HTTP/1.1 client on keep-alive connections: cheap, so that it does not measure itself."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from measuring import WorkNotDone


@dataclass(slots=True)
class Connection:
    """One keep-alive connection: a request at a time."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def post(self, path: str, body: bytes, token: str) -> bytes:
        """The body of a 200; anything else is refused."""
        head = f"POST {path} HTTP/1.1\r\nHost: intake\r\nAuthorization: Bearer {token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length:")[2].partition(b"\r\n")[0])
        content = await self.reader.readexactly(length)
        if not answer.startswith(b"http/1.1 200"):
            raise WorkNotDone(f"answer to POST {path}", content[:300], "status 200")
        return content


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncGenerator[list[Connection]]:
    """Open `count` connections to 127.0.0.1 and close them at the end."""
    async with AsyncExitStack() as stack:
        opened: list[Connection] = []
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            opened.append(Connection(reader, writer))
        yield opened


async def post_all(opened: Sequence[Connection], path: str, bodies: Sequence[bytes], token: str) -> int:
    """Post every body once, each connection taking the next one; says how many `"ok":true` came back."""
    left = iter(bodies)
    return sum(await asyncio.gather(*(_post_next(connection, path, left, token) for connection in opened)))


async def _post_next(connection: Connection, path: str, left: Iterator[bytes], token: str) -> int:
    return sum([(await connection.post(path, body, token)).count(b'"ok":true') for body in left])
