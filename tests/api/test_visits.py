"""A visit by a program from its plan to the school: written whole, saved in pieces, never half."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import Membership
from inspections.instruments import items_of
from inspections.models import AnswerKind, InstrumentItem, PlannedVisit, RoutineVisit
from records import clock
from tests.api.callers import JSON, program, token_of
from tests.conftest import as_owner
from tests.inspections.conftest import TODAY, Corps, build, plaque

pytestmark = pytest.mark.django_db


@pytest.fixture
def corps() -> Iterator[Corps]:
    with clock.travel(TODAY):
        with as_owner():
            plaque()
            made = build()
        yield made


def caller(corps: Corps, who: str) -> Client:
    with as_owner():
        actor = corps.actor(who)
        return program(token_of(Membership.objects.get(pk=actor.membership_id)))


def patch(client: Client, visit: dict[str, Any], body: dict[str, Any]) -> Any:
    return client.patch(f"/api/v1/visits/{visit['id']}/", body, content_type=JSON)


def begun(corps: Corps, client: Client) -> dict[str, Any]:
    body = {"school": corps.school.pk, "visited_on": "2026-11-03"}
    answer = client.post("/api/v1/visits/", body, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def value_for(item: InstrumentItem) -> Any:
    return {
        AnswerKind.YES_NO: True, AnswerKind.NUMBER: 3, AnswerKind.TEXT: "正常", AnswerKind.SCALE: 1,
        AnswerKind.CHOICE: item.choices and item.choices[0]["value"], AnswerKind.MULTI: item.choices and [item.choices[0]["value"]],
    }[AnswerKind(item.kind)]  # fmt: skip


def items(visit: dict[str, Any]) -> list[InstrumentItem]:
    with as_owner():
        return items_of(RoutineVisit.objects.get(pk=visit["id"]).version)


def test_from_the_start_to_submission(corps: Corps) -> None:
    inspector = caller(corps, "inspector")
    visit = begun(corps, inspector)
    early = inspector.post(f"/api/v1/visits/{visit['id']}/transitions/submit/", {}, content_type=JSON)
    assert early.status_code == 409 and early.json()["errors"]
    answers = [{"item": item.pk, "value": value_for(item), "note": "看过现场"} for item in items(visit)]
    group = items(visit)[0].group_code
    finding = {
        "group_code": group,
        "description": "台账缺页",
        "severity": "general",
        "disposition": "on_spot",
        "resolved_note": "当场补齐",
    }
    body = {"time_from": "08:30", "time_until": "11:00", "lessons": 2, "walks": 1, "talks": 3, "good_practice": "值日表上墙",
            "overall": "总体良好", "answers": answers, "findings": [finding], "revision": visit["revision"]}  # fmt: skip
    saved = patch(inspector, visit, body)
    assert saved.status_code == 200, saved.content
    assert saved.json()["lessons"] == 2 and saved.json()["revision"] == visit["revision"] + 1
    shown = inspector.get(f"/api/v1/visits/{visit['id']}/answers/").json()
    assert {one["item"]: one["value"] for one in shown} == {one["item"]: one["value"] for one in answers}
    [found] = inspector.get(f"/api/v1/visits/{visit['id']}/findings/").json()
    assert UUID(found["key"]) and found["description"] == "台账缺页"
    # Somebody who began with the older text does not write over it.
    stale = patch(inspector, visit, {"overall": "别的", "revision": visit["revision"]})
    assert stale.status_code == 409
    done = inspector.post(f"/api/v1/visits/{visit['id']}/transitions/submit/", {}, content_type=JSON)
    assert done.status_code == 200 and done.json()["state"] == "submitted", done.content
    assert patch(inspector, visit, {"overall": "再改"}).status_code == 409


def test_a_wrong_value_is_named_and_nothing_is_saved(corps: Corps) -> None:
    inspector = caller(corps, "inspector")
    visit = begun(corps, inspector)
    first = items(visit)[0]
    body = {
        "overall": "不应留下", "answers": [{"item": first.pk, "value": {"a": 1}}, {"item": 999_999_999}, {"item": first.pk, "size": 2}],
        "findings": [{"group_code": "没有", "severity": "最重"}, {"key": "x"}], "companions": ["a"], "time_from": "晚上",
    }  # fmt: skip
    answer = patch(inspector, visit, body)
    assert answer.status_code == 422
    assert {"answers[0].value", "answers[1].item", "answers[2].size", "findings[0].group_code", "findings[0].severity",
            "findings[1].key", "companions", "time_from"} <= set(answer.json()["errors"])  # fmt: skip
    with as_owner():
        row = RoutineVisit.objects.get(pk=visit["id"])
        assert row.overall == "" and not row.answers.exists() and not row.findings.exists()


def test_a_draft_is_thrown_away_and_its_finding_taken_out(corps: Corps) -> None:
    inspector = caller(corps, "inspector")
    visit = begun(corps, inspector)
    patch(inspector, visit, {"findings": [{"group_code": items(visit)[0].group_code, "description": "误记"}]})
    [found] = inspector.get(f"/api/v1/visits/{visit['id']}/findings/").json()
    assert patch(inspector, visit, {"removed_findings": [found["key"]]}).status_code == 200
    assert inspector.get(f"/api/v1/visits/{visit['id']}/findings/").json() == []
    gone = inspector.post(f"/api/v1/visits/{visit['id']}/discard/", {}, content_type=JSON)
    assert gone.status_code == 200 and inspector.get(f"/api/v1/visits/{visit['id']}/").status_code == 404


def test_a_plan_is_made_changed_begun_and_taken_out(corps: Corps) -> None:
    """`false` is no: a school is told only where the plan says so."""
    inspector = caller(corps, "inspector")
    line = {
        "month": "2026-12",
        "school": corps.school.pk,
        "planned_on": "2026-12-03",
        "purpose": "食堂",
        "announced": False,
    }
    made = inspector.post("/api/v1/planned-visits/", line, content_type=JSON)
    assert made.status_code == 201, made.content
    plan = made.json()
    assert plan["announced"] is False and plan["planned_on"] == "2026-12-03"
    address = f"/api/v1/planned-visits/{plan['id']}/"
    changed = inspector.patch(address, {"planned_on": "2026-12-04"}, content_type=JSON)
    assert changed.status_code == 200, changed.content
    assert (changed.json()["planned_on"], changed.json()["purpose"], changed.json()["announced"]) == (
        "2026-12-04",
        "食堂",
        False,
    )
    outside = inspector.patch(address, {"planned_on": "2027-01-04"}, content_type=JSON)
    assert outside.status_code == 422 and "planned_on" in outside.json()["errors"]
    begun = inspector.post(f"{address}start/", {}, content_type=JSON)
    assert begun.status_code == 201
    assert inspector.post(f"{address}start/", {}, content_type=JSON).json() == begun.json()
    over = inspector.post(
        "/api/v1/planned-visits/", line | {"month": "2026-10", "planned_on": "2026-10-03"}, content_type=JSON
    )
    assert over.status_code == 409 and "已过" in over.json()["detail"]
    second = inspector.post(
        "/api/v1/planned-visits/", line | {"month": "2027-01", "planned_on": "2027-01-05"}, content_type=JSON
    )
    gone = inspector.post(f"/api/v1/planned-visits/{second.json()['id']}/cancel/", {}, content_type=JSON)
    assert gone.status_code == 200
    with as_owner():
        assert not PlannedVisit.objects.filter(pk=second.json()["id"]).exists()


def test_another_ones_school_is_not_planned(corps: Corps) -> None:
    inspector = caller(corps, "inspector")
    line = {"month": "2026-12", "school": 999_999, "planned_on": "2026-12-03"}
    answer = inspector.post("/api/v1/planned-visits/", line, content_type=JSON)
    assert answer.status_code == 422 and "school" in answer.json()["errors"]
