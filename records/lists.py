"""Every list page: filters in the address, sort, paging, capped count, columns chosen (ui.md, Conventions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.core.paginator import PageNotAnInteger, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse

COUNT_TO = 1000
PER_PAGE = 50


@dataclass(frozen=True)
class Column:
    """A column of a list: `sort` is the ORM path that orders by it (empty: cannot be sorted). `reads`: the fields that its
    cell shows, which are then fetched only while the column is shown."""

    key: str
    label: str
    sort: str = ""
    shown: bool = True
    reads: tuple[str, ...] = ()


Read = Callable[[list[Any]], QuerySet[Any]]


class CappedPaginator(Paginator):
    """Counts to 1,000 and then says "1000+": cost does not grow with the table. Beyond, pages go by previous and next.

    The keys that are counted also say which rows a page holds: the conditions of the door and of the filters are weighed
    once, without what a line shows, and a page is then read by its fifty keys. `read` is how (default: as the list is).
    """

    def __init__(self, rows: QuerySet[Any], per_page: int, *, read: Read | None = None) -> None:
        super().__init__(rows, per_page)
        self.read = read or self._as_it_is

    def _as_it_is(self, keys: list[Any]) -> QuerySet[Any]:
        return cast("QuerySet[Any]", self.object_list).order_by().filter(pk__in=keys)

    @cached_property
    def keys(self) -> list[Any]:
        """Of the rows in the list's order, as many as are counted."""
        rows = cast("QuerySet[Any]", self.object_list)
        return list(rows.values_list("pk", flat=True)[: COUNT_TO + 1])

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return len(self.keys)

    @cached_property
    def num_pages(self) -> int:  # type: ignore[override]
        return super().num_pages if self.count <= COUNT_TO else 0

    def validate_number(self, number: Any) -> int:
        if self.count <= COUNT_TO:
            return super().validate_number(number)
        # What is no page leads to the first: beyond 1,000 nobody knows the last, which get_page would offer instead.
        try:
            page = int(number)
        except (TypeError, ValueError):
            raise PageNotAnInteger("页码不是数字。") from None
        if page < 1:
            raise PageNotAnInteger("页码从1开始。")
        return page

    def page(self, number: Any) -> Any:
        page = super().page(number)
        bottom = (page.number - 1) * self.per_page
        keys = self.keys[bottom : bottom + self.per_page + 1]
        if self.count > COUNT_TO:
            if bottom + self.per_page >= COUNT_TO:
                rows = cast("QuerySet[Any]", self.object_list).values_list("pk", flat=True)
                keys = list(rows[bottom : bottom + self.per_page + 1])
            more = len(keys) > self.per_page
            page.has_next = lambda: more  # type: ignore[method-assign]
            page.has_other_pages = lambda: more or page.number > 1  # type: ignore[method-assign]
        page.object_list = self._rows(keys[: self.per_page])
        return page

    def _rows(self, keys: list[Any]) -> list[Any]:
        found = {row.pk: row for row in self.read(keys)} if keys else {}
        return [found[key] for key in keys if key in found]


def listing(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    columns: Sequence[Column],
    default_sort: str,
    filterset_class: type[Any] | None = None,
    per_page: int = PER_PAGE,
    export: str = "",
    reads: Sequence[str] = (),
    beside: Sequence[Any] = (),
) -> dict[str, Any]:
    """The context of components/list.html. `queryset` has come through visible_to; a bad page or sort falls back.

    `export`: the name under which the list is registered with records.exports; the page then offers it as Excel.
    `reads`: fields that every line shows; with them a line is read with these and its columns' `reads` alone, instead of
    as `queryset` says, and with the prefetches `beside`.
    """
    filterset = filterset_class(request.GET, queryset=queryset, request=request) if filterset_class else None
    rows = filterset.qs if filterset is not None else queryset
    rows = rows.order_by(*ordering(request.GET.get("sort", ""), columns, default_sort))
    shown = chosen_columns(request.GET, columns)
    fields = [*reads, *(path for column in columns if shown[column.key] for path in column.reads)]
    paginator = CappedPaginator(rows, per_page, read=reader(rows, fields, beside) if reads else None)
    page = paginator.get_page(request.GET.get("page"))
    return {
        "page_obj": page,
        "total": paginator.count,
        "filter_form": filterset.form if filterset is not None else None,
        "columns": [{"key": c.key, "label": c.label, "shown": shown[c.key]} for c in columns],
        "shown": shown,
        "export_url": export_url(request, export) if export else "",
    }


def reader(rows: QuerySet[Any], fields: Sequence[str], beside: Sequence[Any] = ()) -> Read:
    """Reads rows by keys that came through the door in the same transaction; row security asks again. Only `fields`."""
    related = sorted({path.rpartition("__")[0] for path in fields} - {""})
    bare = rows.model._base_manager.using(rows.db).only(*fields)
    bare = bare.select_related(*related) if related else bare
    return lambda keys: bare.filter(pk__in=keys).prefetch_related(*beside)


def export_url(request: HttpRequest, name: str, **more: Any) -> str:
    """Where the list is fetched as Excel, with the filters, the order and the columns of the page. `more`: what the
    page has in its path."""
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in more.items():
        query[key] = str(value)
    return f"{reverse('records:list_export', args=[name])}?{query.urlencode()}"


def chosen_columns(query: QueryDict, columns: Sequence[Column]) -> dict[str, bool]:
    """By column key whether it is shown: as the address says, else as the list begins."""
    chosen = set(query.getlist("cols"))
    return {c.key: (c.key in chosen if chosen else c.shown) for c in columns}


def ordering(asked: str, columns: Sequence[Column], default: str) -> list[str]:
    """What to order by: the asked column if it can be sorted, else the default; the key settles ties."""
    sorts = {c.key: c.sort for c in columns if c.sort}
    path = sorts.get(asked.removeprefix("-"))
    wanted = ("-" if asked.startswith("-") else "") + path if path else default
    return [wanted, "-pk" if wanted.startswith("-") else "pk"]
