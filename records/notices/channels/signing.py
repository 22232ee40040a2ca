"""HMAC-SHA256 over timestamp and body, both ways: what we send to the gateway and what it reports back."""

from __future__ import annotations

import hmac
from hashlib import sha256

TIMESTAMP, SIGNATURE, KEY = "X-Dudao-Timestamp", "X-Dudao-Signature", "Idempotency-Key"
VERSION = "v1="
# A captured request is worth nothing after five minutes.
TOLERANCE_SECONDS = 300


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature's header: v1= and the hexadecimal digest of `<timestamp>.<body>`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return VERSION + digest


def is_genuine(secret: str, *, timestamp: str, signature: str, body: bytes, now: int) -> bool:
    """Whether whoever knows the secret signed this body within the tolerance. Never true without a secret."""
    if not secret or not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS or not signature.isascii():
        return False
    return hmac.compare_digest(sign(secret, int(timestamp), body), signature)
