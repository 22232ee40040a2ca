"""A visit's actions: what is saved, what is refused with which sentence, what a disposition causes."""

from __future__ import annotations

from datetime import date, time
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.utils import InternalError

from accounts.actors import Role
from accounts.hardening import event_models
from accounts.scope import scope
from inspections.actions import visits as actions
from inspections.actions.consequences import title_of
from inspections.forms import VisitEntry
from inspections.instruments import items_of
from inspections.models import Finding, RoutineVisit, VisitAnswer, VisitCompanion
from inspections.workflow import VISIT
from records.models import Notification, Outbox
from records.outbox import consume
from records.state import AlreadyDone, Refused
from rectification.models import Problem
from tests import factories
from tests.conftest import as_owner, as_system
from tests.inspections.conftest import Corps, accepted, begin, build, finding, save, submitted

REFUSED_BY_DATABASE = (IntegrityError, InternalError, ProgrammingError)


def again(visit: RoutineVisit) -> RoutineVisit:
    with as_owner():  # type: ignore[attr-defined]
        return RoutineVisit.objects.get(pk=visit.pk)


def test_a_visit_starts_on_the_country_s_instrument(corps: Corps) -> None:
    visit = begin(corps)
    assert (visit.state, visit.inspector_name, visit.revision) == ("draft", corps.actor("inspector").display_name, 0)
    assert visit.version.division_code is None


def test_starting_twice_the_same_day_gives_the_same_draft(corps: Corps) -> None:
    assert begin(corps).pk == begin(corps).pk


def test_partial_text_is_kept(corps: Corps) -> None:
    visit = begin(corps)
    key = uuid4()
    visit = save(corps, visit, findings={key: {"group_code": "6", "description": "灭火器"}}, time_until=None)
    with scope(corps.actor("inspector")):
        found = Finding.objects.get(visit=visit)
        assert (found.key, found.description, found.disposition) == (key, "灭火器", "")
        assert VisitAnswer.objects.filter(visit=visit).count() == len(visit.version.items.all())
    assert again(visit).time_until is None


def test_a_finding_sheet_left_empty_is_no_finding(corps: Corps) -> None:
    visit = save(corps, begin(corps), findings={uuid4(): {"group_code": "6", "description": "", "severity": ""}})
    with scope(corps.actor("inspector")):
        assert not visit.findings.exists()


def test_an_item_of_another_card_is_not_tied_to_a_finding(corps: Corps) -> None:
    visit = begin(corps)
    with scope(corps.actor("inspector")):
        foreign = visit.version.items.get(code="1-1")
    visit = save(corps, visit, findings={uuid4(): finding(item=str(foreign.pk))})
    with scope(corps.actor("inspector")):
        assert visit.findings.get().item is None


def test_a_save_from_an_older_base_conflicts(corps: Corps) -> None:
    visit = begin(corps)
    save(corps, visit, editor="phone", good_practice="手机上写的")
    with pytest.raises(actions.Conflict, match="两份内容都已保留"):
        save(corps, visit, editor="desk", revision=0, good_practice="电脑上写的")
    assert again(visit).good_practice == "手机上写的"


def test_the_same_page_may_repeat_a_save_whose_answer_was_lost(corps: Corps) -> None:
    visit = begin(corps)
    save(corps, visit, editor="phone", revision=0)
    row = save(corps, visit, editor="phone", revision=0, good_practice="再送一次")
    assert (row.revision, again(visit).good_practice) == (2, "再送一次")


def test_nobody_writes_another_s_visit(corps: Corps) -> None:
    visit = begin(corps)
    with as_owner():  # type: ignore[attr-defined]
        VisitCompanion.objects.create(visit=visit, person_id=corps.members["second"].user_id, name="同行")
    with pytest.raises(Refused, match="本人填写和提交"):
        save(corps, visit, who="second")


def test_submitting_says_what_is_missing_where(corps: Corps) -> None:
    visit = begin(corps)
    actor = corps.actor("inspector")
    with scope(actor), pytest.raises(actions.Incomplete) as caught:
        actions.submit_visit(visit, by=actor)
    cards = [m.card for m in caught.value.missing]
    assert set(cards) == {"basic", *"12345678"}
    assert cards == sorted(cards, key=["basic", *"12345678"].index)
    assert again(visit).state == "draft"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"description": " "}, "还没有描述"),
        ({"severity": ""}, "还没有选择严重程度"),
        ({"disposition": ""}, "还没有选择处理意见"),
        ({"disposition": "on_spot"}, "请写明整改情况"),
        ({"severity": "serious", "disposition": "none"}, "属严重问题"),
    ],
)
def test_a_finding_must_be_whole(corps: Corps, more: dict[str, str], sentence: str) -> None:
    visit = save(corps, begin(corps), findings={uuid4(): finding(**more)})
    actor = corps.actor("inspector")
    with scope(actor), pytest.raises(actions.Incomplete) as caught:
        actions.submit_visit(visit, by=actor)
    assert [sentence in m.text for m in caught.value.missing] == [True]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"time_until": time(8)}, "离校时间应晚于到校时间"),
        ({"visited_on": date(2026, 11, 11)}, "不能晚于今天"),
        ({"lessons": 0}, "至少填写一种督导方式"),
    ],
)
def test_the_basics_are_checked_at_submission_only(corps: Corps, fields: dict[str, Any], sentence: str) -> None:
    visit = save(corps, begin(corps), **fields)
    actor = corps.actor("inspector")
    with scope(actor), pytest.raises(actions.Incomplete) as caught:
        actions.submit_visit(visit, by=actor)
    assert [sentence in m.text for m in caught.value.missing] == [True]


