"""The public site's pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.public.pages import kept, page


@require_safe
@kept()
def home(request: HttpRequest) -> HttpResponse:
    """What is new, and the ways into the site."""
    return page("public/home.html")
