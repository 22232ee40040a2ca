"""Who sees a root: the truth table of architecture.md §2, against each lock with the other switched off.

`both`: visible_to under row security. `database`: row security alone, the code asks for everything.
`code`: visible_to alone, as the owner, whom row security does not bind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import Actor, Role
from accounts.hardening import roots
from accounts.scope import scope
from records import clock
from records.models import Root
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import add_party, builders, make

pytestmark = pytest.mark.django_db

# What has happened to the root; "draft" has not left its author's desk.
STAGES: dict[str, tuple[str, ...]] = {
    "draft": (),
    "filed": ("filed_at",),
    "served": ("filed_at", "served_at"),
    "reported": ("filed_at", "reported_at"),
}
# County-owned root about a school of 530102: place -> stages at which an office actor there sees it.
COUNTY_ROOT = {
    530102: {"draft", "filed", "served", "reported"},
    530100: {"served", "reported"},
    530000: {"served", "reported"},
    530103: set(),
    530300: set(),
    520000: set(),
    520102: set(),
}
# Prefecture-owned root about the same school: the county sees what was released about its schools.
PREFECTURE_ROOT = {
    530100: {"draft", "filed", "served", "reported"},
    530102: {"served"},
    530000: {"served", "reported"},
    530103: set(),
    530300: set(),
    520000: set(),
    520102: set(),
}
OFFICE_ROLES = [Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER]
ADMINS = [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]
MODELS = roots()


def seen(root: Root, actor: Actor, lock: str) -> bool:
    """Whether `actor` finds the root with the given lock(s) closed."""
    manager = type(root).objects
    if lock == "database":
        with scope(actor):
            return bool(manager.filter(pk=root.pk).exists())
    if lock == "code":
        with as_owner(), scope(actor):
            return bool(manager.visible_to(actor).filter(pk=root.pk).exists())
    with scope(actor):
        return bool(manager.visible_to(actor).filter(pk=root.pk).exists())


def at_stage(stage: str) -> dict[str, Any]:
    return dict.fromkeys(STAGES[stage], clock.now())


def check(root: Root, actor: Actor, expected: bool, what: str) -> list[str]:
    return [
        f"{what} [{lock}]: {not expected}"
        for lock in ("both", "database", "code")
        if seen(root, actor, lock) != expected
    ]


def test_every_root_has_a_builder() -> None:
    assert set(MODELS) == set(builders)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label_lower)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("owner", "table"), [(530102, COUNTY_ROOT), (530100, PREFECTURE_ROOT)], ids=["county", "prefecture"]
)
def test_offices(model: type[Root], stage: str, owner: int, table: dict[int, set[str]]) -> None:
    with as_owner():
        root = make(model, f.office(owner), f.school(530102).organization, **at_stage(stage))
        actors = [(code, f.office_actor(code, role)) for code in table for role in OFFICE_ROLES]
    wrong = [w for code, a in actors for w in check(root, a, stage in table[code], f"{a.role}-{code} {stage}")]
    assert not wrong


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label_lower)
@pytest.mark.parametrize("stage", STAGES)
def test_units(model: type[Root], stage: str) -> None:
    """The subject once served; its neighbour never; a department or member unit only as a party, and in its dates."""
    with as_owner():
        subject, neighbour = f.school(530102), f.school(530102)
        root = make(model, f.office(530102), subject.organization, **at_stage(stage))
        table = [(f.unit_actor(subject), stage == "served"), (f.unit_actor(neighbour), False)]
        stranger = f.organization(530102, "member_unit", "五华区财政局")
        table.append((f.actor(f.member(stranger, Role.MEMBER_LIAISON)), False))
        if model.party_model() is not None:
            table += _parties(root, stage)
    assert not [w for a, expected in table for w in check(root, a, expected, f"{a.organization_name} {stage}")]


def _parties(root: Root, stage: str) -> list[tuple[Actor, bool]]:
    today = clock.today()
    now = f.organization(530102, "member_unit", "五华区公安局")
    past = f.organization(530102, "member_unit", "五华区民政局")
    future = f.organization(530102, "member_unit", "五华区审计局")
    add_party(root, now)
    add_party(root, past, valid_from=today - timedelta(days=9), valid_until=today - timedelta(days=1))
    add_party(root, future, valid_from=today + timedelta(days=1))
    liaison: Callable[[Any], Actor] = lambda org: f.actor(f.member(org, Role.MEMBER_LIAISON))  # noqa: E731
    return [(liaison(now), stage != "draft"), (liaison(past), False), (liaison(future), False)]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label_lower)
def test_administrators_read_no_business(model: type[Root]) -> None:
    with as_owner():
        root = make(model, f.office(530102), f.school(530102).organization, **at_stage("served"))
        actors = [f.office_actor(530102, role) for role in ADMINS]
    assert not [w for a in actors for w in check(root, a, False, a.role)]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label_lower)
def test_an_inspector_sees_less_than_his_office(model: type[Root]) -> None:
    """The role narrows in code; in the database he is his office."""
    with as_owner():
        foreign = make(model, f.office(530103), f.school(530103).organization, **at_stage("served"))
        own = make(model, f.office(530102), f.school(530102).organization, **at_stage("filed"))
        inspector = f.office_actor(530102, Role.INSPECTOR)
    assert not check(foreign, inspector, False, "sibling's root")
    assert not seen(own, inspector, "both")


@pytest.mark.parametrize("model", [m for m in MODELS if m.circulates], ids=lambda m: m._meta.label_lower)
def test_circulated_roots_are_shown_below(model: type[Root]) -> None:
    with as_owner():
        root = make(model, f.office(530100), f.office(530100), filed_at=clock.now(), circulated_at=clock.now())
        table = [(f.office_actor(code), code in (530102, 530103)) for code in (530102, 530103, 530302, 520102)]
    assert not [w for a, expected in table for w in check(root, a, expected, f"{a.division_code}")]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label_lower)
def test_nobody_without_a_scope(model: type[Root]) -> None:
    with as_owner():
        root = make(model, f.office(530102), f.school(530102).organization, **at_stage("served"))
    with scope(None):
        assert not model.objects.filter(pk=root.pk).exists()
    assert not model.objects.visible_to(None).exists()
