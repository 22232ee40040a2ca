"""Everything that happened to one thing, as a page and as the block that other pages load."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.decorators import actor_of, requires
from records.models import Root
from records.permissions import Permission
from records.trail.trails import story, thing_of, trail_of
from records.web import page_of_root


@require_GET
@requires(Permission.VIEW_TRAIL)
def trail(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    actor, told = actor_of(request), trail_of(kind)
    thing = thing_of(told, pk, actor) if told else None
    if told is None or thing is None:
        raise Http404("没有这一项，或不在您当前身份的范围内。")
    context = {"entries": story(told, thing, actor), "filtering": True, "address": request.path}
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "components/timeline.html", context)
    context |= {"thing": thing, "noun": thing._meta.verbose_name, "url": _page_of(thing)}
    return render(request, "records/trail.html", context)


def _page_of(thing: object) -> str:
    if isinstance(thing, Root):
        return page_of_root(thing)
    address = getattr(thing, "get_absolute_url", None)
    return str(address()) if address else ""
