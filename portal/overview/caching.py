"""A page's figures are computed once for an office, and again when a fact of the place has changed.

The key holds whose office it is, so that nobody else's page can be read by it, and what was the last change in the place,
rolled up or waiting: there is nothing to invalidate. What turns by the clock alone ends with the entry: the day, and
the next last moment within it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import redis
from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, Subquery
from django.http import HttpRequest

from accounts.actors import Actor
from portal.overview.indicators import KINDS
from portal.overview.summary import Overview
from records import clock
from records.figures.reading import Place
from records.figures.sql import fingerprint
from records.models import Figure, FigureDelta, FigureVersion

KNOWN = {"figure", "period", "sort", "own", "all"}
LONGEST = 3600
# Raise it when the page's parts that are kept change their look.
LOOK = 2


def kept(request: HttpRequest, found: Overview, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `make` gives, from the cache where nothing has changed. An address of its own making is not kept."""
    if set(request.GET) - KNOWN:
        return make()
    version, ends = _version(found.actor, found.here.place)
    parts = (found.actor.division_code, found.here.place, found.here.alone, clock.today(), version, fingerprint(), LOOK)
    text = "|".join(map(str, (*parts, request.GET.urlencode())))
    key = f"overview:{found.actor.division_code}:{hashlib.sha256(text.encode()).hexdigest()}"
    try:
        answer = cache.get(key)
        if answer is None:
            answer = make()
            cache.set(key, answer, max(1, min(LONGEST, int((ends - clock.now()).total_seconds()))))
    except redis.RedisError:  # slower, and right
        return make()
    return dict(answer)


def _version(actor: Actor, place: Place) -> tuple[tuple[Any, ...], datetime]:
    """What the last change in the place was, and until when the clock changes nothing. Two queries."""
    now, midnight = clock.now(), clock.end_of(clock.today())
    soon = Q(measure__in=KINDS.open_until, at__gt=now, at__lt=midnight)
    waiting = FigureDelta.objects.visible_to(actor).filter(subject_code__gte=place.code, subject_code__lte=place.last)
    waits = waiting.aggregate(n=Count("pk"), last=Max("pk"), soon=Min("at", filter=soon))
    figures = Figure.objects.visible_to(actor).filter(soon, place_code=place.code, level=place.level)
    rolled = FigureVersion.objects.visible_to(actor).filter(place_code=place.code, level=place.level)
    added = rolled.annotate(soon=Subquery(figures.order_by("at").values("at")[:1])).values_list("last", "soon").first()
    last, turns = added or (0, None)
    ends = min(moment for moment in (midnight, waits["soon"], turns) if moment is not None)
    return (last, waits["n"], waits["last"]), ends
