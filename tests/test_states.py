"""Every state × every move × every role of every machine, against the table below; and the sentence of each refusal.

The table is written out by hand from the issue's rules, not read from the code: who may, from where, to where.
"""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actors import Actor, Role
from accounts.scope import scope
from records import clock, state
from records.models import StateTransition
from records.state import Machine, Refused, machines
from tests import factories as f
from tests.conftest import as_owner
from tests.roots import make

pytestmark = pytest.mark.django_db

STAFF, HEAD, LEADER, INSPECTOR = Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR
UNIT = Role.UNIT_CONTACT
NOBODY: set[str] = set()

# machine -> move -> (roles that carry its word, from, to)
TABLE: dict[str, dict[str, tuple[set[str], set[str], str]]] = {
    "公文": {
        "send_to_check": ({STAFF, HEAD}, {"drafted"}, "checking"),
        "send_to_countersign": ({STAFF, HEAD}, {"drafted"}, "countersigning"),
        "submit": ({STAFF, HEAD}, {"drafted"}, "submitted"),
        "check": ({STAFF, HEAD}, {"checking"}, "submitted"),
        "check_on": ({STAFF, HEAD}, {"checking"}, "countersigning"),
        "return_from_check": ({STAFF, HEAD}, {"checking"}, "drafted"),
        "countersigned": ({STAFF, HEAD}, {"countersigning"}, "submitted"),
        "withdraw": ({STAFF, HEAD}, {"checking", "countersigning", "submitted"}, "drafted"),
        "approve": ({HEAD, LEADER}, {"submitted"}, "approved"),
        "record_approval": ({STAFF, HEAD}, {"submitted"}, "approved"),
        "return": ({HEAD, LEADER}, {"submitted"}, "drafted"),
        "seal": ({STAFF, HEAD}, {"approved"}, "sealed"),
        "issue": ({STAFF, HEAD}, {"sealed"}, "issued"),
        "serve": ({STAFF, HEAD}, {"issued"}, "served"),
        "replace": ({STAFF, HEAD}, {"issued", "served"}, "replaced"),
        "void": (
            {HEAD, LEADER},
            {"drafted", "checking", "countersigning", "submitted", "approved", "sealed", "issued", "served"},
            "void",
        ),
    },
    "信息公开": {
        "redact": ({STAFF, HEAD}, {"proposed"}, "redacted"),
        "reopen": ({STAFF, HEAD}, {"redacted"}, "proposed"),
        "approve": ({HEAD, LEADER}, {"redacted"}, "approved"),
        "return": ({HEAD, LEADER}, {"redacted", "approved"}, "proposed"),
        "publish": (NOBODY, {"approved"}, "published"),
        "withdraw": ({STAFF, HEAD, LEADER}, {"published"}, "withdrawn"),
        "drop": ({STAFF, HEAD}, {"proposed", "redacted"}, "dropped"),
    },
    "批量公文": {
        "submit": ({STAFF, HEAD}, {"drafted"}, "submitted"),
        "approve": ({HEAD, LEADER}, {"submitted"}, "approved"),
        "return": ({HEAD, LEADER}, {"submitted"}, "drafted"),
        "finish": (NOBODY, {"approved"}, "done"),
        "withdraw": ({STAFF, HEAD}, {"drafted"}, "withdrawn"),
    },
    "投诉举报": {
        "accept": ({STAFF, HEAD}, {"received"}, "accepted"),
        "decline": ({STAFF, HEAD}, {"received"}, "declined"),
        "transfer": ({STAFF, HEAD}, {"received"}, "transferred"),
        "propose": ({STAFF, HEAD}, {"accepted"}, "proposed"),
        "rework": ({HEAD}, {"proposed"}, "accepted"),
        "finish": ({HEAD}, {"proposed"}, "finished"),
    },
    "问题": {
        "rectify": ({STAFF}, {"open"}, "in_rectification"),
        "dismiss": ({STAFF}, {"open"}, "dismissed"),
        "resume": ({STAFF}, {"dismissed"}, "open"),
        "release": ({STAFF}, {"in_rectification"}, "open"),
        "close": ({STAFF, HEAD}, {"in_rectification"}, "closed"),
    },
    "整改单": {
        "submit": ({STAFF}, {"draft"}, "approval"),
        "withdraw": ({STAFF}, {"draft", "approval"}, "withdrawn"),
        "serve": (NOBODY, {"approval"}, "served"),
        "reopen": (NOBODY, {"approval", "served", "rectifying"}, "draft"),
        "sign": ({UNIT}, {"served"}, "rectifying"),
        "receive": (NOBODY, {"served"}, "rectifying"),
        "unreceive": (NOBODY, {"rectifying"}, "served"),
        "report": ({UNIT}, {"rectifying"}, "reported"),
        "verify": ({STAFF, INSPECTOR}, {"reported"}, "verified"),
        "return": ({STAFF, INSPECTOR}, {"reported"}, "rectifying"),
        "close": ({STAFF, HEAD}, {"verified"}, "closed"),
        "recheck": ({STAFF, HEAD}, {"verified"}, "reported"),
    },
    "督办单": {
        "serve": (NOBODY, {"drafted"}, "in_force"),
        "answer": ({UNIT}, {"in_force"}, "answered"),
        "lapse": (NOBODY, {"in_force"}, "lapsed"),
        "withdraw": (NOBODY, {"drafted", "in_force"}, "withdrawn"),
    },
    "案卷": {
        "close": ({STAFF, HEAD}, {"open"}, "closed"),
        "reopen": ({STAFF, HEAD}, {"closed"}, "open"),
        "hand_over": ({STAFF, HEAD}, {"closed"}, "handed_over"),
    },
    "督导记录": {
        "submit": ({INSPECTOR}, {"draft", "returned"}, "submitted"),
        "accept": ({STAFF, HEAD}, {"submitted"}, "accepted"),
        "return": ({STAFF, HEAD}, {"submitted"}, "returned"),
    },
}
MACHINES = machines()


