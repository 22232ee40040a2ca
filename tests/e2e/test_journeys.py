"""The main job, end to end, by different people in a real browser (issue: Done when 2)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect

from inspections.models import RoutineVisit
from records import clock
from records.models import Deadline, Document, Outbox
from rectification.models import Problem, SupervisoryOrder, Ticket
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import PASSWORD, County, build, photo

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
Arrive = Callable[..., Visitor]


@pytest.fixture
def county(transactional_db: None) -> County:
    with as_owner():
        return build()


def arrive(visitors: Arrive, county: County, who: str, *, phone: bool = False) -> Visitor:
    visitor = visitors(who, phone=phone)
    visitor.sign_in(county.username(who), PASSWORD)
    visitor.looks(f"workbench-{who}")
    return visitor


def sweep(on: date) -> str:
    out = StringIO()
    call_command("sweep_deadlines", "--on", on.isoformat(), stdout=out)
    return out.getvalue()


def plan(visitor: Visitor, county: County) -> None:
    page = visitor.go("/inspections/plan/")
    page.get_by_role("checkbox", name=county.school.organization.name, exact=True).check()
    page.get_by_label("重点：五华区云津小学").fill("校园安全")
    visitor.looks("plan")
    visitor.press("保存计划")
    visitor.told("计划已保存")


def visit(visitor: Visitor, county: County, tmp: Path) -> None:
    """On the phone: from the workbench's line to the submitted record, with a finding and its picture."""
    page = visitor.go("/inspections/plan/")
    with as_owner():
        planned = county.school.organization.pk
    page.goto(f"{visitor.base}/inspections/visits/start/?school={planned}")
    page.get_by_label("学校").select_option(str(planned))
    visitor.looks("visit-start")
    visitor.press("开始填写")
    page.get_by_label("到校时间").fill("09:00")
    page.get_by_label("离校时间").fill("11:30")
    page.get_by_role("spinbutton", name="随机听课").fill("2")
    page.get_by_role("spinbutton", name="校园巡视").fill("1")
    answer_all(page)
    find_problem(page, photo(tmp, "before.jpg", "#7a4a3a"))
    page.get_by_role("textbox", name="典型经验").fill("课间活动组织有序。")
    page.get_by_role("textbox", name="总体意见").fill("总体规范，消防通道须立即清理。")
    expect(page.get_by_text(re.compile("已保存 \\d"))).to_be_visible()
    visitor.looks("visit-edit")
    visitor.press("提交审核", confirm="提交审核")
    visitor.told("待审核")
    visitor.looks("visit-submitted")


def answer_all(page: Page) -> None:
    """The first answer of every question that must be answered."""
    for question in page.locator("[data-question][data-required]").all():
        if question.locator(".big").count():
            question.locator(".big input").first.check()
        elif question.locator("input[type=text]").count():
            question.locator("input[type=text]").first.fill("3")
        else:
            question.locator("textarea").first.fill("已查看，情况属实。")


def find_problem(page: Page, picture: Path) -> None:
    card = page.locator("#card-6")
    card.get_by_role("button", name="发现问题").click()
    sheet = card.locator("details[data-finding]").last
    sheet.get_by_role("textbox", name="问题描述").fill("教学楼西侧消防通道堆放旧课桌约二十张，影响疏散。")
    sheet.get_by_role("radio", name="严重", exact=True).check()
    sheet.locator("input[value=rectify]").check()
    sheet.locator("input[type=file]").set_input_files(picture)
    expect(sheet.get_by_text("已上传")).to_be_visible()
    sheet.get_by_role("button", name="完成").click()


def accept(visitor: Visitor) -> None:
    with as_owner():
        row = RoutineVisit.objects.get()
    visitor.go(row.get_absolute_url())
    visitor.looks("visit-accept")
    visitor.press("审核通过并送达学校", confirm="审核通过并送达学校")
    visitor.told("已送达学校")


def open_ticket(visitor: Visitor) -> Ticket:
    with as_owner():
        problem = Problem.objects.get()
    page = visitor.go(problem.get_absolute_url())
    visitor.looks("problem")
    page.get_by_role("link", name="开具整改单").click()
    page.get_by_role("textbox", name="事由").fill("教学楼消防通道堆放杂物")
    page.get_by_role("textbox", name="整改要求").fill(
        "立即清空消防通道，恢复疏散宽度。\n建立每日巡查记录，由分管副校长负责。"
    )
    visitor.looks("ticket-form")
    visitor.press("开具整改单")
    visitor.press("送签整改通知书", confirm="送签整改通知书")
    visitor.told("待签发")
    visitor.looks("ticket-approval")
    with as_owner():
        return Ticket.objects.get()


def approve(visitor: Visitor, kind: str) -> Document:
    with as_owner():
        paper = Document.objects.get(kind_of=kind)
    visitor.go(paper.get_absolute_url())
    visitor.looks(f"{kind}-draft")
    visitor.press("签发", confirm="签发")
    visitor.told("已签发并取得文号")
    visitor.go(paper.get_absolute_url())
    visitor.told("已送达")
    visitor.looks(kind)
    with as_owner():
        paper.refresh_from_db()
    assert re.fullmatch(r"五政教督办〔\d{4}〕\d+号", paper.number)
    return paper