def test_a_number_that_is_none_is_kept_and_asked_for(corps: Corps) -> None:
    visit = save(corps, begin(corps))
    actor = corps.actor("inspector")
    with scope(actor):
        VisitAnswer.objects.filter(visit=visit, item__code="3-3").update(value="四节左右")
        with pytest.raises(actions.Incomplete) as caught:
            actions.submit_visit(visit, by=actor)
    assert ["现在是“四节左右”" in m.text for m in caught.value.missing] == [True]


def test_submitting_locks_the_text_in_the_database(corps: Corps) -> None:
    visit = submitted(corps, "rectify")
    with pytest.raises(AlreadyDone, match="不能再修改"):
        save(corps, visit)
    with scope(corps.actor("inspector")):
        for write in (
            lambda: VisitAnswer.objects.filter(visit=visit).update(note="改"),
            lambda: Finding.objects.filter(visit=visit).update(description="改"),
            lambda: Finding.objects.filter(visit=visit).delete(),
            lambda: VisitCompanion.objects.create(visit=visit, person_id=1, name="新"),
        ):
            with pytest.raises(REFUSED_BY_DATABASE), transaction.atomic():
                write()


def test_submitting_twice(corps: Corps) -> None:
    visit = save(corps, begin(corps))
    actor = corps.actor("inspector")
    with scope(actor):
        actions.submit_visit(visit, by=actor)
        with pytest.raises(Refused, match=r"已由.*提交审核"):
            actions.submit_visit(visit, by=actor)


def test_the_office_returns_with_a_reason_and_the_inspector_submits_again(corps: Corps) -> None:
    visit = submitted(corps)
    staff, inspector = corps.actor("staff"), corps.actor("inspector")
    with scope(staff), pytest.raises(Refused, match="须写明理由"):
        actions.return_visit(visit, by=staff, reason="  ")
    with scope(staff):
        visit = actions.return_visit(visit, by=staff, reason="听课记录与课表不符")
    visit = save(corps, visit, good_practice="已核对课表")
    with scope(inspector):
        visit = actions.submit_visit(visit, by=inspector)
    assert visit.state == "submitted"
    with as_system():  # type: ignore[attr-defined]
        consume()
    with as_owner():  # type: ignore[attr-defined]
        told = Notification.objects.get(user_id=inspector.user_id, title__startswith="督导记录被退回")
    assert "听课记录与课表不符" in told.body


def test_a_returned_visit_cannot_be_thrown_away(corps: Corps) -> None:
    visit = submitted(corps)
    staff, inspector = corps.actor("staff"), corps.actor("inspector")
    with scope(staff):
        visit = actions.return_visit(visit, by=staff, reason="补照片")
    with scope(inspector), pytest.raises(Refused, match="不能删除"):
        actions.discard_visit(visit, by=inspector)


def test_a_draft_can_be_thrown_away(corps: Corps) -> None:
    visit = save(corps, begin(corps), findings={uuid4(): finding()})
    actor = corps.actor("inspector")
    with scope(actor):
        actions.discard_visit(visit, by=actor)
        assert not RoutineVisit.objects.visible_to(actor).exists()


def test_accepting_serves_the_school_and_fills_the_ledger(corps: Corps) -> None:
    visit = accepted(corps, "none", "on_spot", "rectify", "escalate", "consult")
    assert (visit.state, visit.finding_count, visit.served_at is not None, visit.reported_at) == (
        "accepted",
        5,
        True,
        None,
    )
    with as_owner():  # type: ignore[attr-defined]
        problems = list(Problem.objects.filter(owner_code=530102).order_by("pk"))
        tied = dict(Finding.objects.filter(visit=visit).values_list("disposition", "problem_id"))
    assert len(problems) == 3
    assert {d for d, problem in tied.items() if problem} == {"rectify", "escalate", "consult"}
    first = problems[0]
    assert (first.title, first.severity, first.item_code) == ("食堂留样记录缺4天", "general", "7")
    assert first.found_by_id == visit.inspector_id and first.subject_org_id == corps.school.pk
    assert "督学上报" in problems[1].source_label and "协商" in problems[2].source_label


def test_the_head_may_accept_and_register(corps: Corps) -> None:
    assert accepted(corps, "rectify", who="head").state == "accepted"


