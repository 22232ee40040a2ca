"""New versions of instruments: copied, edited, published. What was published never changes."""

from __future__ import annotations

from django.db import transaction

from accounts.actors import Actor
from inspections.models import Instrument, InstrumentItem, InstrumentVersion
from records import clock
from records.state import AlreadyDone, Refusal, Refused

ITEM_COPIED = ("code", "group_code", "group", "order", "label", "kind", "choices", "unit", "required", "guidance")


@transaction.atomic
def copy_version(version: InstrumentVersion, *, by: Actor) -> InstrumentVersion:
    """A version of the actor's own office in the making, with the questions of `version`. An instrument from above is
    copied into one of the office's own; a version already in the making is given back."""
    source = version.instrument
    own = Instrument.objects.visible_to(by).filter(code=source.code, division_code=by.division_code).first()
    if own is None:
        own = Instrument.objects.create(
            code=source.code, division_code=by.division_code, title=source.title, basis=source.basis
        )
    versions = InstrumentVersion.objects.visible_to(by).filter(instrument=own).order_by("-number")
    newest: InstrumentVersion | None = versions.first()
    if newest is not None and newest.published_at is None:
        return newest
    made: InstrumentVersion = InstrumentVersion.objects.create(
        instrument=own, division_code=by.division_code, number=(newest.number if newest else 0) + 1,
        note=f"据“{version}”修订"[:200], created_at=clock.now(),
    )  # fmt: skip
    InstrumentItem.objects.bulk_create(
        [InstrumentItem(version=made, **{n: getattr(item, n) for n in ITEM_COPIED}) for item in version.items.all()]
    )
    return made


def writable(version: InstrumentVersion, by: Actor) -> Refusal | None:
    """Why the actor may not edit the version, or None."""
    if version.division_code != by.division_code:
        return Refusal("上级的督导工具不能修改，可以复制为本单位的新版本。")
    if version.published_at is not None:
        return Refusal("已发布的版本不能修改，可以复制为新版本后修改。")
    return None


@transaction.atomic
def publish_version(version: InstrumentVersion, *, by: Actor) -> InstrumentVersion:
    """From now on visits start on it; its questions never change again."""
    row: InstrumentVersion = InstrumentVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if row.published_at is not None:
        raise AlreadyDone(Refusal("该版本已发布。"))
    refused = writable(row, by)
    if refused is not None:
        raise Refused(refused)
    if not InstrumentItem.objects.filter(version=row).exists():
        raise Refused(Refusal("还没有任何问题，不能发布。"))
    row.published_at, row.published_by_id = clock.now(), by.user_id
    row.save()
    return row
