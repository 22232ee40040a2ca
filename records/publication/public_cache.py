"""When the public site last changed: its kept pages are as old as this at most (portal.public.pages)."""

from __future__ import annotations

import time

import redis
import structlog
from django.core.cache import cache
from django.db import transaction

GENERATION = "public:generation"
log = structlog.get_logger(__name__)


def changed() -> None:
    """Something is published or withdrawn in this transaction: once it is committed every kept page is stale."""
    transaction.on_commit(_mark, robust=True)


def _mark() -> None:
    try:
        cache.set(GENERATION, time.time(), None)
    except redis.RedisError as error:  # pages then live out their minutes
        log.warning("public.cache", error=str(error))
