"""Bytes named by their SHA-256: the same content is stored once, and what is stored is never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import IO

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage


def path_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def digest(chunks: Iterable[bytes]) -> str:
    seen = hashlib.sha256()
    for chunk in chunks:
        seen.update(chunk)
    return seen.hexdigest()


def put(content: bytes) -> str:
    """Store the bytes; returns their SHA-256."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not _is_whole(sha256, len(content)):
        default_storage.save(path_of(sha256), ContentFile(content))
    return sha256


def _is_whole(sha256: str, size: int) -> bool:
    """Whether the bytes are there. What a broken-off write left behind is cleared away: it is not the content."""
    path = path_of(sha256)
    if not default_storage.exists(path):
        return False
    if default_storage.size(path) == size:
        return True
    default_storage.delete(path)
    return False


def put_file(file: File[bytes]) -> str:
    """Store an upload in chunks; returns its SHA-256."""
    sha256 = digest(file.chunks())
    if not _is_whole(sha256, file.size or 0):
        file.seek(0)
        default_storage.save(path_of(sha256), file)
    return sha256


def opened(sha256: str) -> IO[bytes]:
    """The stored bytes, open for reading. FileNotFoundError when they are gone."""
    return default_storage.open(path_of(sha256), "rb")