def test_the_school_sees_it_only_when_served(corps: Corps) -> None:
    unit, other = corps.actor("unit"), corps.actor("other_unit")
    visit = submitted(corps, "rectify")
    with scope(unit):
        assert not RoutineVisit.objects.visible_to(unit).exists() and not RoutineVisit.objects.exists()
    staff = corps.actor("staff")
    with scope(staff):
        actions.accept_visit(visit, by=staff)
    with scope(unit):
        assert RoutineVisit.objects.visible_to(unit).get() == visit
        assert Finding.objects.visible_to(unit).count() == 1
    with scope(other):
        assert not RoutineVisit.objects.exists() and not Finding.objects.exists() and not VisitAnswer.objects.exists()


def test_who_went_does_not_accept(corps: Corps) -> None:
    visit = submitted(corps)
    user = corps.members["inspector"].user
    with as_owner():  # type: ignore[attr-defined]
        both = factories.actor(factories.member(corps.office, Role.OFFICE_STAFF, user=user))
    with scope(both):
        for name in ("accept", "return"):
            refusal = VISIT.refusal(visit, name, both)
            assert refusal is not None and "不能是同一人" in str(refusal)
        with pytest.raises(Refused, match="不能是同一人"):
            actions.accept_visit(visit, by=both)


def test_accepting_twice_says_who_was_first(corps: Corps) -> None:
    visit = submitted(corps)
    staff, head = corps.actor("staff"), corps.actor("head")
    with scope(staff):
        actions.accept_visit(visit, by=staff)
    with scope(head), pytest.raises(AlreadyDone, match=f"已由{staff.display_name}于"):
        actions.accept_visit(visit, by=head)


def test_an_escalated_finding_reaches_the_office_urgently_at_submission(corps: Corps) -> None:
    submitted(corps, "escalate")
    with as_system():  # type: ignore[attr-defined]
        consume()
    with as_owner():  # type: ignore[attr-defined]
        urgent = Notification.objects.filter(urgent=True)
        told = {n.user_id for n in urgent}
        assert {n.title for n in urgent} == {f"督学上报：{corps.school.organization.name}"}
        assert Outbox.objects.filter(key__contains="escalated").exists()
    assert told == {corps.members["staff"].user_id, corps.members["head"].user_id}


def test_companions_are_inspectors_of_the_office(corps: Corps) -> None:
    visit, actor = begin(corps), corps.actor("inspector")
    wanted = {corps.members["second"].user_id, corps.members["staff"].user_id, actor.user_id or 0}
    with scope(actor):
        entry = VisitEntry(revision=0, editor="p", companions=wanted)
        visit = actions.save_visit(visit, by=actor, entry=entry, fields={}, items=items_of(visit.version))
        assert {c.person_id for c in visit.companions.all()} == {corps.members["second"].user_id}
    second = corps.actor("second")
    with scope(second):
        assert RoutineVisit.objects.visible_to(second).filter(pk=visit.pk).exists()


def test_an_inspector_sees_his_district_and_not_a_colleague_s_draft(corps: Corps) -> None:
    draft = begin(corps)
    made = submitted(corps, school=corps.schools[1])
    second = corps.actor("second")
    with scope(second):
        assert not RoutineVisit.objects.visible_to(second).exists()
    inspector = corps.actor("inspector")
    with scope(inspector):
        assert set(RoutineVisit.objects.visible_to(inspector)) == {draft, made}


def test_a_foreign_county_and_the_province_see_nothing_before_service(corps: Corps) -> None:
    with as_owner():  # type: ignore[attr-defined]
        sibling = build(530103)
        province = factories.office_actor(530000)
    visit = submitted(corps)
    for actor in (sibling.actor("staff"), province):
        with scope(actor):
            assert not RoutineVisit.objects.visible_to(actor).exists() and not RoutineVisit.objects.exists()
    staff = corps.actor("staff")
    with scope(staff):
        actions.accept_visit(visit, by=staff)
    with scope(province):
        assert RoutineVisit.objects.visible_to(province).get() == visit
    with scope(sibling.actor("staff")):
        assert not RoutineVisit.objects.exists()


def test_the_change_log_holds_what_was_handed_in_and_not_what_was_typed(corps: Corps) -> None:
    visit = begin(corps)
    for n in range(3):
        visit = save(corps, visit, findings={uuid4(): finding(description=f"第{n}稿")})
    log = next(m for m in event_models() if m._meta.get_field("pgh_obj").related_model is VisitAnswer)
    with as_owner():  # type: ignore[attr-defined]
        assert not log._default_manager.filter(visit_id=visit.pk).exists()
    actor = corps.actor("inspector")
    with scope(actor):
        actions.submit_visit(visit, by=actor)
    with as_owner():  # type: ignore[attr-defined]
        assert log._default_manager.filter(visit_id=visit.pk).count() == visit.answers.count()


@pytest.mark.parametrize(
    ("text", "title"),
    [("门卫脱岗。已持续两周。", "门卫脱岗"), ("一" * 80, "一" * 59 + "…"), ("消防通道堆物\n见照片", "消防通道堆物")],
)
def test_a_problem_s_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_of(Finding(description=text)) == title
