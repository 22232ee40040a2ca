"""Templates of documents: which one is in force for an office, adapting it, going back to the inherited one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.actors import Actor, division_chain
from records import clock
from records.documents.blanks import unknown_in
from records.models import DocumentTemplate
from records.permissions import Permission
from records.state import AlreadyDone, Refusal, Refused


@dataclass(frozen=True)
class Standing:
    """A template in force for an office, and the nearest above that it stands in front of (None: nothing above)."""

    template: DocumentTemplate
    inherited: DocumentTemplate | None
    is_own: bool

    @property
    def has_changed_above(self) -> bool:
        """Whether what it was adapted from reads otherwise now, or is gone."""
        return self.is_own and self.template.inherited_mark != (self.inherited.mark if self.inherited else "")


def standing(by: Actor) -> list[Standing]:
    """The gallery of the actor's office: for each kind and code the nearest row. One query."""
    groups: dict[tuple[str, str], list[DocumentTemplate]] = {}
    for row in DocumentTemplate.objects.visible_to(by).order_by("kind", "code"):
        groups.setdefault((row.kind, row.code), []).append(row)
    return [_standing(rows, by) for rows in groups.values()]


def standing_of(template: DocumentTemplate, by: Actor) -> Standing:
    """How things stand with the kind and code of `template`, whichever of its rows that is."""
    rows = DocumentTemplate.objects.visible_to(by).filter(kind=template.kind, code=template.code)
    return _standing(list(rows), by)


def _standing(rows: Iterable[DocumentTemplate], by: Actor) -> Standing:
    chain: list[int | None] = [*dict.fromkeys(division_chain(by.division_code)), None]
    near_first = sorted(rows, key=lambda row: chain.index(row.division_code))
    nearest = near_first[0]
    is_own = nearest.division_code == by.division_code
    return Standing(nearest, (near_first[1:] or [None])[0] if is_own else nearest, is_own)  # type: ignore[list-item]


def adapt(template: DocumentTemplate, *, by: Actor) -> DocumentTemplate:
    """A row of the office's own that begins as the one in force reads. One that is there already is handed back."""
    _check(by)
    with transaction.atomic():
        now = standing_of(template, by)
        if now.is_own:
            return now.template
        above = now.template
        own: DocumentTemplate = DocumentTemplate.objects.create(
            kind=above.kind, code=above.code, division_code=by.division_code, name=above.name, note=above.note,
            inherited_mark=above.mark, updated_at=clock.now(), written_by_id=by.user_id, **above.texts,
        )  # fmt: skip
    return own


def rewrite(template: DocumentTemplate, *, by: Actor, seen: str, name: str, note: str, texts: dict[str, Any]) -> None:
    """Change the office's own template. `seen`: the mark of the text that the change began with."""
    _check(by)
    with transaction.atomic():
        row = _own(template, by)
        if row.mark != seen:
            raise AlreadyDone(Refusal("这个模板刚刚被他人修改过，本次修改没有保存。请在新窗口打开核对后再改。"))
        strange = unknown_in(row.kind, *map(str, texts.values()))
        if strange:
            raise Refused(Refusal(strange_blanks(strange)))
        row.name, row.note = name, note
        for field, text in texts.items():
            setattr(row, field, text)
        row.updated_at, row.written_by_id = clock.now(), by.user_id
        row.save()


def strange_blanks(names: list[str]) -> str:
    """The sentence for blanks that the kind does not have."""
    return f"{'、'.join(f'“{name}”' for name in names)}不是这个文种可用的空白。请从下面的名单中选用，或改为普通文字。"


def keep_own(template: DocumentTemplate, *, by: Actor) -> None:
    """The office has looked at what changed above, and stays with its own words."""
    _check(by)
    with transaction.atomic():
        row = _own(template, by)
        inherited = standing_of(row, by).inherited
        row.inherited_mark = inherited.mark if inherited else ""
        row.save(update_fields=["inherited_mark"])


def reset(template: DocumentTemplate, *, by: Actor) -> DocumentTemplate:
    """Give up the office's own words: the inherited template is in force again, and handed back."""
    _check(by)
    with transaction.atomic():
        row = _own(template, by)
        inherited = standing_of(row, by).inherited
        if inherited is None:
            raise Refused(Refusal("上级没有同一模板，不能恢复；不再使用时请改写它的内容。"))
        row.delete()
    return inherited


def _check(by: Actor) -> None:
    if not by.can(Permission.MANAGE_TEMPLATES):
        raise Refused(Refusal(f"您当前的身份（{by.role_label}）无权修改公文模板。"))


def _own(template: DocumentTemplate, by: Actor) -> DocumentTemplate:
    """The office's own row, locked."""
    rows = DocumentTemplate.objects.visible_to(by).filter(pk=template.pk, division_code=by.division_code)
    row: DocumentTemplate | None = rows.select_for_update(of=("self",)).first()
    if row is None:
        raise Refused(Refusal("只能修改本单位的模板；上级的模板请先“改为本单位的”。"))
    return row