def sign_and_measure(visitor: Visitor, ticket: Ticket) -> None:
    page = visitor.go(ticket.get_absolute_url())
    visitor.looks("ticket-unit-served")
    visitor.press("签收", confirm="签收")
    visitor.told("整改中")
    visitor.looks("ticket-unit")
    page.goto(f"{visitor.base}/rectification/tickets/{ticket.pk}/measures/")
    page.get_by_role("textbox", name="措施").first.fill("清空消防通道，旧课桌移交资产库")
    page.get_by_role("textbox", name="责任人").first.fill("李副校长")
    page.get_by_label("计划完成日期").first.fill(clock.today().isoformat())
    visitor.looks("measures")
    visitor.press("保存整改措施")
    visitor.told("清空消防通道")


def report(visitor: Visitor, ticket: Ticket, tmp: Path) -> None:
    page = visitor.go(f"/rectification/tickets/{ticket.pk}/report/")
    page.get_by_role("textbox", name="整改情况").fill("消防通道已全部清空并划线，每日巡查记录已建立。")
    page.locator("input[type=file]").set_input_files(photo(tmp, "after.jpg", "#3a7a4a"))
    visitor.looks("report")
    visitor.press("报送整改报告", confirm="报送")
    visitor.told("待核查")


def assign(visitor: Visitor, county: County, ticket: Ticket) -> None:
    """Another inspector than the one who found it is to look."""
    page = visitor.go(f"/rectification/tickets/{ticket.pk}/verifier/")
    page.get_by_label("核查人").select_option(str(county.people["verifier"].user_id))
    visitor.looks("verifier")
    page.get_by_role("main").get_by_role("button").last.click()
    page.wait_for_url(re.compile(r"/tickets/\d+/$"))


def verify(visitor: Visitor, ticket: Ticket) -> None:
    page = visitor.go(f"/rectification/tickets/{ticket.pk}/verify/")
    page.get_by_role("radio", name="核查通过").check()
    page.get_by_role("radio", name=re.compile("现场")).check()
    page.get_by_role("textbox", name="核查意见").fill("现场查看，通道畅通，巡查记录齐全。")
    visitor.looks("verify")
    visitor.press("提交核查")
    visitor.told("待销号")


def test_from_plan_to_closed(visitors: Arrive, county: County, tmp_path: Path) -> None:
    """Plan, visit on the phone, acceptance, notice, receipt, measures, report, verification and closing: six people."""
    inspector = arrive(visitors, county, "inspector", phone=True)
    plan(inspector, county)
    visit(inspector, county, tmp_path)
    staff = arrive(visitors, county, "staff")
    accept(staff)
    ticket = open_ticket(staff)
    head = arrive(visitors, county, "head")
    approve(head, "rectification_notice")
    school = arrive(visitors, county, "school", phone=True)
    sign_and_measure(school, ticket)
    department = arrive(visitors, county, "department")
    department.go(ticket.get_absolute_url())
    department.looks("ticket-department")
    report(school, ticket, tmp_path)
    assign(staff, county, ticket)
    verifier = arrive(visitors, county, "verifier", phone=True)
    verify(verifier, ticket)
    head.go(ticket.get_absolute_url())
    head.press("销号", confirm="销号")
    head.told("已销号")
    head.looks("ticket")
    with as_owner():
        ticket.refresh_from_db()
        assert ticket.state == "closed" and Problem.objects.get().state == "closed"
        assert len({ticket.closed_by_id, ticket.verified_by_id, ticket.answered_by_id, ticket.created_by_id}) == 4
        verdicts = dict(Deadline.objects.filter(met_at__isnull=False).values_list("act", "verdict"))
    assert verdicts["rectification.report"] == "on_time" and verdicts["rectification.verify"] == "on_time"


def test_from_ignored_ticket_to_order(visitors: Arrive, county: County, tmp_path: Path) -> None:
    """Nobody answers: the sweep reminds, warns, drafts the order; the head approves; it is served as a numbered PDF; still no
    answer, and the head finds a proposal to interview. Only the date moves, by the command."""
    inspector = arrive(visitors, county, "inspector", phone=True)
    visit(inspector, county, tmp_path)
    staff = arrive(visitors, county, "staff")
    accept(staff)
    ticket = open_ticket(staff)
    head = arrive(visitors, county, "head")
    approve(head, "rectification_notice")
    school = arrive(visitors, county, "school", phone=True)
    school.go(ticket.get_absolute_url())
    school.press("签收", confirm="签收")
    with as_owner():
        due = Deadline.objects.get(act="rectification.report", met_at__isnull=True).last_day
    assert due == clock.today() + timedelta(days=20)
    for day in range(-6, 9):
        sweep(due + timedelta(days=day))
    school.go("/records/inbox/")
    school.looks("inbox-reminded")
    order_paper = approve(head, "supervisory_order")
    with as_owner():
        order = SupervisoryOrder.objects.get()
    assert order.state == "in_force" and order_paper.pages
    head.go(f"/records/documents/{order_paper.pk}/")
    head.looks("order")
    school.go(order.get_absolute_url())
    school.looks("order-unit")
    with as_owner():
        answer_by = Deadline.objects.get(act="rectification.order", met_at__isnull=True).last_day
    for day in range(-4, 9):
        sweep(answer_by + timedelta(days=day))
    with as_owner():
        order.refresh_from_db()
        assert order.state == "lapsed"
        assert Outbox.objects.filter(topic="accountability.propose_interview", consumed_at__isnull=True).count() == 1
    page = head.go("/")
    expect(page.get_by_text("约谈").first).to_be_visible()
    head.looks("workbench-head-proposal")
