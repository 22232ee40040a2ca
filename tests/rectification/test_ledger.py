"""The problem ledger: one list over all sources, its tree, its filters, relapses that a person links, what recurs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.urls import reverse

from accounts.actors import Role
from accounts.scope import scope
from inspections.plaque_items import ITEMS
from records import clock
from records.models import StateTransition
from records.state import Refused
from rectification import actions
from rectification.categories import tree_of
from rectification.models import Problem, ProblemCategory
from rectification.recurrence import recurrence
from rectification.relapses import candidates
from tests import factories as f
from tests.conftest import as_owner
from tests.rectification.conftest import Bench, again, build, close, report, serve, sign, submit, verify
from tests.rectification.conftest import problem as register

ITEM = {"item_code": "7-1", "item_label": "食堂管理和食品留样"}


def enter(bench: Bench, title: str = "食堂留样记录不全", **more: Any) -> Problem:
    actor = bench.actor("staff")
    with scope(actor):
        values = {"subject_org": bench.school.organization, "title": title, **ITEM, **more}
        return actions.register_problem(by=actor, **values)


def put_right(bench: Bench, found: Problem) -> Problem:
    """Through its ticket to the end."""
    actor = bench.actor("staff")
    with scope(actor):
        ticket = actions.open_ticket(by=actor, problems=[found], demand="补齐留样记录。")
    for step in (submit, serve, sign, report, verify, close):
        ticket = step(bench, ticket)
    closed: Problem = again(found)
    assert closed.state == "closed"
    return closed


def category(code: str) -> ProblemCategory:
    with as_owner():
        return ProblemCategory.objects.get(code=code)


@pytest.fixture
def back_again(bench: Bench) -> Iterator[tuple[Problem, Problem]]:
    """A problem put right, and the same found again a month later."""
    with clock.travel(clock.today() - timedelta(days=60)):
        earlier = enter(bench)
        earlier = put_right(bench, earlier)
    yield earlier, enter(bench, "食堂留样又缺两天")


# --- the tree -------------------------------------------------------------------------------------------------------


def test_the_countrys_tree_says_what_it_stands_on(bench: Bench) -> None:
    with as_owner():
        rows = list(ProblemCategory.objects.filter(division_code=None))
    assert {c.item_code: c.label for c in rows if c.item_code} == {
        str(n): label for n, (label, _) in enumerate(ITEMS, 1)
    }
    assert all("国教督" in c.basis for c in rows if c.basis_kind == "law")
    assert {c.code for c in rows if c.basis_kind != "law"} == {"other"}
    branches = tree_of(rows)
    assert [b.depth for b in branches if b.category.code.startswith("routine")] == [0, *[1] * 8]
    assert len(branches[0].ids) == 9


def test_a_circle_in_the_tree_does_not_hang() -> None:
    a, b = ProblemCategory(pk=1, parent_id=2, label="甲"), ProblemCategory(pk=2, parent_id=1, label="乙")
    assert tree_of([a, b]) == []


def test_an_item_brings_its_category_and_the_category_its_severity(bench: Bench) -> None:
    assert enter(bench).category == category("routine-7")
    own = ProblemCategory(code="gas", label="燃气", basis="本地惯例", severity="serious", parent=category("routine-7"))
    actor = bench.actor("staff")
    with scope(actor):
        own = actions.save_category(own, by=actor, values={})
    assert enter(bench, category=own).severity == "serious"
    assert enter(bench, category=own, severity="minor").severity == "minor"
    assert enter(bench, item_code="", item_label="").category is None


def test_an_office_keeps_its_own_categories_only(bench: Bench) -> None:
    actor = bench.actor("staff")
    with scope(actor), pytest.raises(Refused, match="只能由设置的督导办修改"):
        actions.save_category(category("routine-7"), by=actor, values={"label": "改"})
    with as_owner():
        beside = f.office_actor(530103)
    own = ProblemCategory(code="gas", label="燃气", basis="本地惯例", parent=category("routine-7"))
    with scope(actor):
        own = actions.save_category(own, by=actor, values={})
    for other, sees in ((beside, False), (f_prefecture(), True), (bench.actor("unit"), True)):
        with scope(other):
            assert ProblemCategory.objects.visible_to(other).filter(pk=own.pk).exists() is sees
            assert ProblemCategory.objects.filter(pk=own.pk).exists() is sees
    with scope(actor), pytest.raises(Refused, match="上级分类不能是它自己"):
        actions.save_category(own, by=actor, values={"parent": own})


def f_prefecture() -> Any:
    with as_owner():
        return f.office_actor(530100)


def test_the_form_refuses_a_code_twice_and_retired_ones_are_not_offered(bench: Bench) -> None:
    client = f.client_for(bench.members["staff"])
    data = {"parent": category("routine-6").pk, "code": "fire", "label": "消防", "basis": "本地惯例",
            "basis_kind": "local_practice", "order": "1"}  # fmt: skip
    assert client.post(reverse("rectification:category_create"), data).status_code == 302
    answer = client.post(reverse("rectification:category_create"), data)
    assert answer.status_code == 422 and "本区划已有这个代码" in answer.content.decode()
    made = category("fire")
    client.post(reverse("rectification:category_retire", args=[made.pk]))
    page = client.get(reverse("rectification:problem_create")).content.decode()
    assert "消防</option>" not in page
    assert "已停用" in client.get(reverse("rectification:category_list")).content.decode()


def test_classifying_leaves_a_trail(bench: Bench) -> None:
    found, actor = enter(bench), bench.actor("staff")
    with scope(actor):
        actions.classify(found, by=actor, category=category("routine-6"), severity="serious", reason="属于消防。")
        actions.classify(found, by=actor, category=category("routine-6"), severity="serious", reason="第二次点击。")
        lines = list(StateTransition.objects.of(found).filter(name="classify"))
    assert len(lines) == 1 and "食堂" in lines[0].reason and "属于消防" in lines[0].reason
    above = f_prefecture()
    with scope(above), pytest.raises(Refused, match="承办的督导办"):
        actions.classify(found, by=above, category=None, severity="minor", reason="")


# --- filters ---------------------------------------------------------------------------------------------------------


def titles(member: Any, query: str) -> list[str]:
    page = f.client_for(member).get(reverse("rectification:problem_list") + query)
    assert page.status_code == 200
    return [p.title for p in page.context["page_obj"]]


def test_each_filter_narrows(bench: Bench) -> None:
    day = clock.today()
    enter(bench, "留样", found_on=day - timedelta(days=40), source_kind="inspections.finding", source_id="1")
    enter(bench, "消防", item_code="6", severity="serious")
    enter(bench, "来信", item_code="", item_label="", source_label="群众来信")
    staff = bench.members["staff"]
    routine, food = category("routine"), category("routine-7")
    assert titles(staff, f"?category={routine.pk}") == ["消防", "留样"]
    assert titles(staff, f"?category={food.pk}") == ["留样"]
    assert titles(staff, "?category=none") == ["来信"]
    assert titles(staff, "?severity=serious") == ["消防"]
    assert titles(staff, "?source=hand") == ["来信", "消防"]
    assert titles(staff, "?source=inspections.finding") == ["留样"]
    assert titles(staff, f"?until={day - timedelta(days=1)}") == ["留样"]
    assert titles(staff, f"?since={day}&state=open") == ["来信", "消防"]
    assert titles(staff, "?relapse=on") == []
    assert (
        len(titles(staff, "?category=999999&place=530103")) == 3
    )  # what is no choice narrows nothing and breaks nothing


def test_an_office_above_narrows_by_division(bench: Bench) -> None:
    enter(bench, "五华")
    with as_owner():
        Problem.objects.update(reported_at=clock.now())
        other = build(530302)
        above = f.member(f.office(530000), Role.OFFICE_STAFF)
    enter(other, "麒麟")
    with as_owner():
        Problem.objects.update(reported_at=clock.now())
    assert titles(above, "") == ["麒麟", "五华"]
    assert titles(above, "?place=530100") == ["五华"]
    assert titles(above, "?place=530302") == ["麒麟"]
    assert titles(above, "?place=530300&sort=school") == ["麒麟"]


def test_the_ledger_asks_as_often_with_many_rows(bench: Bench) -> None:
    enter(bench)
    with as_owner():
        above = f.member(f.office(530000), Role.OFFICE_STAFF)
        Problem.objects.update(reported_at=clock.now())
    address = reverse("rectification:problem_list")
    few = [f.queries_of(f.client_for(m), address) for m in (bench.members["staff"], above)]
    for n in range(30):
        enter(bench, f"问题{n}")
    with as_owner():
        Problem.objects.update(reported_at=clock.now())
    many = [f.queries_of(f.client_for(m), address) for m in (bench.members["staff"], above)]
    assert few == many and max(many) <= 8


def test_an_empty_ledger_and_a_name_of_200_letters(bench: Bench) -> None:
    client = f.client_for(bench.members["staff"])
    for name in ("problem_list", "recurring"):
        assert client.get(reverse(f"rectification:{name}")).status_code == 200
    with as_owner():
        type(bench.school.organization).objects.filter(pk=bench.school.organization.pk).update(name="长" * 200)
    enter(bench)
    assert "长" * 200 in client.get(reverse("rectification:problem_list")).content.decode()


# --- relapse ---------------------------------------------------------------------------------------------------------


def test_the_likeliest_is_suggested_first_and_nothing_is_linked_by_itself(bench: Bench, back_again: Any) -> None:
    earlier, found = back_again
    with clock.travel(clock.today() - timedelta(days=50)):
        same_group = put_right(bench, enter(bench, "宿舍卫生", item_code="7-3", item_label="宿舍"))
        put_right(bench, enter(bench, "课时不足", item_code="", item_label="", category=category("liability-4")))
        enter(bench, "没有销号的")
    actor = bench.actor("staff")
    with scope(actor):
        suggested = candidates(found, actor)
        assert [c.problem.pk for c in suggested] == [earlier.pk, same_group.pk]
        assert "同一督导事项" in suggested[0].why and "销号" in suggested[0].why
        assert Problem.objects.get(pk=found.pk).relapse_of_id is None


def test_link_count_and_undo(bench: Bench, back_again: Any) -> None:
    earlier, found = back_again
    client = f.client_for(bench.members["staff"])
    link = reverse("rectification:relapse_link", args=[found.pk])
    assert "又" in client.get(found.get_absolute_url()).content.decode()
    refused = client.post(link, {"earlier": earlier.pk, "reason": " "})
    assert refused.status_code == 422 and "请写明认定反弹的理由" in refused.content.decode()
    assert client.post(link, {"earlier": earlier.pk, "reason": "同一食堂同一环节。"}).status_code == 302
    assert again(found).relapse_of_id == earlier.pk
    assert titles(bench.members["staff"], "?relapse=on") == [found.title]
    assert "销号以后又反弹 1 次" in client.get(earlier.get_absolute_url()).content.decode()
    page = client.get(found.get_absolute_url()).content.decode()
    assert "已认定为反弹" in page and "同一食堂同一环节" in page
    undo = reverse("rectification:relapse_unlink", args=[found.pk])
    client.post(undo, {"reason": ""})
    assert again(found).relapse_of_id == earlier.pk
    client.post(undo, {"reason": "地点不同，是另一食堂。"})
    assert again(found).relapse_of_id is None
    with scope(bench.actor("staff")):
        names = list(StateTransition.objects.of(found).values_list("name", flat=True))
    assert names == ["register", "link_relapse", "unlink_relapse"]


def test_what_cannot_be_a_relapse(bench: Bench, back_again: Any) -> None:
    earlier, found = back_again
    actor = bench.actor("staff")
    with as_owner():
        elsewhere = f.school(530102).organization
    with scope(actor):
        other_school = actions.register_problem(by=actor, subject_org=elsewhere, title="别校", **ITEM)
        still_open = actions.register_problem(by=actor, subject_org=bench.school.organization, title="未销号", **ITEM)
        for wrong in (other_school, still_open, found):
            with pytest.raises(Refused, match="只能认定为同一单位"):
                actions.link_relapse(found, by=actor, earlier=wrong, reason="理由")
        with pytest.raises(Refused, match="只能认定为同一单位"):
            actions.link_relapse(earlier, by=actor, earlier=found, reason="倒过来")
        actions.link_relapse(found, by=actor, earlier=earlier, reason="理由")
        assert actions.link_relapse(found, by=actor, earlier=earlier, reason="第二次点击").relapse_of_id == earlier.pk
    unit = bench.actor("unit")
    with scope(unit), pytest.raises(Refused, match="无权“撤销反弹认定”"):
        actions.unlink_relapse(found, by=unit, reason="不服")
    with as_owner(), pytest.raises(IntegrityError, match="relapse_of_another"), transaction.atomic():
        Problem.objects.filter(pk=found.pk).update(relapse_of=found.pk)


# --- what recurs -----------------------------------------------------------------------------------------------------


def test_figures_equal_the_rows(bench: Bench, back_again: Any) -> None:
    earlier, found = back_again
    actor = bench.actor("staff")
    register(bench, title="没有分类的", source_kind="x", source_id="9")
    with scope(actor):
        actions.link_relapse(found, by=actor, earlier=earlier, reason="理由")
        result = recurrence(actor, QueryDict(""))
    kinds = {kind.label: kind for kind in result.kinds}
    food = kinds["食堂、食品、饮水及宿舍卫生情况"]
    assert (food.count, food.relapses, food.closed, food.unit_count, food.share) == (2, 1, 1, 1, "50.0%")
    assert (result.total, result.relapses) == (3, 1) and "未分类" in kinds
    assert [(u.name, u.count, u.relapses) for u in result.units] == [(bench.school.organization.name, 2, 1)]
    chart = result.chart()
    totals = [sum(values) for values in zip(*(s["values"] for s in chart["series"]), strict=True)]
    assert totals == [kind.count for kind in result.kinds]
    page = f.client_for(bench.members["staff"]).get(reverse("rectification:recurring")).content.decode()
    assert "其中认定为反弹" in page and 'id="recurring-kinds"' in page


def test_figures_stop_at_the_tenant(bench: Bench) -> None:
    enter(bench)
    with as_owner():
        beside = f.office_actor(530103)
    with scope(beside):
        assert recurrence(beside, QueryDict("")).total == 0
