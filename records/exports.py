"""A list as Excel: as it is filtered and sorted, with the columns that are shown, and who took it away when.

A room registers what its list offers (`register_export`) beside its list; the list's page links to it by name. Up to
MOST_AT_ONCE rows come with the answer; more are a Job of the same function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from types import SimpleNamespace
from typing import IO, Any

import xlsxwriter
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from accounts.actors import Actor, ActorKind
from records import clock
from records.actions.grants import downloadable
from records.lists import Column, chosen_columns, ordering

MOST_AT_ONCE = 2_000
MOST_ROWS = 100_000
CHUNK = 1_000
IN_MEMORY = 4 * 1024 * 1024
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_000
# What a spreadsheet takes for the beginning of a formula, however the text came into the cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Cells:
    """A column of the file: its head, what stands in it for a row, and its width in letters."""

    label: str
    value: Callable[[Any], Any]
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """What is written: rows are read once, while writing. `total` is what the filter finds, up to MOST_ROWS + 1."""

    title: str
    columns: Sequence[Cells]
    rows: Iterable[Any]
    total: int
    filters: str = ""

    @property
    def written(self) -> int:
        return min(self.total, MOST_ROWS)


@dataclass(frozen=True)
class Export:
    """A list that can be taken away. `rows(actor, query)` begins with visible_to; `values` tells by column key what
    stands in the cell (a column without one is not exported), `beside` what further columns go with it (the number in
    small print under a title); `about` is the model that the audit log names.

    `filterset_class(query, queryset=…, request=…)` has `qs` and `form`. Columns and order may depend on who looks.
    """

    name: str
    title: str
    permissions: tuple[str, ...]
    about: type[Any]
    rows: Callable[[Actor, QueryDict], QuerySet[Any]]
    columns: Sequence[Column] | Callable[[Actor], Sequence[Column]]
    values: Mapping[str, Callable[[Any], Any]]
    default_sort: str | Callable[[Actor], str]
    filterset_class: type[Any] | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, Sequence[Cells]] = field(default_factory=dict)

    def sheet(self, actor: Actor, query: QueryDict) -> Sheet:
        """The list as the address says it."""
        rows, form = self.rows(actor, query), None
        if actor.kind is ActorKind.OUTSIDER:  # what was opened for reading on the page alone is not taken away
            rows = rows.filter(pk__in=downloadable(actor, self.about))
        if self.filterset_class is not None:
            filterset = self.filterset_class(query, queryset=rows, request=SimpleNamespace(actor=actor, GET=query))
            rows, form = filterset.qs, filterset.form
        columns = self.columns(actor) if callable(self.columns) else self.columns
        default = self.default_sort(actor) if callable(self.default_sort) else self.default_sort
        rows = rows.order_by(*ordering(query.get("sort", ""), columns, default))
        total = rows[: MOST_ROWS + 1].count()
        cells = self.cells(columns, query)
        return Sheet(self.title, cells, rows[:MOST_ROWS].iterator(chunk_size=CHUNK), total, filter_words(form))

    def cells(self, columns: Sequence[Column], query: QueryDict) -> list[Cells]:
        """The columns of the file: those that the page shows, each with what goes beside it."""
        shown, found = chosen_columns(query, columns), []
        for column in columns:
            if shown[column.key] and column.key in self.values:
                found.append(Cells(column.label, self.values[column.key], self.widths.get(column.key, 16)))
                found += self.beside.get(column.key, ())
        return found


@dataclass(frozen=True)
class Table:
    """A table of figures that can be taken away: `build(actor, query)` makes all of it."""

    name: str
    title: str
    permissions: tuple[str, ...]
    about: type[Any]
    build: Callable[[Actor, QueryDict], Sheet]

    def sheet(self, actor: Actor, query: QueryDict) -> Sheet:
        return self.build(actor, query)


_exports: dict[str, Export | Table] = {}


def register_export(export: Export | Table) -> None:
    _exports[export.name] = export


def export_named(name: str) -> Export | Table | None:
    return _exports.get(name)


def registered_exports() -> list[str]:
    """The names of everything that can be taken away."""
    return sorted(_exports)


# --- the filters in words ---------------------------------------------------------------------------------------------


def filter_words(form: forms.Form | None) -> str:
    """状态：整改中；程度：严重: as the page shows them, or "" where nothing is narrowed."""
    if form is None or not form.is_bound:
        return ""
    found = []
    for bound in form:
        data = bound.data
        for raw in data if isinstance(data, (list, tuple)) else [data]:
            if raw not in (None, "", False):
                found.append(f"{bound.label}：{_word(bound.field, str(raw))}")
    return "；".join(found)


def _word(field: forms.Field, raw: str) -> str:
    if isinstance(field, forms.BooleanField):
        return "是"
    choices: Any = getattr(field, "choices", None) or ()
    return next((str(label) for value, label in choices if str(value) == raw), raw)


# --- writing ------------------------------------------------------------------------------------------------------------


def write(sheet: Sheet, *, by: Actor, step: Callable[[], None] = lambda: None) -> IO[bytes]:
    """The file, open at its beginning; `step` is called after each row. Memory does not grow with the rows."""
    out = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  handed on open
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(out, options)
    page = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", "", sheet.title)[:31] or "列表")
    pen = Pen(book, page)
    _head(pen, sheet, by)
    for number, row in enumerate(sheet.rows, FIRST_ROW + 1):
        for column, cells in enumerate(sheet.columns):
            pen.put(number, column, cells.value(row))
        step()
    page.freeze_panes(FIRST_ROW + 1, 0)
    if sheet.columns:
        page.autofilter(FIRST_ROW, 0, FIRST_ROW + max(1, sheet.written), len(sheet.columns) - 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(FIRST_ROW)
    book.close()
    out.seek(0)
    return out


FIRST_ROW = 4  # of the column heads, counted from 0


def _head(pen: Pen, sheet: Sheet, by: Actor) -> None:
    for column, cells in enumerate(sheet.columns):
        pen.page.set_column(column, column, cells.width)
    now = clock.local(clock.now())
    cut = f"，只导出前{MOST_ROWS}行，请缩小范围后分次导出" if sheet.total > MOST_ROWS else ""
    pen.page.write_string(0, 0, sheet.title, pen.title)
    pen.put(1, 0, f"筛选条件：{sheet.filters or '无'}")
    pen.put(2, 0, f"导出：{by.display_name}（{by.label}），{now:%Y年%-m月%-d日 %H:%M}，共{sheet.written}行{cut}")
    for column, cells in enumerate(sheet.columns):
        pen.page.write_string(FIRST_ROW, column, cells.label, pen.head)


class Pen:
    """Writes a value as what it is: a date as a date, a number as a number, every text as text."""

    def __init__(self, book: Any, page: Any) -> None:
        self.page = page
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        # The quote prefix keeps a spreadsheet from reading a formula even when the cell is edited.
        self.quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left"})

    def put(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, str):  # most cells are: asked first
            if value:
                words = cell_text(str(value))  # of a choice, its value
                self.page.write_string(row, column, words, self.quoted if words.startswith(FORMULA) else self.text)
        elif value is not None:
            self._put_other(row, column, value)

    def _put_other(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, bool):
            self.page.write_string(row, column, "是" if value else "否", self.text)
        elif isinstance(value, (int, float, Decimal)):
            self.page.write_number(row, column, value)
        elif isinstance(value, datetime):
            self.page.write_datetime(row, column, clock.local(value).replace(tzinfo=None), self.moment)
        elif isinstance(value, date):
            self.page.write_datetime(row, column, value, self.day)
        else:
            self.put(row, column, str(value))


def cell_text(text: str) -> str:
    """Text that a cell may hold: no control characters, not longer than a spreadsheet takes."""
    clean = text if text.isprintable() else _CONTROL.sub("", text)
    return clean if len(clean) <= LONGEST_CELL else f"{clean[:LONGEST_CELL]}…（内容过长，已截断）"


def defused(text: str) -> str:
    """For a CSV, which knows no types: what begins like a formula gets an apostrophe before it."""
    clean = cell_text(text)
    return f"'{clean}" if clean.startswith(FORMULA) else clean


def file_name(title: str, day: date) -> str:
    return f"{title}_{day:%Y%m%d}.xlsx"
