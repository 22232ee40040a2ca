"""机关代字 of an office: the code in front of its documents' numbers, one for each kind."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.actors import Actor
from records.models import DocumentSeries


def series_of(by: Actor) -> dict[str, str]:
    """The codes in force by kind of document."""
    return dict(DocumentSeries.objects.visible_to(by).values_list("kind", "code"))


def set_series(*, by: Actor, codes: Mapping[str, str]) -> int:
    """Set the office's codes; an empty one takes the series away, so that nothing of the kind can be approved. Numbers
    given stay, and a code used before goes on counting where it stopped. Returns how many changed."""
    before = series_of(by)
    changed = {kind: code for kind, code in codes.items() if before.get(kind, "") != code}
    with transaction.atomic():
        for kind, code in changed.items():
            if code:
                DocumentSeries.objects.update_or_create(owner_code=by.division_code, kind=kind, defaults={"code": code})
            else:
                DocumentSeries.objects.visible_to(by).filter(kind=kind).delete()
    return len(changed)
