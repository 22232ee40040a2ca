"""A list of 10,000 lines as Excel: the product's whole export beside xlsxwriter writing the same cells alone, in one run.

The lines are tickets as their list shows them, all columns, in the scope of an office that sees so many (scale data).
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from io import BytesIO
from itertools import islice
from typing import Any

LINES, ROUNDS, MOST = 10_000, 3, 2.0


def main(actor: Any) -> float:
    """Print the ratio and how far the memory grew beyond a file of a tenth; returns the ratio. Django is set up."""
    from accounts.scope import scope

    with scope(actor):
        _product(actor, LINES // 10)  # warm
        before = _peak()
        cells = _cells(actor, LINES)
        pairs = [(_floor(cells), _product(actor, LINES)) for _ in range(ROUNDS)]
    floor, product = (min(pair[i] for pair in pairs) for i in (0, 1))
    grown = _peak() - before
    print(f"{f'Excel of {LINES} tickets':<36}{product / floor:>8.2f}×  at most {MOST}×  "
          f"(xlsxwriter alone {floor:.2f} s, {len(cells[0])} columns; memory +{grown} MiB, of it the floor's own cells)", flush=True)  # fmt: skip
    return product / floor


def _sheet(actor: Any, lines: int) -> Any:
    """The registered list with all its columns, its rows read anew until there are enough."""
    from django.http import QueryDict

    from records.exports import export_named
    from rectification.exports import ticket_columns

    export = export_named("tickets")
    assert export is not None
    query = QueryDict("&".join(f"cols={c.key}" for c in ticket_columns(actor)))

    sheet = export.sheet(actor, query)
    if sheet.total < lines:
        raise SystemExit(f"{lines} tickets are needed, {actor.label} sees {sheet.total}: seed_demo --scale first")
    return replace(sheet, rows=islice(sheet.rows, lines), total=lines)


def _product(actor: Any, lines: int) -> float:
    from records.exports import write

    began = time.perf_counter()
    write(_sheet(actor, lines), by=actor).close()
    return time.perf_counter() - began


def _cells(actor: Any, lines: int) -> list[list[Any]]:
    sheet = _sheet(actor, lines)
    return [[column.value(row) for column in sheet.columns] for row in sheet.rows]


def _floor(cells: list[list[Any]]) -> float:
    import xlsxwriter

    began = time.perf_counter()
    book = xlsxwriter.Workbook(BytesIO(), {"constant_memory": True, "remove_timezone": True})
    page, moment = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for n, line in enumerate(cells):
        for column, value in enumerate(line):
            if value in (None, ""):
                continue
            if isinstance(value, str):
                page.write_string(n, column, value)
            else:
                page.write_datetime(n, column, value, moment)
    book.close()
    return time.perf_counter() - began


def _peak() -> int:
    """MiB that the process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
