"""What the redaction editor shows: both texts piece by piece with their marks, and the flags in the text's order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from records import clock
from records.models import Publication, PublishedCopy, RedactionFlag
from records.publication.forms import boxes_as_text
from records.publication.redacted import D, Redacted, photos_to_show
from records.publication.redaction import TITLE, passages

AROUND = 14


@dataclass(frozen=True)
class Piece:
    """One paragraph, heading or table row of both versions. `role`: title, heading, text, row."""

    role: str
    full: SafeString
    public: SafeString


@dataclass(frozen=True)
class FlagLine:
    """A flag with the words around it; `alike`: how many wait with the same words, itself among them."""

    flag: RedactionFlag
    before: str
    after: str
    alike: int


@dataclass(frozen=True)
class PhotoLine:
    flag: RedactionFlag
    boxes: str
    full_url: str
    public_url: str


@dataclass(frozen=True)
class Editor:
    pieces: list[Piece]
    open: list[FlagLine]
    done: list[FlagLine]
    photos: list[PhotoLine]

    @property
    def waiting(self) -> int:
        return len(self.open) + sum(line.flag.decision == "" for line in self.photos)

    @property
    def total(self) -> int:
        return len(self.open) + len(self.done) + len(self.photos)


def editor_of(publication: Publication, flags: Sequence[RedactionFlag]) -> Editor:
    texts = passages(publication.title, publication.blocks)
    by_place: dict[str, list[RedactionFlag]] = {}
    for flag in flags:
        if flag.attachment_id is None:
            by_place.setdefault(flag.place, []).append(flag)
    for rows in by_place.values():
        rows.sort(key=lambda flag: flag.start)
    waiting: dict[tuple[str, str], int] = {}
    for flag in flags:
        if flag.decision == "":
            waiting[flag.kind, flag.text] = waiting.get((flag.kind, flag.text), 0) + 1
    lines = [
        FlagLine(flag, *_around(texts[place], flag), alike=waiting.get((flag.kind, flag.text), 0))
        for place in texts
        for flag in by_place.get(place, ())
    ]
    return Editor(
        pieces=list(_pieces(publication, texts, by_place)),
        open=[line for line in lines if line.flag.decision == ""],
        done=[line for line in lines if line.flag.decision != ""],
        photos=[_photo(flag) for flag in flags if flag.attachment_id is not None],
    )


def _around(text: str, flag: RedactionFlag) -> tuple[str, str]:
    before, after = text[max(0, flag.start - AROUND) : flag.start], text[flag.end : flag.end + AROUND]
    return ("…" if flag.start > AROUND else "") + before, after + ("…" if flag.end + AROUND < len(text) else "")


def _photo(flag: RedactionFlag) -> PhotoLine:
    url = reverse("records:photo_image", args=[flag.publication_id, flag.pk])
    return PhotoLine(flag, boxes_as_text(flag.boxes), url, f"{url}?redacted")


def _pieces(
    publication: Publication, texts: dict[str, str], by_place: dict[str, list[RedactionFlag]]
) -> Iterable[Piece]:
    def both(place: str) -> tuple[SafeString, SafeString]:
        return _marked(texts[place], by_place.get(place, ()))

    yield Piece("title", *both(TITLE))
    for n, block in enumerate(publication.blocks):
        if "rows" not in block:
            yield Piece("heading" if block.get("level") else "text", *both(str(n)))
            continue
        for r in range(-1, len(block["rows"])):
            cells = [both(f"{n}.{r}.{c}") for c in range(len(block["header"]))]
            yield Piece("row", *(_cells(side) for side in zip(*cells, strict=True)))


def _cells(cells: Iterable[SafeString]) -> SafeString:
    return format_html_join(" ｜ ", "{}", ((cell,) for cell in cells))


def _marked(text: str, flags: Iterable[RedactionFlag]) -> tuple[SafeString, SafeString]:
    """The full text with links to its flags, and the public's with what stands there instead."""
    full, public = [], []
    at = 0
    for flag in flags:
        between = text[at : flag.start]
        full += [format_html("{}", between), _mark(flag)]
        public += [format_html("{}", between), _instead(flag)]
        at = flag.end
    rest = format_html("{}", text[at:])
    return _joined([*full, rest]), _joined([*public, rest])


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def _mark(flag: RedactionFlag) -> SafeString:
    tone = {"": "open", D.KEEP: "kept"}.get(flag.decision, "masked")
    words = f"{flag.get_kind_display()}，{flag.get_decision_display()}"
    return format_html('<a class="flagged is-{}" href="#flag-{}" title="{}">{}</a>', tone, flag.pk, words, flag.text)


def _instead(flag: RedactionFlag) -> SafeString:
    if flag.decision == D.KEEP:
        return format_html("{}", flag.text)
    return format_html('<span class="masked{}">{}</span>', "" if flag.decision else " is-open", flag.mask)


# --- as the public sees it -------------------------------------------------------------------------------------------


def public_view(publication: Publication, version: Redacted) -> PublishedCopy:
    """A copy that is not saved: what the public's page would be made of."""
    document = publication.document
    return PublishedCopy(
        owner_code=publication.owner_code, kind=publication.kind_of, title=version.title, blocks=version.blocks,
        issuer=publication.author_org.name, number=document.number if document is not None else "", dated=clock.today(),
        division_name="", province_name="", shows_from=publication.shows_from, shows_until=publication.shows_until,
    )  # fmt: skip


def photos_of(flags: Iterable[RedactionFlag]) -> list[dict[str, Any]]:
    """The photos that would go out, as the public's page shows them."""
    return [
        {"url": _photo(flag).public_url, "caption": flag.caption or "照片", "width": 800, "height": 600}
        for flag in photos_to_show(flags)
    ]
