"""Ask clamd about a file (its INSTREAM command), where one is configured: CLAMD_URL=tcp://host:3310 or unix:///path."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable
from urllib.parse import urlsplit

SECONDS = 60


class ScanFailed(OSError):
    """clamd could not be asked: the file is neither good nor bad."""


def find_virus(url: str, chunks: Iterable[bytes]) -> str:
    """The name of what clamd finds in the bytes, empty when it finds nothing. Raises ScanFailed."""
    try:
        with _connect(url) as connection:
            connection.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                connection.sendall(struct.pack("!I", len(chunk)) + chunk)
            connection.sendall(struct.pack("!I", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScanFailed(str(error)) from error
    if answer.endswith("FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer.endswith("OK"):
        return ""
    raise ScanFailed(answer)


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        if failure := connection.connect_ex(parts.path):
            raise OSError(failure, os.strerror(failure))
        return connection
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), SECONDS)


def _answer(connection: socket.socket) -> str:
    read = b""
    while not read.endswith(b"\0") and (part := connection.recv(4096)):
        read += part
    return read.rstrip(b"\0\n").decode("utf-8", "replace")
