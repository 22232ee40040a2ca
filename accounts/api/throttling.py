"""So many calls a minute for each token, or for each person in a browser: counted in Redis, by whole minutes."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import redis
import structlog
from django.conf import settings
from rest_framework.throttling import BaseThrottle

log = structlog.get_logger(__name__)
MINUTE = 60


class CallsAMinute(BaseThrottle):  # type: ignore[misc]
    """API_CALLS_A_MINUTE. Without Redis nobody is slowed down: the pages say that it is missing."""

    def allow_request(self, request: Any, view: Any) -> bool:
        actor, bearer = request._request.actor, getattr(request._request, "bearer", None)
        if actor is None:
            return True  # refused anyway; signing in has limits of its own
        who = f"token:{bearer.token_id}" if bearer else f"user:{actor.user_id}"
        key = f"dudao:api:{who}:{int(time.time()) // MINUTE}"
        try:
            pipe = _redis(settings.REDIS_URL).pipeline(transaction=False)
            count, _ = pipe.incr(key).expire(key, 2 * MINUTE).execute()
        except redis.RedisError:
            log.warning("api.throttle_without_redis")
            return True
        return int(count) <= settings.API_CALLS_A_MINUTE

    def wait(self) -> float:
        return MINUTE - time.time() % MINUTE


@cache
def _redis(url: str) -> Any:
    return redis.Redis.from_url(url)
