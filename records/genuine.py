"""Whether a paper is genuine: asked by anybody with the paper in hand, without a scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True)
class Genuine:
    """What the public learns of an issued document, and the hash that its file must have."""

    issuer: str
    number: str
    dated: date
    is_void: bool
    sha256: str


def verify(token: str) -> Genuine | None:
    """The issued document of the token; None for every other token, also that of a draft."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT issuer, number, dated, is_void, sha256 FROM verify_document(%s)", [token])
        row = cursor.fetchone()
    return Genuine(*row) if row else None
