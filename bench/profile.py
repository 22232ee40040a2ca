"""Where the time of a page goes: the shares of database, ORM, templates and our own code, by the profiler, in one process."""

from __future__ import annotations

import cProfile
import logging
import pstats
from collections import defaultdict
from typing import Any

from bench.pages import LISTS, PAGES, Level
from bench.table import Line, Table

ASKS = 20
ROOMS = ("accounts", "records", "supervision", "inspectors", "rectification", "inspections", "portal", "config")
# Own time by where the code lies; the first that fits. The driver's wait for the server is the database's.
GROUPS = (
    ("database", ("method 'execute' of",)),
    ("ORM", ("/django/db/",)),
    ("templates", ("/django/template/", "/django/utils/html", "/django/utils/safestring", "/templatetags/")),
    ("addresses", ("/django/urls/",)),
    ("our own code", tuple(f"/{room}/" for room in ROOMS)),
)


def profile(table: Table, found: list[Level]) -> None:
    """A row for each list and page: the shares of its time. On the connection of the web's role."""
    logging.disable(logging.ERROR)  # a page that a level may not open is left out
    for name, path in {**LISTS, **PAGES}.items():
        for level in found:
            shares = _shares(level.username, path)
            if shares:
                words = ", ".join(f"{group} {100 * part:.0f} %" for group, part in shares)
                table.add(
                    Line(f"where {name} spends its time", level.name, shares[0][1] * 100, None, unit=" %", note=words)
                )


def _shares(username: str, path: str) -> list[tuple[str, float]]:
    """(group, share), the largest first; nothing where the person may not open the page."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client()
    client.force_login(get_user_model().objects.get(username=username))
    if [client.get(path).status_code for _ in range(3)] != [200] * 3:
        return []
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(ASKS):
        client.get(path)
    profiler.disable()
    return _by_group(pstats.Stats(profiler))


def _by_group(stats: Any) -> list[tuple[str, float]]:
    """Built-in functions have no file: their time is that of whoever called them."""
    spent: dict[str, float] = defaultdict(float)
    for (file, _, function), (_, _, own, _, callers) in stats.stats.items():
        group = _group(f"{file}/{function}")
        if file != "~" or group == "database":
            spent[group] += own
            continue
        for (from_file, _, name), (_, _, there, _) in callers.items():
            spent[_group(f"{from_file}/{name}")] += there
    whole = sum(spent.values())
    return sorted(((group, own / whole) for group, own in spent.items()), key=lambda pair: -pair[1])


def _group(place: str) -> str:
    return next((group for group, signs in GROUPS if any(sign in place for sign in signs)), "the rest")
