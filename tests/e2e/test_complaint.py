"""A complaint in a real browser: from a phone at the school's gate to the answer that its sender reads, and kept from a
colleague who is complained of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.actors import Role
from inspections.models import Complaint, ComplaintIntake
from records.models import Attachment, Deadline
from rectification.models import Problem, Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import CODE, PASSWORD, County, build, photo

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
TEXT = "十一月以来，食堂后厨多次看到老鼠，餐具没有消毒，学生吃后腹泻。"
ANSWER = "经现场核查，后厨防鼠设施不全属实，已责令学校限期整改，并由责任督学跟踪复查。"


@pytest.fixture
def county(transactional_db: None) -> County:
    cache.clear()
    with as_owner():
        county = build()
        county.people["recused"] = f.member(f.office(CODE), Role.OFFICE_STAFF, user=f.person("钱科员"))
        return county


def arrive(visitors: Arrive, county: County, who: str, *, phone: bool = False) -> Visitor:
    visitor = visitors(who, phone=phone)
    visitor.sign_in(county.username(who), PASSWORD)
    return visitor


def gate_address(staff: Visitor, county: County) -> str:
    """What the code at the school's gate says, read from the sheet that the office prints."""
    page = staff.go(f"/inspections/schools/{county.school.pk}/complaint-code/")
    staff.looks("complaint-code")
    printed = page.locator(".gate-sheet .source").text_content() or ""
    return printed[printed.index("/public/") :]


def send(sender: Visitor, address: str, tmp: Path) -> tuple[str, str]:
    """Written on the phone with two attachments: (number, query code)."""
    page = sender.go(address)
    sender.told("五华区云津小学")
    sender.looks("complaint-form")
    sender.press("提交")
    sender.told("需要修改")
    sender.complaints.clear()  # Chromium notes the 422 itself
    sender.looks("complaint-form-wrong")
    page.get_by_label("食堂、饮水、宿舍卫生").check()
    page.get_by_label("具体情况").fill(TEXT)
    page.get_by_label("照片或文件").set_input_files(
        [photo(tmp, "kitchen.jpg", "#705030"), photo(tmp, "dish.jpg", "#305070")]
    )
    page.get_by_label("联系电话").fill("13911112222")
    sender.looks("complaint-form-filled")
    expect(page.locator("input[name=found]")).not_to_have_value("")
    sender.press("提交")
    sender.told("您的来件已经收到")
    sender.looks("complaint-received")
    assert sender.context.cookies() == []
    # Taken as worked for, not as one of the few that come without a script.
    assert cache.get("limit:complaint:127.0.0.1") == 1 and cache.get("limit:complaint:plain") is None
    number, code = page.locator(".receipt dd").all_text_contents()
    return number, code


def ask(sender: Visitor, number: str, code: str) -> None:
    page = sender.go("/public/complaints/query/")
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    sender.press("查询")


def recuse(staff: Visitor, complaint: Complaint) -> None:
    page = staff.go(complaint.get_absolute_url())
    staff.told(TEXT)
    staff.looks("complaint-office")
    page.get_by_role("link", name="决定回避").click()
    page.get_by_label("回避人员").select_option(label="钱科员（督导办工作人员）")
    page.get_by_label("理由").fill("与被反映学校食堂承包人有亲属关系")
    staff.looks("complaint-recuse")
    page.get_by_role("main").get_by_role("button").last.click()
    staff.told("已决定回避")


def before_the_visit(inspector: Visitor, county: County, number: str) -> None:
    """The school's inspector learns of it, and reads it on the record of the visit that he starts."""
    page = inspector.go("/records/inbox/")
    inspector.told("到校前请了解")
    page.goto(f"{inspector.base}/inspections/visits/start/?school={county.school.organization.pk}")
    inspector.looks("visit-start-with-complaint")
    page.get_by_label("学校").select_option(str(county.school.organization.pk))
    inspector.press("开始填写")
    page.get_by_text("近半年有1件投诉举报").click()
    inspector.looks("visit-with-complaint")
    page.get_by_role("link", name="食堂、饮水、宿舍卫生").click()
    inspector.told(TEXT)
    expect(page.get_by_text("13911112222")).to_have_count(0)
    expect(page.get_by_text("仅承办人员可见")).to_be_visible()
    inspector.looks("complaint-inspector")


