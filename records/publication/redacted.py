"""The redacted version of a publication, made from its full text and the decisions on its flags; the full one is untouched."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from records import clock
from records.models import Publication, RedactionFlag
from records.publication.redaction import TITLE, apply, passages, rebuilt

D = RedactionFlag.Decision


@dataclass(frozen=True)
class Redacted:
    """What the public would read: masked where a person said so; where nobody has decided yet, the suggested mask."""

    title: str
    blocks: list[dict[str, Any]]

    @property
    def words(self) -> str:
        return "\n".join(passages(self.title, self.blocks).values())


def redacted(publication: Publication, flags: Iterable[RedactionFlag]) -> Redacted:
    texts = passages(publication.title, publication.blocks)
    masks: dict[str, list[tuple[int, int, str]]] = {}
    for flag in flags:
        if flag.attachment_id is None and flag.decision != D.KEEP:
            masks.setdefault(flag.place, []).append((flag.start, flag.end, flag.mask))
    made = {place: apply(text, masks.get(place, ())) for place, text in texts.items()}
    return Redacted(made[TITLE], rebuilt(publication.blocks, made))


def photos_to_show(flags: Iterable[RedactionFlag]) -> list[RedactionFlag]:
    """The photos that go out: kept as they are, or with something covered."""
    return [f for f in flags if f.attachment_id is not None and f.decision in (D.KEEP, D.MASK)]


def fingerprint(publication: Publication, flags: Sequence[RedactionFlag]) -> str:
    """Of all that decides what goes out: changed by whatever changes that."""
    decisions = sorted(
        [f.place, f.start, f.end, f.attachment_id or 0, f.decision, f.mask, f.boxes, f.blurred, f.caption]
        for f in flags
    )
    dates = [str(publication.shows_from), str(publication.shows_until or "")]
    whole = [publication.kind_of, publication.title, publication.blocks, dates, decisions]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def facts_of(publication: Publication) -> tuple[list[tuple[str, str]], str]:
    """What stands under the title of the public's file, and its foot. `publication` comes with document and author."""
    document = publication.document
    facts = [("发布单位", publication.author_org.name)]
    if document is not None and document.number:
        facts.append(("文号", document.number))
    facts.append(("公开日期", _day(publication.shows_from)))
    if publication.shows_until:
        facts.append(("公开截止", _day(publication.shows_until)))
    made = clock.local(publication.approved_at).date() if publication.approved_at else clock.today()
    return (
        facts,
        f"本文件为公开版本，已按规定对个人信息作了处理，于{_day(made)}批准公开。以发布单位网站公布的内容为准。",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