def test_the_table_knows_every_machine_and_move() -> None:
    assert {m.name: set(m.by_name) for m in MACHINES} == {name: set(moves) for name, moves in TABLE.items()}


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_sources_and_targets(machine: Machine) -> None:
    found = {t.name: (set(map(str, t.sources)), str(t.target)) for t in machine.transitions}
    assert found == {name: (sources, target) for name, (_, sources, target) in TABLE[machine.name].items()}


@pytest.fixture
def people() -> dict[str, Actor]:
    """One actor of every role: at the county's office, the school, its department, a member unit."""
    with as_owner():
        home = {
            role: f.office_actor(530102, role)
            for role in Role
            if role not in (UNIT, "department_contact", "member_liaison")
        }
        school = f.school(530102)
        home[UNIT] = f.unit_actor(school)
        home["department_contact"] = f.actor(f.member(f.department(530102), Role.DEPARTMENT_CONTACT))
        liaison = f.organization(530102, "member_unit", "五华区财政局")
        home["member_liaison"] = f.actor(f.member(liaison, Role.MEMBER_LIAISON))
        home["school"] = school  # type: ignore[assignment]
    return home


def root_of(machine: Machine, school: Any) -> Any:
    assert machine.model is not None
    with as_owner():
        return make(machine.model, f.office(530102), school.organization, filed_at=clock.now())  # type: ignore[arg-type]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_every_state_move_and_role(machine: Machine, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the table does not allow is refused with its sentence and writes nothing; what it allows is refused by a
    guard's sentence or not at all."""
    school = people.pop("school")
    root = root_of(machine, school)
    monkeypatch.setattr(state, "lock", lambda row: row)
    wrong: list[str] = []
    for role, actor in people.items():
        for code in machine.by_code:
            root.state = code
            for name, (roles, sources, _) in TABLE[machine.name].items():
                wrong += try_move(machine, root, name, actor, allowed=(role in roles, code in sources))
    assert not wrong
    with as_owner():
        assert not StateTransition.objects.of(root).exists()


def try_move(machine: Machine, root: Any, name: str, actor: Actor, *, allowed: tuple[bool, bool]) -> list[str]:
    has_word, in_source = allowed
    where = f"{machine.name}.{name} from {root.state} by {actor.role}"
    label = machine.by_name[name].label
    with scope(actor):
        refusal = machine.refusal(root, name, actor)
        if has_word and in_source:
            return [] if refusal is None or ends_like_a_sentence(refusal.sentence) else [f"{where}: {refusal.sentence}"]
        if refusal is None:
            return [f"{where}: not refused"]
        expected = (
            f"您当前的身份（{actor.role_label}）无权“{label}”。"
            if not has_word
            else f"当前状态为“{machine.label(root).label}”，不能“{label}”。"
        )
        try:
            machine.move(root, name, by=actor, reason="理由")
        except Refused as error:
            return [] if error.refusal.sentence == expected else [f"{where}: {error.refusal.sentence}"]
    return [f"{where}: moved"]


def ends_like_a_sentence(text: str) -> bool:
    return len(text) > 6 and text.endswith("。")


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_moves_of_the_owning_office_are_refused_to_the_offices_around(machine: Machine) -> None:
    """The prefecture sees what the county issued, and may not do the county's work; the reason says so."""
    with as_owner():
        school = f.school(530102)
        actors = {role: f.office_actor(530100, role) for role in (STAFF, HEAD, LEADER, INSPECTOR)}
    root = root_of(machine, school)
    allowed = []
    for name, (roles, sources, _) in TABLE[machine.name].items():
        for role, actor in actors.items():
            for code in sources:
                root.state = code
                with scope(actor):
                    refusal = machine.refusal(root, name, actor)
                if role in roles and (refusal is None or "承办的督导办" not in refusal.sentence):
                    allowed.append(f"{machine.name}.{name} by {role} from {code}: {refusal}")
    assert not allowed


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m.name)
def test_a_move_that_needs_a_reason_is_refused_without(
    machine: Machine, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = root_of(machine, people.pop("school"))
    monkeypatch.setattr(state, "lock", lambda row: row)
    for transition in machine.transitions:
        if not transition.reason_required:
            continue
        root.state = transition.sources[0]
        for role in TABLE[machine.name][transition.name][0]:
            with scope(people[role]):
                if machine.refusal(root, transition.name, people[role]) is not None:
                    continue
                with pytest.raises(Refused, match="须写明理由"):
                    machine.move(root, transition.name, by=people[role], reason="  ")
