"""How often one address may do something on the public site. Counted in the cache; nothing of it is kept longer."""

from __future__ import annotations

import hashlib

from django.core.cache import cache
from django.http import HttpRequest

from records.audit import address_of


def too_often(request: HttpRequest, deed: str, *, most: int, seconds: int) -> bool:
    """Counts this time; True once the request's address has done `deed` more than `most` times within `seconds`."""
    address = address_of(request) or "unknown"
    return counted(f"{deed}:{hashlib.sha256(address.encode()).hexdigest()[:24]}", seconds) > most


def counted(key: str, seconds: int) -> int:
    """How many times the key was counted in the running window, this time included."""
    name = f"throttle:{key}"
    cache.add(name, 0, seconds)
    try:
        return int(cache.incr(name))
    except ValueError:  # the window ended between the two lines
        cache.set(name, 1, seconds)
        return 1
