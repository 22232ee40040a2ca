"""Addresses of the portal. /healthz is answered by portal.health before any address is looked up."""

from django.conf import settings
from django.urls import path
from django.views.generic import TemplateView

from portal import search, views
from portal.overview import views as overview

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("overview/", overview.overview, name="overview"),
    path("overview/<int:code>/", overview.overview, name="overview_place"),
]
if settings.DEBUG:
    # For whoever builds pages: every component with sample data.
    urlpatterns.append(path("gallery/", TemplateView.as_view(template_name="portal/gallery.html"), name="gallery"))
