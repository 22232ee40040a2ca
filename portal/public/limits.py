"""How often something may be asked for from one address: counted in the cache, forgotten by itself."""

from __future__ import annotations

import redis
import structlog
from django.core.cache import cache

log = structlog.get_logger(__name__)


def allowed(what: str, *, most: int, seconds: int) -> bool:
    """Count one more of `what`; whether it is still among the first `most` within `seconds`."""
    key = f"limit:{what}"
    try:
        if cache.add(key, 1, seconds):
            return most >= 1
        return bool(cache.incr(key) <= most)
    except ValueError:  # it ran out between the two
        return True
    except redis.RedisError as error:  # the public's word counts more than the count of it
        log.warning("public.limits", error=str(error))
        return True
