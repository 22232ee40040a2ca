"""An office sets how long it keeps a kind of file, never shorter than the offices above it; or goes back to their rule."""

from __future__ import annotations

from accounts.actors import Actor
from records.archive.retention import inherited_by, is_shorter
from records.models import RetentionRule
from records.models.archive import period_label
from records.permissions import Permission
from records.state import Refusal, Refused


def set_retention(kind: str, *, by: Actor, years: int | None, basis: str, basis_kind: str) -> RetentionRule:
    """The office's own row. `years`: None for ever. Files that are opened already keep what was written into them."""
    _may(by)
    above = inherited_by(kind, by.division_code)
    if is_shorter(years, above.years):
        raise Refused(Refusal(f"上级规定保管{period_label(above.years)}，本单位只能同样长或者更长。"))
    if not basis.strip():
        raise Refused(
            Refusal("请写明依据，如本单位经同级档案主管部门审查的保管期限表；没有文件依据的写明理由并选“本地惯例”。")
        )
    # Stands a double click: the second of two that find nothing takes the row that the first has written.
    row: RetentionRule = RetentionRule.objects.update_or_create(
        kind=kind, division_code=by.division_code,
        defaults={"years": years, "basis": basis.strip(), "basis_kind": basis_kind},
    )[0]  # fmt: skip
    return row


def reset_retention(kind: str, *, by: Actor) -> None:
    """What binds from above holds again."""
    _may(by)
    RetentionRule.objects.filter(kind=kind, division_code=by.division_code).delete()


def _may(by: Actor) -> None:
    if not by.is_office or not by.can(Permission.SET_RULES):
        raise Refused(Refusal("保管期限由督导办负责人规定。"))
