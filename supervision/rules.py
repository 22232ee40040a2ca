"""What must hold of a school's facts taken together; the form and the import of a spreadsheet ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from supervision import identification
from supervision.models import School

CLOSED_EARLY = "撤销日期不能早于设立日期。"


def profile_faults(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, sentence) of what does not fit together, "" for all of it; what is absent or None is not judged."""
    found = []
    if code := facts.get("code"):
        told = identification.faults(code, stage=facts.get("stage") or "", division_code=facts.get("division"))
        found += [("code", sentence) for sentence in told]
    opened, closed = facts.get("opened_on"), facts.get("closed_on")
    if opened and closed and closed < opened:
        found.append(("closed_on", CLOSED_EARLY))
    if facts.get("ownership") == School.Ownership.PRIVATE and not facts.get("approving_authority"):
        found.append(("approving_authority", "民办学校须填写审批机关。"))
    return [*found, *_position_faults(facts.get("longitude"), facts.get("latitude"))]


def _position_faults(longitude: Any, latitude: Any) -> list[tuple[str, str]]:
    if (longitude is None) != (latitude is None):
        return [("latitude" if latitude is None else "longitude", "经度和纬度须同时填写。")]
    if longitude is not None and not (73 <= longitude <= 136 and 3 <= latitude <= 54):
        return [("", "经纬度须成对填写，且在中国境内。")]  # a form hears it from the table's own constraint
    return []
