"""One's sign-ins: which browsers hold a session now, since when and from where, and ending them (登录的设备).

Sessions live in Redis and nowhere else, so the list does too: each session carries its own facts, a set per person names
his sessions. A table beside them would have to be kept true by a write at every request, and would put session keys into
backups. Ending one deletes the session itself: the next request of that browser is nobody's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth import SESSION_KEY as USER_KEY
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.models import User

FACTS = "sign_in"
FRESH_SECONDS = 60  # "last seen" is as old as this at most
KEPT_SECONDS = 30 * 24 * 3600
SYSTEMS = (("MicroMessenger", "微信"), ("wxwork", "企业微信"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "安卓手机"),
           ("HarmonyOS", "鸿蒙"), ("Windows", "Windows 电脑"), ("Macintosh", "Mac 电脑"), ("Linux", "Linux 电脑"))  # fmt: skip
BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


@dataclass(frozen=True)
class SignIn:
    """`handle` names it in a form; the session's key itself never leaves the server."""

    handle: str
    device: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_current: bool


def note(request: HttpRequest, *, address: str) -> None:
    """Keep who, where and when in the session of a signed-in request; once a minute is enough."""
    session = request.session
    if session.session_key is None:
        session.save()
    facts: dict[str, Any] = session.get(FACTS) or {}
    now = time.time()
    known = facts.get("handle") == _handle(str(session.session_key))
    if known and now - facts["seen"] < FRESH_SECONDS and facts["address"] == address:
        return
    session[FACTS] = {
        "handle": _handle(str(session.session_key)), "began": facts.get("began", now), "seen": now, "address": address,
        "agent": request.headers.get("User-Agent", "")[:300],
    }  # fmt: skip
    index = _index(int(request.user.pk or 0))
    _redis(settings.REDIS_URL).sadd(index, str(session.session_key))
    _redis(settings.REDIS_URL).expire(index, KEPT_SECONDS)


def sign_ins_of(user: User, *, current: str | None) -> list[SignIn]:
    """Those that are alive, the present one first, then the latest seen."""
    found = [_read(key, data, current) for key, data in _alive(user)]
    return sorted(found, key=lambda s: (not s.is_current, -s.seen_at.timestamp()))


def end(user: User, handle: str) -> bool:
    """End the person's own sign-in of that handle; False where there is none."""
    return bool(_end(user, [key for key, _ in _alive(user) if constant_time_compare(_handle(key), handle)]))


def end_others(user: User, *, current: str | None) -> int:
    return _end(user, [key for key, _ in _alive(user) if key != current])


def end_all(user: User) -> int:
    return _end(user, [key for key, _ in _alive(user)])


def _end(user: User, keys: list[str]) -> int:
    for key in keys:
        _store(key).delete()
        _redis(settings.REDIS_URL).srem(_index(user.pk), key)
    return len(keys)


def _alive(user: User) -> Iterator[tuple[str, dict[str, Any]]]:
    """Sessions of the person that still open something: not run out, nor signed in by a password of before."""
    index = _index(user.pk)
    for raw in _redis(settings.REDIS_URL).smembers(index):
        key = raw.decode()
        data = _store(key).load()
        is_his = data.get(USER_KEY) == str(user.pk)
        if is_his and constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            yield key, data
        else:
            _redis(settings.REDIS_URL).srem(index, raw)


def _read(key: str, data: dict[str, Any], current: str | None) -> SignIn:
    facts: dict[str, Any] = data.get(FACTS) or {}
    began, seen = (_moment(facts.get(name)) for name in ("began", "seen"))
    return SignIn(
        _handle(key), device_of(facts.get("agent", "")), facts.get("address", ""), began, seen, key == current
    )


def device_of(agent: str) -> str:
    """What the browser says it is, in words that a person knows: Windows 电脑 · Chrome."""
    parts = [next((word for sign, word in names if sign in agent), "") for names in (SYSTEMS, BROWSERS)]
    return " · ".join(part for part in parts if part) or "未知设备"


def _moment(stamp: float | None) -> datetime:
    return datetime.fromtimestamp(stamp or 0, tz=timezone.get_current_timezone())


def _handle(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _index(user_id: int) -> str:
    return f"dudao:sign-ins:{user_id}"


def _store(key: str) -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


@cache
def _redis(url: str) -> Any:
    return redis.Redis.from_url(url)
