"""Everything the product serves, and the floor: what the same server can do at best."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

ROW = "{% for row in rows %}<tr><td>{{ row.0 }}</td><td>{{ row.1 }}</td><td>{{ row.2 }}</td></tr>{% endfor %}"


@login_not_required
def floor(request: HttpRequest) -> HttpResponse:
    """A bare view: one SELECT … LIMIT 50 and a small template. Nobody is asked who he is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name, level FROM accounts_division ORDER BY code LIMIT 50")
        rows = cursor.fetchall()
    return HttpResponse(engines["django"].from_string(f"<table>{ROW}</table>").render({"rows": rows}, request))


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """A view that does nothing: what the server and the middleware cost."""
    return HttpResponse("ok")


urlpatterns = [path("bench/floor/", floor), path("bench/bare/", bare), path("", include("config.urls"))]
