"""Proof of work instead of a captcha: the browser searches a number for a second, a flood of letters takes days.

A task is signed, valid for two hours and good for one letter. Nobody has to read crooked letters, and no other house's
script is loaded. Without JavaScript the form is taken all the same, but far fewer of them (portal.public.complaints).
"""

from __future__ import annotations

import hashlib
import secrets

from django.core import signing
from django.core.cache import cache

BITS = 15  # some 32,000 tries
VALID_SECONDS = 2 * 3600
SALT = "portal.public.work"


def task() -> str:
    return signing.TimestampSigner(salt=SALT).sign(secrets.token_urlsafe(12))


def done(asked: str, found: str) -> bool:
    """Whether `found` solves the task, which is ours, still valid and not used before. Using it up is part of asking."""
    try:
        signing.TimestampSigner(salt=SALT).unsign(asked, max_age=VALID_SECONDS)
    except signing.BadSignature:
        return False
    if len(found) > 20 or not found.isdecimal() or not solves(asked, found):
        return False
    return bool(cache.add(f"work:{hashlib.sha256(asked.encode()).hexdigest()}", 1, VALID_SECONDS))


def solves(asked: str, found: str) -> bool:
    """The first BITS bits of the hash of both are nought."""
    digest = hashlib.sha256(f"{asked}:{found}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0
