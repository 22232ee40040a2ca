"""A stand-in for the province's SMS and messenger gateway: a small real HTTP server that keeps the gateway's rules.

It checks the signature, takes each Idempotency-Key once, writes what was "sent" into a file that one can look at, and
reports receipts signed as the real one would. Tests use it; `manage.py local_gateway` runs it beside a demo.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from records.notices.channels.signing import KEY, SIGNATURE, TIMESTAMP, is_genuine, sign

LARGEST = 64 * 1024
Answer = Callable[[dict[str, Any]], int]


def takes_everything(message: dict[str, Any]) -> int:
    return 202


@dataclass
class LocalGateway:
    """`answer` decides the status for a message; `messages` are those taken over, each once."""

    secret: str
    answer: Answer = takes_everything
    log: Path | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    tries: list[str] = field(default_factory=list)
    forged: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, body: bytes) -> int:
        message: dict[str, Any] = json.loads(body)
        with self._lock:
            self.tries.append(key)
            if any(m["id"] == key for m in self.messages):
                return 200
            status = self.answer(message)
            if 200 <= status < 300:
                self.messages.append(message)
                self._write(message)
            return status

    def _write(self, message: dict[str, Any]) -> None:
        if self.log is not None:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            with self.log.open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%H:%M:%S')} [{message['channel']}] → {message['to']}\n")
                file.write(f"{message['text']}\n{message['link']}\n\n")

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve on 127.0.0.1 while the block runs; gives the address. Port 0: any free one."""
        server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/messages"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(gateway: LocalGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(size, LARGEST))
            genuine = size <= LARGEST and is_genuine(
                gateway.secret, timestamp=self.headers.get(TIMESTAMP, ""), signature=self.headers.get(SIGNATURE, ""),
                body=body, now=int(time.time()),
            )  # fmt: skip
            if not genuine:
                gateway.forged += 1
            self.send_response(gateway.take(self.headers.get(KEY, ""), body) if genuine else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Quiet: the gateway's own file says what there is to say."""

    return Handler


def receipt(
    secret: str, message_id: str, status: str = "delivered", *, error: str = ""
) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a receipt as the gateway sends it."""
    body = json.dumps({"id": message_id, "status": status, "at": int(time.time()), "error": error}).encode()
    now = int(time.time())
    return body, {"Content-Type": "application/json", TIMESTAMP: str(now), SIGNATURE: sign(secret, now, body)}


def report(url: str, secret: str, message_id: str, status: str = "delivered") -> None:
    """Send a receipt to the platform."""
    body, headers = receipt(secret, message_id, status)
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers, method="POST"), timeout=10):
        return
