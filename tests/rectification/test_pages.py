"""Every page of the room through the browser: who sees what, what bad input gets, few queries."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.scope import scope
from records import clock
from records.models import Attachment, Draft
from rectification import actions
from rectification.models import Problem, Ticket
from tests import factories
from tests.conftest import as_owner
from tests.rectification import conftest as journey
from tests.rectification.conftest import Bench, again

pytestmark = pytest.mark.django_db


def browser(bench: Bench, who: str) -> Client:
    with as_owner():
        return factories.client_for(bench.members[who])


def page(bench: Bench, who: str, name: str, *args: Any, status: int = 200) -> str:
    response = browser(bench, who).get(reverse(f"rectification:{name}", args=args))
    assert response.status_code == status, response.content.decode()[:400]
    return response.content.decode()


def photo(name: str = "after.png") -> SimpleUploadedFile:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(held, "PNG")
    return SimpleUploadedFile(name, held.getvalue(), "image/png")


@pytest.mark.parametrize("state", ["draft", "approval", "served", "rectifying", "reported", "verified", "closed"])
def test_the_ticket_shows_in_every_state_to_whoever_may_see_it(bench: Bench, state: str) -> None:
    row = journey.ticket(bench, state=state)
    for who in ("staff", "head", "leader"):
        assert row.number in page(bench, who, "ticket_detail", row.pk)
    shown = 404 if state in ("draft", "approval") else 200
    for who in ("unit", "department"):
        page(bench, who, "ticket_detail", row.pk, status=shown)


def test_the_units_page_says_what_by_when_under_which_article_and_what_next(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    text = page(bench, "unit", "ticket_detail", row.pk)
    day = row.signed_at and clock.local(row.signed_at).date() + timedelta(days=20)
    for said in ("请填写整改措施，完成整改，报送整改报告", f"{day.year}年{day.month}月{day.day}日", "云南省教育督导规定",
                 "整改后的照片", "督导办或责任督学核查", "请先填写整改措施"):  # fmt: skip
        assert said in text
    assert "内部意见" not in text


def test_a_neighbour_gets_not_found_and_an_outsider_of_the_room_forbidden(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    with as_owner():
        sibling = factories.client_for(factories.member(factories.office(530103), "office_staff"))
        admin = factories.client_for(factories.member(bench.office, "system_admin"))
    url = reverse("rectification:ticket_detail", args=[row.pk])
    assert sibling.get(url).status_code == 404
    assert admin.get(url).status_code == 403


def test_a_unit_reads_but_does_not_open_the_offices_forms(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    for who, names in (
        ("unit", ("verify", "verifier", "ticket_change", "order_draft")),
        ("staff", ("measures", "report")),
    ):
        for name in names:
            assert row.title not in page(bench, who, name, row.pk, status=403)


def test_lists_and_details_of_problems_and_orders(bench: Bench) -> None:
    journey.ticket(bench, state="served")
    loose = journey.problem(bench, title="课表缺安全教育课")
    assert "课表缺安全教育课" in page(bench, "staff", "problem_list")
    assert "开具整改单" in page(bench, "staff", "problem_detail", loose.pk)
    assert "开具整改单" not in page(bench, "leader", "problem_detail", loose.pk)
    seen = page(bench, "unit", "problem_list")
    assert "食堂留样记录不全" in seen and "课表缺安全教育课" not in seen
    assert "没有督办单" in page(bench, "staff", "order_list")


def test_filters_of_the_ticket_list(bench: Bench) -> None:
    row = journey.ticket(bench, state="served")
    client = browser(bench, "staff")
    url = reverse("rectification:ticket_list")
    for query, found in (
        ({"state": "served"}, True), ({"state": "closed"}, False), ({"q": row.number}, True), ({"q": "校车"}, False),
        ({"school": bench.school.organization.name}, True), ({"severity": "serious"}, False), ({"overdue": "on"}, False),
    ):  # fmt: skip
        assert (row.number in client.get(url, query).content.decode()) is found, query
    with clock.travel(clock.today() + timedelta(days=9)):
        assert row.number in client.get(url, {"overdue": "on"}).content.decode()


def test_from_a_problem_to_a_served_ticket_by_the_forms(bench: Bench) -> None:
    problem, second = journey.problem(bench), journey.problem(bench, title="食品台账缺签名")
    client = browser(bench, "staff")
    url = reverse("rectification:ticket_open", args=[problem.pk])
    form = {
        "problems": [problem.pk, second.pk],
        "title": "食堂管理不规范",
        "demand": "",
        "department": bench.department.pk,
    }
    refused = client.post(url, form)
    assert refused.status_code == 422 and "食堂管理不规范" in refused.content.decode()
    made = client.post(url, form | {"demand": "补齐留样和台账。"}, follow=True)
    assert made.status_code == 200
    with as_owner():
        row = Ticket.objects.get()
        assert row.problems.count() == 2
    client.post(reverse("rectification:ticket_move", args=[row.pk, "submit"]))
    assert again(row).state == Ticket.State.APPROVAL
    assert journey.serve(bench, row).state == Ticket.State.SERVED
    browser(bench, "unit").post(reverse("rectification:ticket_move", args=[row.pk, "sign"]))
    assert again(row).state == Ticket.State.RECTIFYING


def test_measures_more_rows_keep_what_was_typed_and_errors_stand_at_the_field(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    client, url = browser(bench, "unit"), reverse("rectification:measures", args=[row.pk])
    data = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-0-text": "补齐留样", "form-0-owner_name": "王校长",
            "form-0-planned_on": "2026-12-01", "form-1-text": "", "form-1-owner_name": ""}  # fmt: skip
    more = client.post(url, data | {"more": "1"}).content.decode()
    assert more.count("<legend>第") == 5 and "补齐留样" in more
    wrong = client.post(url, data | {"form-0-planned_on": "明天"})
    assert wrong.status_code == 422 and "王校长" in wrong.content.decode()
    assert client.post(url, data).status_code == 302
    with as_owner():
        assert [m.text for m in row.measures.all()] == ["补齐留样"]
    again_shown = client.get(url).content.decode()
    assert "补齐留样" in again_shown


def test_the_report_is_drafted_for_oneself_and_handed_in_with_its_pictures(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    unit = bench.actor("unit")
    with scope(unit):
        actions.save_measures(
            row, by=unit, lines=[{"text": "补", "owner_name": "王", "planned_on": clock.today(), "done_on": None}]
        )
    client, url = browser(bench, "unit"), reverse("rectification:report", args=[row.pk])
    client.post(url, {"text": "写到一半", "save": "1", "evidence": [photo()]})
    assert again(row).state == Ticket.State.RECTIFYING
    kept = client.get(url).content.decode()
    assert "写到一半" in kept and "after.png" in kept
    assert "after.png" not in page(bench, "staff", "ticket_detail", row.pk)
    with scope(bench.actor("staff")):
        assert not Attachment.objects.exists()
    refused = client.post(url, {"text": "写完了", "evidence": [SimpleUploadedFile("photo.jpg", b"MZ not a picture")]})
    assert refused.status_code == 422 and "写完了" in refused.content.decode()
    assert client.post(url, {"text": "全部写完了"}).status_code == 302
    seen = page(bench, "staff", "ticket_detail", row.pk)
    assert "全部写完了" in seen and "after.png" in seen
    with as_owner():
        assert not Draft.objects.exists()


def test_verifying_by_the_form_returns_or_passes(bench: Bench) -> None:
    row = journey.ticket(bench, state="reported")
    client, url = browser(bench, "staff2"), reverse("rectification:verify", args=[row.pk])
    wrong = client.post(url, {"note": "看了"})
    assert wrong.status_code == 422 and "请选择核查结论" in wrong.content.decode()
    client.post(url, {"passed": "0", "method": "photo", "note": "照片不是本校食堂"})
    assert again(row).state == Ticket.State.RECTIFYING
    assert "照片不是本校食堂" in page(bench, "unit", "ticket_detail", row.pk)


def test_the_second_browser_hears_who_closed_it(bench: Bench) -> None:
    row = journey.ticket(bench, state="verified")
    url = reverse("rectification:ticket_move", args=[row.pk, "close"])
    browser(bench, "head").post(url)
    late = browser(bench, "staff").post(url, follow=True).content.decode()
    assert f"该事项已由{bench.members['head'].user.full_name}于" in late


def test_urging_notes_and_an_order_by_hand(bench: Bench) -> None:
    row = journey.ticket(bench, state="rectifying")
    browser(bench, "department").post(reverse("rectification:urge", args=[row.pk]), {"note": "已到校督促"})
    staff = browser(bench, "staff")
    staff.post(reverse("rectification:note_create", args=[row.pk]), {"text": "留意该校"})
    made = staff.post(reverse("rectification:order_draft", args=[row.pk]), {"reason": "多次催促仍敷衍"}, follow=True)
    assert "多次催促仍敷衍" in made.content.decode()
    second = staff.post(reverse("rectification:order_draft", args=[row.pk]), {"reason": "再督"})
    assert second.status_code == 422 and "未了结的督办单" in second.content.decode()
    seen = page(bench, "staff", "ticket_detail", row.pk)
    assert "已到校督促" in seen and "留意该校" in seen and "督办单（第1次）" in seen
    assert "留意该校" not in page(bench, "department", "ticket_detail", row.pk)


def test_dismissing_and_unknown_moves(bench: Bench) -> None:
    problem = journey.problem(bench)
    client = browser(bench, "staff")
    client.post(reverse("rectification:problem_move", args=[problem.pk, "dismiss"]), {"reason": "已当场解决"})
    assert again(problem).state == Problem.State.DISMISSED
    assert client.post(reverse("rectification:problem_move", args=[problem.pk, "close"])).status_code == 404
    row = journey.ticket(bench)
    assert client.post(reverse("rectification:ticket_move", args=[row.pk, "verify"])).status_code == 404
    assert client.get(reverse("rectification:ticket_move", args=[row.pk, "close"])).status_code == 405


def test_a_problem_entered_by_hand(bench: Bench) -> None:
    client, url = browser(bench, "staff"), reverse("rectification:problem_create")
    form = {"subject_org": bench.school.organization.pk, "title": "校门口停车混乱", "severity": "minor",
            "found_on": (clock.today() + timedelta(days=1)).isoformat()}  # fmt: skip
    assert "发现日期不能晚于今天" in client.post(url, form).content.decode()
    assert client.post(url, form | {"found_on": clock.today().isoformat()}).status_code == 302


@pytest.mark.parametrize("who", ["staff", "unit", "department"])
def test_lists_cost_the_same_with_three_rows_and_with_thirty(bench: Bench, who: str) -> None:
    for _ in range(3):
        journey.ticket(bench, state="served")
    client = browser(bench, who)
    urls = [reverse(f"rectification:{name}") for name in ("ticket_list", "problem_list", "order_list")]
    few = [factories.queries_of(client, url) for url in urls]
    for _ in range(27):
        journey.ticket(bench, state="served")
    many = [factories.queries_of(client, url) for url in urls]
    assert few == many
    assert max(many) <= 8, many


@pytest.mark.parametrize("who", ["staff", "unit", "department"])
def test_the_ticket_costs_fifteen_queries_at_most(bench: Bench, who: str) -> None:
    row = journey.ticket(bench, state="rectifying")
    for _ in range(3):
        row = journey.verify(bench, journey.report(bench, row), passed=False)
    row = journey.report(bench, row)
    assert factories.queries_of(browser(bench, who), reverse("rectification:ticket_detail", args=[row.pk])) <= 15


def test_a_school_s_page_shows_its_tickets_to_whoever_may_read_them(bench: Bench) -> None:
    """The open one first, the draft not to the school; the panel hangs on the school's page by its address."""
    done, draft = journey.ticket(bench, state="closed"), journey.ticket(bench, state="draft")
    school = done.subject_org_id
    panel = page(bench, "staff", "school_panel", school)
    assert panel.index(draft.number) < panel.index(done.number)
    assert "正在整改 1 件" in panel and "全部 2 件" in panel
    own = page(bench, "unit", "school_panel", school)
    assert done.number in own and draft.number not in own and "全部 1 件" in own
    detail = browser(bench, "staff").get(reverse("supervision:school_detail", args=[school])).content.decode()
    assert f'hx-get="{reverse("rectification:school_panel", args=[school])}"' in detail
