"""Rows into tables by COPY, as the owner. Values are Python's; a table's rows are held for one office at a time."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

NULL = "\\N"


def field(value: Any) -> str:
    """A value as COPY's text format writes it."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


class Sheet:
    """Rows of one table, gathered and then copied. `fixed`: columns that are the same in each row."""

    def __init__(self, table: str, columns: str, **fixed: Any) -> None:
        self.table = table
        self.columns = [*columns.split(), *fixed]
        self._tail = "".join(f"\t{field(value)}" for value in fixed.values()) + "\n"
        self._lines: list[str] = []

    def add(self, *values: Any) -> None:
        self._lines.append("\t".join(map(field, values)) + self._tail)

    def __len__(self) -> int:
        return len(self._lines)

    def copy(self) -> int:
        """Send the rows; returns how many. Afterwards the sheet is empty."""
        count = len(self._lines)
        if count:
            names = ", ".join(f'"{name}"' for name in self.columns)
            with connection.cursor() as cursor:
                cursor.copy_expert(f'COPY "{self.table}" ({names}) FROM STDIN', io.StringIO("".join(self._lines)))
        self._lines = []
        return count


def copy_all(sheets: Iterable[Sheet]) -> int:
    return sum(sheet.copy() for sheet in sheets)


def run(sql: str, params: dict[str, Any] | Sequence[Any] | None = None) -> int:
    """A statement of the owner's; returns how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)
