"""From resources to addresses. The views take their methods from what the resource can do."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from accounts.api.resources import Resource
from accounts.api.views import DeedView, DownloadView, ItemView, ListView, PartAndDeedView, PartView


def addresses(resource: Resource) -> Iterator[URLPattern]:
    """Each named by its operation: tickets.list, tickets.read, tickets.report … A list's POST and an object's PATCH share
    the address, so they share the name."""
    base, one = f"{resource.name}/", f"{resource.name}/<{resource.pk}:pk>/"
    lists = ["get", *(["post"] if resource.create else [])]
    reads = ["get", *(["patch"] if resource.change else [])]
    if resource.listed:
        yield path(base, ListView.as_view(resource=resource, http_method_names=lists), name=f"{resource.name}.list")
    yield path(one, ItemView.as_view(resource=resource, http_method_names=reads), name=f"{resource.name}.read")
    deeds = {deed.address: deed for deed in resource.deeds}
    for part in resource.parts:
        if part.inline:
            continue
        deed = deeds.pop(part.name, None)
        if deed is not None:  # what is read there is also added to there
            view = PartAndDeedView.as_view(resource=resource, part=part, deed=deed, http_method_names=["get", "post"])
        else:
            view = PartView.as_view(resource=resource, part=part, http_method_names=["get"])
        yield path(f"{one}{part.name}/", view, name=f"{resource.name}.{part.name}")
    for deed in deeds.values():
        view = DeedView.as_view(resource=resource, deed=deed, http_method_names=["post"])
        yield path(f"{one}{deed.address}/", view, name=f"{resource.name}.{deed.name}")
    for download in resource.downloads:
        view = DownloadView.as_view(resource=resource, download=download, http_method_names=["get"])
        yield path(f"{one}{download.name}/", view, name=f"{resource.name}.{download.name}")
