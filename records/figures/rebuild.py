"""Counting everything anew, set-based: after a migration that changed what is counted, and after data came by COPY."""

from __future__ import annotations

from django.db import connection

from accounts.hardening import after_hardening
from records.figures.sql import fingerprint

BUSY = -1
MOST_AT_ONCE = 100_000
MARK = "figures_differences()"


def rebuild() -> int:
    """Make every figure what the rows say; returns how many were not. Writers go on meanwhile. As the owner or the
    background role. About a minute for a province."""
    return _call("SELECT figures_mend()")


def roll_up(most: int = MOST_AT_ONCE) -> int:
    """Add what waits to the summary; returns how many deltas, or BUSY when another worker is at it. May run twice."""
    return _call("SELECT figures_roll_up(%s)", [most])


def check() -> int:
    """Compare all figures with the rows, keep what differs and put it right; returns the check's id."""
    return _call("SELECT figures_check()")


@after_hardening
def rebuild_when_changed() -> None:
    """The mark of what was counted last stands as the function's comment: no table, and gone with the function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regprocedure, 'pg_proc')", [MARK])
        (counted,) = cursor.fetchone()
        if counted != fingerprint():
            rebuild()
            cursor.execute(f"COMMENT ON FUNCTION {MARK} IS '{fingerprint()}'")


def _call(sql: str, params: list[int] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.fetchone()[0])
