"""Instruments for programs: to read, and an office's own versions in the making."""

from __future__ import annotations

from typing import Any

import django_filters

from accounts.actors import Actor
from accounts.api import fields as f
from accounts.api.resources import Deed, Resource, removing
from inspections.actions import instruments
from inspections.forms import ItemForm, VersionForm
from inspections.models import Instrument, InstrumentItem, InstrumentVersion
from inspections.permissions import Permission as P
from records.state import Refused

SEES_INSTRUMENTS = (P.VIEW_INSTRUMENTS, P.READ_SERVED_VISITS)
MAKES = (P.MANAGE_INSTRUMENTS,)


def _writable(actor: Actor, version: Any) -> None:
    refused = instruments.writable(version, actor)
    if refused is not None:
        raise Refused(refused)


def _copy(actor: Actor, on: Any, form: Any) -> InstrumentVersion:
    return instruments.copy_version(on, by=actor)


def _publish(actor: Actor, on: Any, form: Any) -> InstrumentVersion:
    return instruments.publish_version(on, by=actor)


def _add_item(actor: Actor, on: Any, form: Any) -> None:
    form.save()


def _item_form(data: Any, files: Any, actor: Actor, on: Any) -> ItemForm:
    """Of a version: a new question; of a question: itself."""
    question = on if isinstance(on, InstrumentItem) else InstrumentItem(version=on or InstrumentVersion())
    return ItemForm(data, instance=question, version=question.version)


def _writable_item(actor: Actor, item: Any) -> None:
    _writable(actor, item.version)


QUESTION = f.record(
    id=f.INTEGER, code=f.STRING, group_code=f.STRING, group=f.STRING, order=f.INTEGER, label=f.STRING, kind=f.STRING,
    choices=f.listed({"type": "object", "additionalProperties": True}), unit=f.STRING, required=f.BOOLEAN, guidance=f.STRING,
)  # fmt: skip
INSTRUMENTS = Resource(
    name="instruments", title="督导工具", room="inspections", words=(P.VIEW_INSTRUMENTS,), order="code",
    rows=lambda actor: Instrument.objects.visible_to(actor),
    fields=(f.text("code", "代码", sort=True), f.text("title", "名称"), f.text("basis", "依据"), f.number("division_code", "区划", null=True)),
)  # fmt: skip


class VersionFilter(django_filters.FilterSet):
    """Of one instrument; only what is published."""

    instrument = django_filters.NumberFilter(label="工具编号", field_name="instrument_id")
    published = django_filters.BooleanFilter(
        label="已发布", field_name="published_at", lookup_expr="isnull", exclude=True
    )


VERSIONS = Resource(
    name="instrument-versions", title="督导工具的版本", room="inspections", words=SEES_INSTRUMENTS, filterset=VersionFilter,
    rows=lambda actor: InstrumentVersion.objects.visible_to(actor),
    fields=(
        f.ref("instrument", "工具", shown="title"), f.number("number", "版本", sort=True), f.text("note", "修订说明"),
        f.number("division_code", "区划", null=True), f.moment("created_at", "建立时间", sort=True), f.moment("published_at", "发布时间"),
    ),
    parts=(f.Part("items", "问题", f.listed(QUESTION), lambda v, actor: list(v.items.order_by("order", "id").values(*QUESTION["properties"]))),),
    change=Deed("change", "修改修订说明", lambda actor, on, form: form.save(), MAKES, check=_writable,
                form=lambda data, files, actor, on: VersionForm(data, instance=on)),
    deeds=(
        Deed("copy", "复制为本单位的新版本", _copy, MAKES, help="返回新版本；本单位已有编辑中的版本时返回该版本。"),
        Deed("publish", "发布", _publish, MAKES),
        Deed("add-item", "增加问题", _add_item, MAKES, _item_form, check=_writable),
    ),
)  # fmt: skip
ITEMS = Resource(
    name="instrument-items", title="督导工具的问题", room="inspections", words=SEES_INSTRUMENTS, order="order",
    rows=lambda actor: InstrumentItem.objects.visible_to(actor),
    fields=(
        f.number("version", "版本编号", column="version_id"), f.text("code", "编号"), f.text("group_code", "督导事项编号"), f.text("group", "督导事项"),
        f.number("order", "顺序", sort=True), f.text("label", "问题"), *f.coded("kind", "答案类型", InstrumentItem.Kind.choices),
        f.Field("choices", QUESTION["properties"]["choices"], ("choices",)), f.text("unit", "单位"), f.flag("required", "必答"),
        f.text("guidance", "说明"),
    ),
    change=Deed("change", "修改问题", lambda actor, on, form: form.save(), MAKES, _item_form, check=_writable_item),
    deeds=(Deed("remove", "删除问题", removing(lambda actor, on: on.delete()), MAKES, check=_writable_item),),
)  # fmt: skip
RESOURCES = (INSTRUMENTS, VERSIONS, ITEMS)
