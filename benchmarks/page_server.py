"""A site on loopback for benchmarks of fetching: 20 kB pages, the CSRF token different in every response.

python -m benchmarks.page_server LATENCY    # seconds; prints its port
"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

from pipeline.sample.server import answer

REAL_ID = b"50490000-3607"
TOKEN = re.compile(rb'(?<=csrf-token" content=")[^"]+')
PAGE_BYTES = 20_000


def page_parts() -> tuple[bytes, bytes, bytes]:
    """The real page's markup grown to 20 kB, cut at its token; the id is replaced for each request."""
    view = "/dp/frontend/web/index.php?r=tbl-project-main%2Fview&project_id="
    body = answer(view + REAL_ID.decode()).body
    goal = "<th>หลักการและเหตุผล</th><td>".encode()
    filler = "ข้อความ " * ((PAGE_BYTES - len(body)) // len("ข้อความ ".encode()))
    body = body.replace(goal, goal + filler.encode(), 1)
    token = TOKEN.search(body)
    assert token is not None
    return body[: token.start()], token[0], body[token.end() :]


class PageServer(asyncio.Protocol):
    """As little HTTP as Yii2 needs: one answer to every request, after a latency."""

    def __init__(self, parts: tuple[bytes, bytes, bytes], latency: float) -> None:
        self._parts, self._latency = parts, latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            request, _, self._received = self._received.partition(b"\r\n\r\n")
            reply = self._reply(request.split(b" ", 2)[1].decode())
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, reply)
            else:
                self._transport.write(reply)

    def _reply(self, target: str) -> bytes:
        if target == "/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"
        project_id = parse_qs(target.partition("?")[2])["project_id"][0].encode()
        before, token, after = self._parts
        fresh = os.urandom(len(token) // 2).hex().encode()
        body = before.replace(REAL_ID, project_id) + fresh + after.replace(REAL_ID, project_id)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


async def serve(latency: float) -> None:
    parts = page_parts()
    server = await asyncio.get_running_loop().create_server(lambda: PageServer(parts, latency), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running_server(latency: float) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.page_server", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.terminate()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
