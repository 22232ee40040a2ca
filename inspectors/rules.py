"""What must hold of an appointment's facts taken together; the form and the import of a spreadsheet ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspectors.models import Inspector


def appointment_faults(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(field, sentence) of what does not fit together (教育督导条例第六条); what is absent or None is not judged."""
    begins, ends = facts.get("valid_from"), facts.get("valid_until")
    if begins and ends and ends < begins:
        return [("valid_until", "届满日期不能早于聘任日期。")]
    if facts.get("kind") == Inspector.Kind.PART_TIME and not ends:
        return [("valid_until", "兼职督学须填写聘期届满日期（教育督导条例第六条：每届任期3年）。")]
    return []
