"""机关代字 of an office: the code in front of its documents' numbers, one for each kind."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.actors import Actor
from records.models import DocumentSeries
from records.rendering.papers import Layout


def series_of(by: Actor) -> dict[str, str]:
    """The codes in force by kind of document."""
    return dict(DocumentSeries.objects.visible_to(by).values_list("kind", "code"))


def layouts_of(by: Actor) -> dict[str, str]:
    """The formats that the office has chosen, by kind of document."""
    return dict(DocumentSeries.objects.visible_to(by).values_list("kind", "layout"))


def layout_for(owner_code: int, kind: str) -> str:
    """The format in which the office's papers of the kind begin."""
    row = DocumentSeries.objects.filter(owner_code=owner_code, kind=kind).first()
    return row.layout if row else Layout.OFFICIAL.value


def set_series(*, by: Actor, codes: Mapping[str, str], layouts: Mapping[str, str] | None = None) -> int:
    """Set the office's codes; an empty one takes the series away, so that nothing of the kind can be approved. Numbers
    given stay, and a code used before goes on counting where it stopped. `layouts`: the office's format for papers of
    the kind from now on. Returns how many changed."""
    before, arranged, wanted = series_of(by), layouts_of(by), layouts or {}
    changed = {
        kind: code
        for kind, code in codes.items()
        if before.get(kind, "") != code or (code and wanted.get(kind, arranged.get(kind)) != arranged.get(kind))
    }
    with transaction.atomic():
        for kind, code in changed.items():
            if code:
                DocumentSeries.objects.update_or_create(
                    owner_code=by.division_code,
                    kind=kind,
                    defaults={"code": code} | ({"layout": wanted[kind]} if kind in wanted else {}),
                )
            else:
                DocumentSeries.objects.visible_to(by).filter(kind=kind).delete()
    return len(changed)
