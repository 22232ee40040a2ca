"""Everything the product serves, and the floors: what the same server can do at best."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path
from rest_framework.renderers import JSONRenderer

from bench.floors import COLUMNS, floor_rows
from bench.sql import run

ROW = "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
PAGE = engines["django"].from_string(f"<!doctype html><title>floor</title><table>{ROW}</table>")
NAMES = [name.strip() for name in COLUMNS.split(",")]


@login_not_required
def floor(request: HttpRequest, name: str, scope: str, value: int) -> HttpResponse:
    """A bare view: one SELECT … LIMIT 50 and a small template. Asks nothing of who reads."""
    return HttpResponse(PAGE.render({"rows": floor_rows(name, scope, value)}))


@login_not_required
def floor_json(request: HttpRequest, name: str, scope: str, value: int) -> HttpResponse:
    """The same fifty rows as dicts through DRF's renderer."""
    rows = [dict(zip(NAMES, row, strict=True)) for row in floor_rows(name, scope, value)]
    return HttpResponse(JSONRenderer().render({"next": None, "results": rows}), content_type="application/json")


@login_not_required
def floor_insert(request: HttpRequest) -> HttpResponse:
    """One INSERT."""
    run(
        "INSERT INTO bench_insert (id, number, title, school, severity, state) VALUES (1, '整', '事由', '学校', 'general', 'draft')"
    )
    return HttpResponse("{}", status=201)


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """A view that does nothing: what the server and the middleware cost."""
    return HttpResponse("ok")


urlpatterns = [
    path("bench/floor/<str:name>/<str:scope>/<int:value>/", floor),
    path("bench/floor-json/<str:name>/<str:scope>/<int:value>/", floor_json),
    path("bench/floor-insert/", floor_insert),
    path("bench/bare/", bare),
    path("", include("config.urls")),
]
