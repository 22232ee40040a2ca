"""What somebody who leaves holds open in an organization, and how it passes to a successor (离岗移交).

Each room registers its kinds once, in its own `handover.py`, imported by its AppConfig. What is history (who found, who
signed, who visited) stays as it is and is registered nowhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Value

from accounts.actors import Actor
from accounts.models import Membership, Organization, User
from records import clock

Held = Callable[[User, Organization], QuerySet[Any]]
Move = Callable[[User, User, Organization, Actor], int]
Hinder = Callable[[User, User, Organization], str]


@dataclass(frozen=True)
class Kind:
    """One kind of open work. `move` is None for what only the person himself can end: it is shown and stays (`note`
    says why). `hinder` answers why the successor cannot take what there is; `note` is a remark of the preview, such as
    what four eyes will refuse him later. `columns` names what it moves or shows, as `records.document.drafted_by`: a test
    walks every column that points at a person and asks for it here or for a reason.
    """

    label: str
    open_items: Held
    move: Move | None
    hinder: Hinder | None = None
    note: str = ""
    columns: tuple[str, ...] = ()


kinds: list[Kind] = []


def register_handover(
    label: str,
    *,
    columns: tuple[str, ...],
    open_items: Held,
    move: Move,
    hinder: Hinder | None = None,
    note: str = "",
) -> None:
    """`open_items(user, organization)` are the rows, `move(from_, to, organization, by)` passes everything on and says how
    many; both run in the scope of the organization's office and filter by its own code. `move` may run twice.
    """
    kinds.append(Kind(label, open_items, move, hinder, note, columns))


def register_kept(label: str, *, columns: tuple[str, ...], open_items: Held, why: str) -> None:
    """Open work that does not pass: the preview shows it, so that it is ended before."""
    kinds.append(Kind(label, open_items, None, None, why, columns))


@dataclass(frozen=True)
class Line:
    """A kind as the preview shows it, with how much of it there is and why the successor cannot take it."""

    kind: Kind
    count: int
    hindrance: str = ""

    @property
    def stays(self) -> bool:
        return self.kind.move is None


def preview(user: User, organization: Organization, successor: User | None = None) -> list[Line]:
    """Every kind of which the person holds something. One query for what there is."""
    held = [kind.open_items(user, organization) for kind in kinds]
    rows = [one.order_by().values("pk", of_kind=Value(n)) for n, one in enumerate(held)]
    counts = Counter(row["of_kind"] for row in rows[0].union(*rows[1:], all=True)) if rows else Counter()
    return [
        Line(kind, counts[n], _hindrance(kind, user, successor, organization))
        for n, kind in enumerate(kinds)
        if counts[n]
    ]


def _hindrance(kind: Kind, user: User, successor: User | None, organization: Organization) -> str:
    return kind.hinder(user, successor, organization) if kind.hinder and successor else ""


def roles_in(user: User, organization: Organization) -> set[str]:
    """As what the person may act for the organization today."""
    rows = Membership.objects.filter(user=user, organization=organization).valid_on(clock.today())
    return set(rows.values_list("role", flat=True))
