"""A statement on the connection of DATABASE_URL."""

from __future__ import annotations

from django.db import connection


def run(sql: str, params: object = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
