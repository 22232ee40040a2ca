"""Addresses of pages, from patterns that are looked up once a process: a list of fifty rows asks for fifty of them."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

# Stands for a key while the pattern is looked up: a number that no address holds otherwise.
MARK = 987_654_321_000


def address(name: str, *keys: object) -> str:
    """As `reverse(name, args=keys)`. Keys that are whole numbers are put into a pattern that is kept; others are not."""
    if all(type(key) is int and key >= 0 for key in keys):
        parts = _pattern(name, len(keys), get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())
        if parts:
            return parts[0] + "".join([f"{key}{part}" for key, part in zip(keys, parts[1:], strict=True)])
    return reverse(name, args=keys)


@lru_cache(maxsize=2048)
def _pattern(name: str, keys: int, urlconf: str, prefix: str) -> tuple[str, ...]:
    """The address around its keys; empty where it cannot be told (a pattern that takes some numbers only)."""
    marks = [MARK + place for place in range(keys)]
    try:
        rest = reverse(name, urlconf=urlconf, args=marks)
    except NoReverseMatch:
        return ()
    parts = []
    for mark in marks:
        before, found, rest = rest.partition(str(mark))
        if not found:
            return ()
        parts.append(before)
    return (*parts, rest)
