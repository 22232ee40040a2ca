"""Whether a paper is genuine: asked by anybody with the paper in hand, without a scope."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.db import connection

PDF = b"%PDF-"
# For one address in a minute; a whole bureau may share one. A file costs more than a look.
MOST_LOOKS, MOST_FILES = 120, 20
MINUTE = 60


@dataclass(frozen=True)
class Genuine:
    """What the public learns of an issued document, and the hash that its file must have. `state`: valid, replaced, void."""

    issuer: str
    number: str
    dated: date
    state: str
    replaced_by: str
    sha256: str

    @property
    def is_valid(self) -> bool:
        return self.state == "valid"


def verify(token: str) -> Genuine | None:
    """The issued document of the token; None for every other token, also that of a draft."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT issuer, number, dated, state, replaced_by, sha256 FROM verify_document(%s)", [token])
        row = cursor.fetchone()
    return Genuine(*row) if row else None


def too_many(address: str | None, what: str, most: int) -> bool:
    """Count one more question of the address; True when it has asked too often within the minute."""
    key = f"verify:{what}:{address or 'unknown'}"
    cache.add(key, 0, MINUTE)
    try:
        return int(cache.incr(key)) > most
    except ValueError:  # it ran out between the two
        return False


class Hasher(FileUploadHandler):
    """Takes the SHA-256 of the uploaded file as it streams in, and keeps none of it, neither in memory nor on disk."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.size, self.head = most, 0, b""
        self.seen = hashlib.sha256()
        self.is_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if self.field_name != "file":
            raise SkipFile
        self.size += len(raw_data)
        if self.size > self.most:
            self.is_large = True
            raise SkipFile
        self.head = (self.head + raw_data)[: len(PDF)]
        self.seen.update(raw_data)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None

    def answer(self, sha256: str) -> str:
        """ "same", "different", or what keeps the file from being compared: "missing", "large", "kind"."""
        if self.is_large:
            return "large"
        if not self.size:
            return "missing"
        if self.head != PDF:
            return "kind"
        return "same" if self.seen.hexdigest() == sha256 else "different"
