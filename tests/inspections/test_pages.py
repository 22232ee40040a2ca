"""The room's pages through the browser's client: each role, refusals, budgets, what a form brings and keeps."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.scope import scope
from inspections.actions.instruments import copy_version
from inspections.instruments import version_for
from inspections.models import Finding, PlannedVisit, RoutineVisit
from records.models import Draft
from tests import factories
from tests.conftest import as_owner
from tests.inspections.conftest import Corps, accepted, begin, build, form_of, save, submitted

LIST_BUDGET, DETAIL_BUDGET = 8, 15
JSON = {"Accept": "application/json"}


def url(name: str, *args: object) -> str:
    return reverse(f"inspections:{name}", args=args)


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    real = [q["sql"] for q in captured if not q["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]
    return len(real)


def again(visit: RoutineVisit) -> RoutineVisit:
    with as_owner():  # type: ignore[attr-defined]
        return RoutineVisit.objects.get(pk=visit.pk)


def edit(corps: Corps, visit: RoutineVisit) -> tuple[Client, str, dict[str, Any]]:
    client = corps.client("inspector")
    address = url("visit_edit", visit.pk)
    return client, address, form_of(client.get(address))


# --- who gets in ---------------------------------------------------------------------------------------------------

PAGES = {
    "visit_list": {"inspector", "second", "staff", "head", "leader", "unit", "other_unit"},
    "visit_start": {"inspector", "second"},
    "month_plan": {"inspector", "second", "staff", "head", "leader"},
    "coverage": {"inspector", "second", "staff", "head", "leader"},
    "instrument_list": {"inspector", "second", "staff", "head", "leader"},
}


@pytest.mark.parametrize("name", PAGES)
def test_each_role_opens_its_pages_and_no_others(corps: Corps, name: str) -> None:
    for who in corps.members:
        status = corps.client(who).get(url(name)).status_code
        assert status == (200 if who in PAGES[name] else 403), who


def test_a_served_visit_is_read_by_the_office_and_the_school(corps: Corps) -> None:
    visit = accepted(corps, "rectify", "on_spot")
    page = corps.client("unit").get(url("visit_detail", visit.pk)).content.decode()
    assert "接下来要做的事" in page and "督导办将发出整改通知书" in page and "晨读有序" in page
    assert "办理记录" not in page and "现在可以办理" not in page
    for who in ("inspector", "staff", "leader"):
        assert "办理记录" in corps.client(who).get(url("visit_detail", visit.pk)).content.decode()
    assert corps.client("other_unit").get(url("visit_detail", visit.pk)).status_code == 404
    assert corps.client("department").get(url("visit_detail", visit.pk)).status_code == 403


def test_a_foreign_tenant_gets_404_everywhere(corps: Corps) -> None:
    visit = submitted(corps, "rectify")
    with as_owner():  # type: ignore[attr-defined]
        sibling, foreign = build(530103), build(520102)
    for other in (sibling, foreign):
        staff, inspector = other.client("staff"), other.client("inspector")
        for address in (url("visit_detail", visit.pk), url("school_panel", corps.school.pk)):
            assert staff.get(address).status_code == inspector.get(address).status_code == 404
        assert staff.post(url("visit_move", visit.pk, "accept")).status_code == 404
        assert inspector.get(url("visit_edit", visit.pk)).status_code == 404
        assert inspector.post(url("visit_discard", visit.pk)).status_code == 404
    assert again(visit).state == "submitted"


def test_the_office_reads_a_draft_and_does_not_write_it(corps: Corps) -> None:
    visit = begin(corps)
    assert corps.client("staff").get(url("visit_detail", visit.pk)).status_code == 200
    assert corps.client("staff").get(url("visit_edit", visit.pk)).status_code == 403
    assert corps.client("unit").get(url("visit_detail", visit.pk)).status_code == 404


# --- the editor ----------------------------------------------------------------------------------------------------


def test_the_whole_form_comes_back_as_it_was_sent(corps: Corps) -> None:
    visit = begin(corps)
    client, address, sent = edit(corps, visit)
    key = uuid4()
    items = {q.item.code: q.item.pk for c in client.get(address).context["cards"] for q in c.questions}
    sent |= {
        "time_from": "09:00", "time_until": "11:30", "lessons": "2", "overall": "总体良好",
        f"a-{items['1-1']}": ["2"], f"a-{items['2-3']}": ["1", "4"], f"a-{items['3-3']}": ["三节"],
        f"n-{items['1-1']}": ["制度未上墙"], f"f-{key}-group_code": "6", f"f-{key}-description": "灭火器过期",
        f"f-{key}-severity": "general", f"f-{key}-disposition": "rectify",
    }  # fmt: skip
    answer = client.post(address, sent, headers=JSON)
    assert (answer.status_code, answer.json()["fields"]) == (200, {"revision": "1"})
    back = form_of(client.get(address))
    for name, value in sent.items():
        if name not in ("revision", "editor"):
            assert back.get(name, []) == (value if isinstance(value, list) else [value]) or back.get(name) == value, (
                name
            )


def test_each_card_names_what_a_disposition_causes(corps: Corps) -> None:
    page = corps.client("inspector").get(url("visit_edit", begin(corps).pk)).content.decode()
    for words in (
        "无意见",
        "现场整改",
        "发整改",
        "上报督导办",
        "与主管部门协商",
        "学校限期报告",
        "提交时立即提醒督导办",
    ):
        assert words in page


def test_a_field_that_is_no_number_is_named_and_the_rest_is_kept(corps: Corps) -> None:
    visit = begin(corps)
    client, address, sent = edit(corps, visit)
    answer = client.post(address, sent | {"lessons": "两节", "overall": "写了很多"}, headers=JSON)
    assert answer.status_code == 422 and "随机听课没有保存" in answer.json()["detail"]
    assert again(visit).overall == "写了很多"
    page = client.post(address, sent | {"lessons": "两节", "overall": "还在"})
    assert page.status_code == 422 and "两节" in page.content.decode() and "还在" in page.content.decode()


def test_another_device_s_text_is_kept_and_merged_by_choice(corps: Corps) -> None:
    visit = begin(corps)
    phone, address, on_phone = edit(corps, visit)
    desk, _, on_desk = edit(corps, visit)
    first = next(iter(n for n in on_desk if n.startswith("n-")))
    assert phone.post(address, on_phone | {"overall": "手机写的", "lessons": "3"}, headers=JSON).status_code == 200
    late = desk.post(address, on_desk | {"overall": "电脑写的", first: "电脑备注"}, headers=JSON)
    assert late.status_code == 409 and late.json()["url"] == address
    assert again(visit).overall == "手机写的"
    page = desk.get(address)
    shown = page.content.decode()
    assert "手机写的" in shown and "电脑写的" in shown and "电脑备注" in shown
    draft = page.context["merges"][0]["draft"]
    names = {d.name for d in page.context["merges"][0]["differences"]}
    assert {"overall", first} <= names
    desk.post(
        url("visit_merge", visit.pk, draft.pk),
        {"take-overall": "other", f"take-{first}": "other", "take-lessons": "saved"},
    )
    row = again(visit)
    assert (row.overall, row.lessons, row.revision) == ("电脑写的", 3, 2)
    with as_owner():  # type: ignore[attr-defined]
        assert row.answers.get().note == "电脑备注"
        assert not Draft.objects.exists()


def test_a_conflict_without_javascript_says_so_and_shows_both(corps: Corps) -> None:
    visit = begin(corps)
    client, address, old = edit(corps, visit)
    save(corps, visit, editor="elsewhere")
    page = client.post(address, old | {"overall": "旧页面写的"}, follow=True)
    shown = page.content.decode()
    assert "两份内容都已保留" in shown and "旧页面写的" in shown


def test_submit_shows_what_is_missing_and_links_to_it(corps: Corps) -> None:
    visit = begin(corps)
    client, address, sent = edit(corps, visit)
    page = client.post(address, sent | {"overall": "先写总体", "submit": "1"})
    shown = page.content.decode()
    assert page.status_code == 422 and "处没有填完" in shown and 'href="#id_time_from"' in shown
    assert again(visit).overall == "先写总体"
    for missing in page.context["missing"]:
        assert f'id="{missing.target}"' in shown, missing


def test_submitting_from_the_form_and_once_more(corps: Corps) -> None:
    visit = save(corps, begin(corps))
    client, address, sent = edit(corps, visit)
    assert client.post(address, sent | {"submit": "1"}).headers["Location"] == url("visit_detail", visit.pk)
    assert again(visit).state == "submitted"
    twice = client.post(address, sent | {"submit": "1"}, follow=True)
    assert "已经提交" in twice.content.decode()
    assert client.post(address, sent, headers=JSON).status_code == 403


def test_a_finding_without_javascript(corps: Corps) -> None:
    visit = begin(corps)
    client, address, sent = edit(corps, visit)
    opened = client.post(address, sent | {"add_finding": "6"})
    assert opened.headers["Location"] == f"{address}?open=6#card-6"
    page = client.get(f"{address}?open=6")
    key = next(c.blank.finding.key for c in page.context["cards"] if c.code == "6")
    sent = form_of(page) | {f"f-{key}-group_code": "6", f"f-{key}-description": "门卫脱岗"}
    client.post(address, sent)
    with as_owner():  # type: ignore[attr-defined]
        assert Finding.objects.get().description == "门卫脱岗"
    gone = client.post(address, form_of(client.get(address)) | {"remove_finding": str(key)})
    assert gone.headers["Location"] == f"{address}#card-6"
    with as_owner():  # type: ignore[attr-defined]
        assert not Finding.objects.exists()


@pytest.mark.parametrize("bad", ["", "x", "-1", "9" * 30])
def test_a_broken_base_or_key_never_fails_the_page(corps: Corps, bad: str) -> None:
    visit = begin(corps)
    client, address, sent = edit(corps, visit)
    broken = sent | {
        "revision": bad,
        "editor": "",
        "remove_finding": bad,
        "f-zzz-description": "x",
        "companions": [bad],
    }
    assert client.post(address, broken, headers=JSON).status_code == 409
    assert client.post(address, sent | {"remove_finding": bad}).status_code == 302


def test_returning_asks_for_a_reason_and_shows_it_to_the_inspector(corps: Corps) -> None:
    visit = submitted(corps)
    staff = corps.client("staff")
    page = staff.post(url("visit_move", visit.pk, "return"), {"reason": ""}, follow=True).content.decode()
    assert "须写明理由" in page
    staff.post(url("visit_move", visit.pk, "return"), {"reason": "时间不全"})
    assert "时间不全" in corps.client("inspector").get(url("visit_edit", visit.pk)).content.decode()


def test_the_office_accepts_once(corps: Corps) -> None:
    visit = submitted(corps, "rectify")
    assert (
        "并送达学校" in corps.client("staff").post(url("visit_move", visit.pk, "accept"), follow=True).content.decode()
    )
    second = corps.client("head").post(url("visit_move", visit.pk, "accept"), follow=True).content.decode()
    assert "审核通过并送达学校”，本次操作未生效" in second
    assert corps.client("leader").post(url("visit_move", visit.pk, "accept")).status_code == 403
    assert corps.client("staff").post(url("visit_move", visit.pk, "nonsense")).status_code == 302


# --- starting, plans -------------------------------------------------------------------------------------------------


def test_starting_offers_the_district_s_schools_only(corps: Corps) -> None:
    with as_owner():  # type: ignore[attr-defined]
        elsewhere = factories.school(530102, "不在责任区的小学")
    client = corps.client("inspector")
    page = client.get(url("visit_start")).content.decode()
    assert corps.school.organization.name in page and "不在责任区的小学" not in page
    refused = client.post(url("visit_start"), {"school": elsewhere.pk, "visited_on": "2026-11-10"})
    assert refused.status_code == 422 and "请从列表中选择学校" in refused.content.decode()
    future = client.post(url("visit_start"), {"school": corps.school.pk, "visited_on": "2026-11-11"})
    assert future.status_code == 422 and "不能晚于今天" in future.content.decode()
    made = client.post(url("visit_start"), {"school": corps.school.pk, "visited_on": "2026-11-10"})
    assert made.headers["Location"].endswith("/edit/")


def plan_post(corps: Corps, client: Client, **more: str) -> Any:
    prefix = f"s{corps.school.pk}"
    sent = {f"{prefix}-chosen": "on", f"{prefix}-planned_on": "2026-11-20", f"{prefix}-purpose": "食堂"}
    return client.post(
        f"{url('month_plan')}?month=2026-11", sent | {f"{prefix}-{k}": v for k, v in more.items()}, follow=True
    )


def test_the_month_plan_is_saved_and_carried_out(corps: Corps) -> None:
    client = corps.client("inspector")
    page = plan_post(corps, client).content.decode()
    assert "2026年11月的计划已保存" in page and "已列入 1 所" in page and "还有1所学校本月没有督导" in page
    with as_owner():  # type: ignore[attr-defined]
        plan = PlannedVisit.objects.get()
    assert "开始填写" in client.get(url("plan_detail", plan.pk)).content.decode()
    begun = client.post(url("plan_start", plan.pk))
    assert client.post(url("plan_start", plan.pk)).headers["Location"] == begun.headers["Location"]
    assert "已督导" in client.get(f"{url('month_plan')}?month=2026-11").content.decode()
    assert corps.client("unit").get(url("plan_detail", plan.pk)).status_code == 404


def test_a_plan_s_day_lies_in_its_month(corps: Corps) -> None:
    page = plan_post(corps, corps.client("inspector"), planned_on="2026-12-01")
    assert page.status_code == 422 and "请填写2026年11月内的日期" in page.content.decode()


def test_a_past_month_is_only_read(corps: Corps) -> None:
    client = corps.client("inspector")
    assert "保存计划" not in client.get(f"{url('month_plan')}?month=2026-10").content.decode()
    assert client.post(f"{url('month_plan')}?month=2026-10", {}).status_code == 403
    assert corps.client("leader").post(f"{url('month_plan')}?month=2026-11", {}).status_code == 403


def test_an_announced_plan_is_seen_by_the_school(corps: Corps) -> None:
    plan_post(corps, corps.client("inspector"), announced="on")
    with as_owner():  # type: ignore[attr-defined]
        plan = PlannedVisit.objects.get()
    page = corps.client("unit").get(url("plan_detail", plan.pk)).content.decode()
    assert "已预先通知" in page and "2026年11月20日" in page and "开始填写" not in page


def test_coverage_counts_what_was_handed_in(corps: Corps) -> None:
    begin(corps, school=corps.schools[1])
    submitted(corps)
    page = corps.client("staff").get(url("coverage"))
    shown = {s.pk: (s.in_month, s.in_term) for s in page.context["page_obj"].object_list}
    assert shown == {corps.schools[0].pk: (1, 1), corps.schools[1].pk: (0, 0)}
    assert (page.context["coverage"].visited, page.context["coverage"].missing) == (1, 1)
    lacking = corps.client("staff").get(f"{url('coverage')}?lacking=month").context["page_obj"].object_list
    assert [s.pk for s in lacking] == [corps.schools[1].pk]
    october = corps.client("staff").get(f"{url('coverage')}?month=2026-10").context["coverage"]
    assert (october.visited, october.visits) == (0, 0)


def test_a_school_s_panel(corps: Corps) -> None:
    accepted(corps, "rectify")
    submitted(corps, day=date(2026, 11, 5))
    staff = corps.client("staff").get(url("school_panel", corps.school.pk))
    assert [c.visits for c in staff.context["strip"]] == [0] * 11 + [2]
    own = corps.client("unit").get(url("school_panel", corps.school.pk), headers={"HX-Request": "true"})
    assert [c.visits for c in own.context["strip"]] == [0] * 11 + [1] and "<html" not in own.content.decode()


def test_the_list_narrows(corps: Corps) -> None:
    accepted(corps, "rectify")
    submitted(corps, school=corps.schools[1], day=date(2026, 10, 9))
    client = corps.client("staff")
    for query, count in {
        "": 2, "month=2026-10": 1, "state=accepted": 1, "found=on": 1, f"school={corps.school.organization.name}": 1,
        "inspector=没有这个人": 0, "sort=-school": 2, "sort=nonsense&page=99": 2,
    }.items():  # fmt: skip
        assert client.get(f"{url('visit_list')}?{query}").context["total"] == count, query


# --- instruments -----------------------------------------------------------------------------------------------------


def test_an_office_makes_a_version_of_its_own(corps: Corps) -> None:
    staff = corps.actor("staff")
    with scope(staff):
        country = version_for(staff)
    client = corps.client("staff")
    made = client.post(url("version_copy", country.pk)).headers["Location"]
    assert "发布" in client.get(made).content.decode()
    draft = int(made.rstrip("/").rsplit("/", 1)[1])
    question = {
        "code": "9-1",
        "group_code": "9",
        "group": "校外培训",
        "label": "有无教师校外兼职",
        "kind": "choice",
        "order": "99",
    }
    wrong = client.post(url("item_create", draft), question | {"options": "有"})
    assert wrong.status_code == 422 and "至少填写两个选项" in wrong.content.decode()
    assert client.post(url("item_create", draft), question | {"options": "有\n没有"}).status_code == 302
    double = client.post(url("item_create", draft), question | {"options": "有\n没有"})
    assert double.status_code == 422 and "编号重复" in double.content.decode()
    client.post(url("version_change", draft), {"note": "增加校外培训"})
    client.post(url("version_publish", draft))
    assert "当前使用" in client.get(url("instrument_list")).content.decode()
    assert "已发布的版本不能修改" in client.get(url("item_create", draft), follow=True).content.decode()
    assert client.get(url("version", draft)).status_code == 200
    assert corps.client("inspector").post(url("version_copy", country.pk)).status_code == 403


def test_a_question_can_be_removed_while_in_the_making(corps: Corps) -> None:
    staff = corps.actor("staff")
    with scope(staff):
        draft = copy_version(version_for(staff), by=staff)
        item = draft.items.get(code="1-3")
    corps.client("staff").post(url("item_change", draft.pk, item.pk), {"remove": "1"})
    with scope(staff):
        assert not draft.items.filter(code="1-3").exists()


# --- budgets and long names --------------------------------------------------------------------------------------------


def many(corps: Corps, count: int) -> None:
    with as_owner():  # type: ignore[attr-defined]
        from inspectors.models import DistrictSchool, ResponsibilityDistrict

        district = ResponsibilityDistrict.objects.get(division_code=530102)
        made = [factories.school(530102, "长" * 180 + f"第{n}小学") for n in range(count)]
        for unit in made:
            DistrictSchool.objects.create(district=district, division_code=530102, organization=unit.organization)
    for unit in made:
        accepted(corps, "rectify", "on_spot", school=unit)


def test_budgets_do_not_grow_with_the_rows(corps: Corps) -> None:
    addresses = {
        "visit_list": LIST_BUDGET, "coverage": DETAIL_BUDGET, "month_plan": DETAIL_BUDGET, "instrument_list": LIST_BUDGET,
    }  # fmt: skip
    staff, inspector = corps.client("staff"), corps.client("inspector")
    counted: list[dict[str, int]] = []
    for count in (3, 27):
        many(corps, count)
        counted.append(
            {name: queries(staff, url(name)) for name in addresses}
            | {f"{name} as inspector": queries(inspector, url(name)) for name in addresses}
        )
    assert counted[0] == counted[1]
    for name, number in counted[1].items():
        assert number <= addresses[name.split()[0]], (name, number)


def test_a_record_s_pages_stay_within_fifteen_queries(corps: Corps) -> None:
    visit = accepted(corps, *["rectify"] * 6)
    draft = save(corps, begin(corps, school=corps.schools[1]))
    counted = {
        "detail": queries(corps.client("staff"), url("visit_detail", visit.pk)),
        "unit": queries(corps.client("unit"), url("visit_detail", visit.pk)),
        "edit": queries(corps.client("inspector"), url("visit_edit", draft.pk)),
        "panel": queries(corps.client("staff"), url("school_panel", corps.school.pk)),
        "version": queries(corps.client("staff"), url("version", visit.version_id)),
    }
    assert all(number <= DETAIL_BUDGET for number in counted.values()), counted


def test_the_workbench_offers_each_role_its_lines(corps: Corps) -> None:
    accepted(corps, "rectify")
    submitted(corps, school=corps.schools[1])
    begin(corps, school=corps.schools[1], day=date(2026, 11, 9))
    for who, words in {"staff": "审核督导记录", "inspector": "填完并提交督导记录", "unit": ""}.items():
        page = corps.client(who).get("/").content.decode()
        assert words in page, who
        assert ("本月督导覆盖" in page) is (who != "unit")
    watched = corps.client("unit").get("/", {"show": "watch"}).content.decode()
    assert "阅读督导记录" in watched