def make_ticket(staff: Visitor, complaint: Complaint) -> None:
    page = staff.go(complaint.get_absolute_url())
    page.get_by_role("link", name="登记为问题").click()
    page.get_by_role("textbox", name="问题").first.fill("食堂防鼠设施不全")
    page.get_by_label("查实的情况").fill("后厨两处门缝超过一厘米，没有挡鼠板。")
    page.get_by_role("radio", name="严重", exact=True).check()
    staff.looks("complaint-problem")
    page.get_by_role("main").get_by_role("button").last.click()
    staff.told("已登记为问题")
    page.get_by_role("link", name="开具整改单").click()
    page.get_by_role("textbox", name="整改要求").fill("立即加装挡鼠板，餐具每餐消毒并记录。")
    staff.press("开具整改单")
    staff.told("食堂防鼠设施不全")


def propose(staff: Visitor, complaint: Complaint) -> None:
    page = staff.go(complaint.get_absolute_url())
    staff.looks("complaint-accepted")
    page.get_by_role("link", name="拟写答复送审").click()
    page.get_by_label("查办结果和答复").fill(ANSWER)
    staff.looks("complaint-answer")
    page.get_by_role("main").get_by_role("button").last.click()
    staff.told("已送审")


def sees_nothing(recused: Visitor, complaint: Complaint) -> None:
    """No list, page, search, inbox or deadline of his says that there is such a thing."""
    page = recused.page
    for path in ("/", "/inspections/complaints/", "/records/inbox/", "/rectification/problems/"):
        recused.go(path)
        expect(page.get_by_role("main")).to_be_visible()
        assert complaint.number not in page.content(), path
    with as_owner():
        deadlines = list(Deadline.objects.of(complaint).values_list("pk", flat=True))
        files = list(Attachment.objects.of(complaint).values_list("pk", flat=True))
    for path in (complaint.get_absolute_url(), *(f"/records/deadlines/{pk}/" for pk in deadlines),
                 *(f"/records/attachments/{pk}/" for pk in files)):  # fmt: skip
        answer = page.goto(recused.base + path)
        assert answer is not None and answer.status == 404, path
    recused.complaints.clear()  # Chromium notes the 404s itself


def test_from_the_gate_to_the_answer(visitors: Arrive, county: County, tmp_path: Path) -> None:
    staff = arrive(visitors, county, "staff")
    sender = visitors("sender", phone=True)
    number, code = send(sender, gate_address(staff, county), tmp_path)
    ask(sender, number, code)
    sender.told("待受理")
    with as_owner():
        complaint = Complaint.objects.get(number=number)
        assert complaint.channel == "code" and Attachment.objects.of(complaint).count() == 2
    staff.go("/inspections/complaints/")
    staff.looks("complaint-list")
    recuse(staff, complaint)
    recused = arrive(visitors, county, "recused")
    sees_nothing(recused, complaint)
    staff.press("受理", confirm="受理")
    staff.told("已受理")
    sees_nothing(recused, complaint)
    before_the_visit(arrive(visitors, county, "inspector", phone=True), county, number)
    make_ticket(staff, complaint)
    propose(staff, complaint)
    ask(sender, number, code)
    sender.told("办理中")
    expect(sender.page.get_by_text(ANSWER)).to_have_count(0)
    head = arrive(visitors, county, "head")
    head.go(complaint.get_absolute_url())
    head.looks("complaint-to-decide")
    head.press("审定答复并办结", confirm="审定答复并办结")
    head.told("已办结")
    sees_nothing(recused, complaint)
    ask(sender, number, code)
    sender.told(ANSWER)
    sender.looks("complaint-answered")
    with as_owner():
        complaint.refresh_from_db()
        assert Ticket.objects.count() == 1 and complaint.problem == Problem.objects.get()
        verdicts = dict(Deadline.objects.of(complaint).values_list("act", "verdict"))
    assert verdicts == {"complaint.accept": "on_time", "complaint.finish": "on_time"}


def test_without_javascript(browser: Any, live_server: Any, county: County, tmp_path: Path) -> None:
    """No proof of work can be done: the letter is taken all the same, with its attachment, and can be asked after."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{live_server.url}/public/complaints/?unit={county.school.organization.pk}")
    page.get_by_label("食堂、饮水、宿舍卫生").check()
    page.get_by_label("具体情况").fill(TEXT)
    page.get_by_label("照片或文件").set_input_files(photo(tmp_path, "kitchen.jpg", "#705030"))
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("您的来件已经收到")).to_be_visible()
    number, code = page.locator(".receipt dd").all_text_contents()
    page.get_by_role("link", name="查询办理情况").last.click()
    page.get_by_label("编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text(f"{number}：待受理")).to_be_visible()
    context.close()
    with as_owner():
        assert ComplaintIntake.objects.count() == 1
