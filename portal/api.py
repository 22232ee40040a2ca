"""/api/: the rooms' resources, the OpenAPI document and its page."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from accounts.api import contacts, directory, people
from accounts.api.addresses import addresses
from accounts.api.entrance import EntranceView, IndexView, MeView, UnknownView
from accounts.api.resources import Resource
from accounts.api.sign_in import SignInView
from accounts.decorators import requires
from accounts.permissions import Permission
from accounts.scope import scope
from inspections import api as inspections
from inspections import api_instruments
from inspectors import api as inspectors
from portal.reading import FiguresView, SearchView
from records.api import archive, desk, dispatches, documents, files, letters, publications, services, timing
from rectification import api as rectification
from supervision import api as supervision

RESOURCES: tuple[Resource, ...] = (
    *people.RESOURCES,
    *contacts.RESOURCES,
    *directory.RESOURCES,
    *documents.RESOURCES,
    *services.RESOURCES,
    *letters.RESOURCES,
    *publications.RESOURCES,
    files.ATTACHMENTS,
    *timing.RESOURCES,
    *dispatches.RESOURCES,
    *desk.RESOURCES,
    *archive.RESOURCES,
    *supervision.RESOURCES,
    *inspectors.RESOURCES,
    *rectification.RESOURCES,
    *inspections.RESOURCES,
    *api_instruments.RESOURCES,
)


@cache
def document() -> bytes:
    """The OpenAPI document: the same for everybody, so made once in a process, and without a scope."""
    with scope(None):
        found = SchemaGenerator(patterns=[path("api/v1/", include_v1())]).get_schema(request=None, public=True)
    return bytes(OpenApiJsonRenderer().render(found, renderer_context={}))


def include_v1() -> Any:
    return (V1, None, None)


class SchemaView(EntranceView):
    """Whoever is signed in or has a token: it tells nothing of anybody, but the house is a closed one."""

    schema: Any = None

    def get(self, request: Any) -> HttpResponse:
        return HttpResponse(document(), content_type="application/vnd.oai.openapi+json")


@require_GET
@requires(Permission.USE_ACCOUNT)
def reference(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/api_reference.html")


V1 = [
    path("", IndexView.as_view(resources=RESOURCES), name="index"),
    path("me/", MeView.as_view(), name="me"),
    path("auth/token/", SignInView.as_view(), name="auth.token"),
    path("figures/", FiguresView.as_view(), name="figures"),
    path("search/", SearchView.as_view(), name="search"),
    *(address for resource in RESOURCES for address in addresses(resource)),
]
app_name = "api"
urlpatterns = [
    path("v1/", include_v1()),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("docs/", reference, name="docs"),
    re_path(r"^(?P<rest>.*)$", UnknownView.as_view(), name="unknown"),
]
