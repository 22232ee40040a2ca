"""People in a real browser: the second factor, a school contact from the printed sheet to the first report, and a leaver's
hand-over (issue: Done when 1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import expect

from accounts.actors import Role
from accounts.models import Delegation, Membership, Organization
from accounts.scope import scope
from inspections.models import PlannedVisit, RoutineVisit
from records import clock
from records.actions import documents
from records.models import AuditEntry, Countersigner, Deadline, Document, Handover, Notification, PaperSteps
from rectification import actions
from rectification.models import Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import CODE, PASSWORD, County, build
from tests.e2e.test_journeys import report, sign_and_measure
from tests.roots import make
from tests.totp import code_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
PHONE, OWN_PASSWORD = "13887100021", "Lianhua-xiaoxue-7"


@pytest.fixture
def county(transactional_db: None) -> County:
    cache.clear()
    with as_owner():
        return build()


def arrive(visitors: Arrive, county: County, who: str, *, phone: bool = False) -> Visitor:
    visitor = visitors(who, phone=phone)
    visitor.sign_in(county.username(who), PASSWORD)
    return visitor


# --- the second factor ----------------------------------------------------------------------------------------------


def open_account_menu(visitor: Visitor, line: str) -> None:
    visitor.page.locator("details.menu summary[aria-label^=账号]").click()
    visitor.page.get_by_role("link", name=line, exact=True).click()
    visitor.page.wait_for_load_state("load")


def set_up(visitor: Visitor) -> str:
    """From the page that asks for the password to the recovery codes; the secret is read from the picture."""
    page = visitor.page
    expect(page.get_by_role("heading", name="确认身份")).to_be_visible()
    visitor.looks("factor-password")
    page.locator("input[name=password]").fill(PASSWORD)
    visitor.press("确认")
    visitor.looks("factor-set-up")
    shown = zxingcpp.read_barcodes(Image.open(BytesIO(page.locator(".set-up img").screenshot())))
    address = urlsplit(shown[0].text)
    assert address.scheme == "otpauth"
    secret = parse_qs(address.query)["secret"][0]
    page.get_by_label("验证码").fill(code_of(secret, steps=-9))
    visitor.press("启用")
    visitor.told("验证码不正确")
    visitor.looks("factor-set-up-wrong")
    expect(page.locator("code.secret")).to_have_text(secret)
    page.get_by_label("验证码").fill(code_of(secret, steps=-1))
    visitor.press("启用")
    visitor.told("还有 10 个可用")
    visitor.looks("factor-recovery-codes")
    return secret


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_second_factor(visitors: Arrive, county: County, settings: Any, phone: bool) -> None:
    """A head who has been at work all along: the duty begins, he sets it up, signs in with it, loses the telephone."""
    head = arrive(visitors, county, "head", phone=phone)
    other = arrive(visitors, county, "head", phone=True)
    settings.REQUIRE_SECOND_FACTOR = True
    head.go("/")
    secret = set_up(head)
    head.page.get_by_role("link", name="已保存，去工作台").click()
    head.page.wait_for_url(f"{head.base}/")
    # The other browser knew only the password: it is out.
    other.go("/")
    expect(other.page.get_by_role("button", name="登录")).to_be_visible()
    sign_in_with_code(other, county, secret)
    open_account_menu(head, "登录的设备")
    expect(head.page.get_by_role("button", name=re.compile("^结束.*的登录$"))).to_have_count(1)
    head.looks("sign-ins")
    head.press("结束其他全部登录", confirm="结束其他登录")
    head.told("已结束1处登录")
    other.go("/")
    expect(other.page.get_by_role("button", name="登录")).to_be_visible()
    open_account_menu(head, "两步验证")
    head.looks("factor-index")
    head.page.get_by_role("link", name="停用").click()
    head.told("必须使用两步验证，不能停用")
    head.looks("factor-not-off")
    lose_telephone(visitors, county, head)


def sign_in_with_code(visitor: Visitor, county: County, secret: str) -> None:
    page = visitor.page
    page.get_by_label("用户名或手机号码").fill(county.username("head"))
    page.locator("input[name=password]").fill(PASSWORD)
    visitor.press("登录")
    visitor.looks("factor-asked")
    page.get_by_label("验证码").fill("000000")
    visitor.press("登录")
    visitor.told("验证码不正确")
    visitor.looks("factor-wrong")
    page.get_by_label("验证码").fill(code_of(secret))
    visitor.press("登录")
    page.wait_for_url(f"{visitor.base}/")


def lose_telephone(visitors: Arrive, county: County, head: Visitor) -> None:
    with as_owner():
        guard = f.member(f.office(CODE), Role.SECURITY_ADMIN)
        county.people["guard"] = guard
    security = visitors("guard")
    security.page.goto(f"{security.base}/sign-in/login/")
    security.page.get_by_label("用户名或手机号码").fill(guard.user.username)
    security.page.locator("input[name=password]").fill(PASSWORD)
    security.press("登录")
    set_up(security)
    page = security.go(f"/accounts/people/{county.people['head'].user_id}/")
    page.get_by_role("link", name="重置两步验证").click()
    security.looks("factor-reset")
    page.get_by_label("事由").fill("手机遗失，本人持证件到场")
    security.press("重置两步验证")
    security.told("其全部登录已结束")
    head.go("/")
    expect(head.page.get_by_role("button", name="登录")).to_be_visible()
    with as_owner():
        assert Notification.objects.filter(user=county.people["head"].user, title="您的两步验证已重置").count() == 1
        assert AuditEntry.objects.filter(detail__contains="手机遗失，本人持证件到场").count() == 1


# --- from the printed sheet to the first report ---------------------------------------------------------------------


def name_steward(head: Visitor) -> None:
    page = head.go("/accounts/stewards/")
    page.get_by_role("link", name="指定孙科员（督导办工作人员）").click()
    head.looks("steward-form")
    head.press("指定")
    head.told("已指定孙科员为账号管理员")
    head.looks("stewards")


def print_sheet(staff: Visitor) -> str:
    """What the QR code of the sheet says, read from the printed page; the printed code is the same one."""
    page = staff.go("/accounts/contacts/")
    staff.looks("contacts")
    page.get_by_role("checkbox", name="选择五华区莲华小学").check()
    page.get_by_label("咨询电话").fill("0871-65123456")
    staff.press("为勾选的单位生成邀请单")
    staff.looks("invitation-sheet")
    printed = (page.locator(".slip-code").text_content() or "").strip()
    paper = pypdfium2.PdfDocument(page.pdf(format="A4", print_background=True))
    assert len(paper) == 1
    text = paper[0].get_textpage().get_text_range()
    assert "五华区莲华小学" in text and printed in text and "0871-65123456" in text
    found = zxingcpp.read_barcodes(paper[0].render(scale=200 / 72).to_pil())
    assert len(found) == 1
    address = found[0].text
    assert address == f"{staff.base}/accounts/claim/#{printed.replace('-', '')}"
    staff.go("/accounts/invitations/")
    staff.looks("invitations")
    expect(page.get_by_text(printed)).to_have_count(0)
    return address


def zh_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def claim(contact: Visitor, address: str) -> None:
    """On a telephone: a mistyped code, a password too weak, then in."""
    page = contact.page
    page.goto(address)
    field = page.get_by_label("邀请码")
    right = field.input_value()
    assert right.replace("-", "") == address.rsplit("#")[1] and "#" not in page.url
    contact.looks("claim")
    page.get_by_label("手机号码").fill(PHONE)
    field.fill(right[:-1] + ("A" if right[-1] != "A" else "C"))
    contact.press("下一步")
    contact.told("手机号码或邀请码不正确，请对照邀请单核对")
    contact.looks("claim-wrong")
    field.fill(right.lower().replace("-", " "))
    contact.press("下一步")
    expect(page.get_by_role("heading", name="五华区莲华小学")).to_be_visible()
    contact.looks("claim-password")
    page.get_by_label("姓名").fill("钱校长")
    for field_name in ("设置密码", "再输一次密码"):
        page.get_by_label(field_name).fill("12345678")
    contact.press("领取并登录")
    contact.told("密码太短，至少要10个字符")
    expect(page.get_by_label("姓名")).to_have_value("钱校长")
    contact.looks("claim-weak")
    for field_name in ("设置密码", "再输一次密码"):
        page.get_by_label(field_name).fill(OWN_PASSWORD)
    contact.press("领取并登录")
    expect(page.get_by_role("heading", name="钱校长，账号已经可以使用")).to_be_visible()
    # The day that the workbench names too, not the midnight after it.
    with as_owner():
        due = Deadline.objects.get(act="rectification.sign").due_at  # three days, or the next working day
    contact.told(f"截止 {zh_day(clock.last_day(due))}")
    contact.looks("welcome")


def claim_again(reader: Visitor, address: str) -> None:
    page = reader.page
    page.goto(address)
    page.get_by_label("手机号码").fill("13887100099")
    reader.press("下一步")
    reader.told("这个邀请码已经领取过，不能再次使用")
    reader.looks("claim-used")


def waiting_ticket(county: County, school: Organization) -> Ticket:
    """A notice served on a school where nobody has an account yet."""
    staff = f.actor(county.people["staff"])
    with scope(staff):
        found = actions.register_problem(
            by=staff, subject_org=school, title="食堂留样记录不全", description="9月1日至9日缺4天晚餐留样。",
            item_code="safety", item_label="校园及周边安全情况", severity="general",
        )  # fmt: skip
        ticket = actions.open_ticket(by=staff, problems=[found], demand="补齐留样记录。\n完善留样制度。")
        actions.submit_notice(ticket, by=staff)
    with as_owner():
        notice = Document.objects.get(kind_of="rectification_notice")
    head = f.actor(county.people["head"])
    with scope(head):
        documents.approve(notice, by=head)
    with as_owner():
        ticket = Ticket.objects.get()
        assert ticket.state == "served"
        return ticket


def test_from_printed_sheet_to_first_report(
    visitors: Arrive, county: County, tmp_path: Path, settings: Any, live_server: Any
) -> None:
    settings.SITE_URL = live_server.url
    with as_owner():
        school = f.school(CODE, "五华区莲华小学").organization
    head = arrive(visitors, county, "head")
    ticket = waiting_ticket(county, school)
    name_steward(head)
    staff = arrive(visitors, county, "staff")
    address = print_sheet(staff)
    contact = visitors("contact", phone=True)
    claim(contact, address)
    claim_again(visitors("stranger", phone=True), address)
    contact.page.get_by_role("link", name="去工作台").click()
    contact.told("食堂留样记录不全")
    contact.looks("workbench-contact")
    contact.page.context.clear_cookies()
    contact.sign_in(PHONE, OWN_PASSWORD)
    sign_and_measure(contact, ticket)
    report(contact, ticket, tmp_path)
    staff.go(ticket.get_absolute_url())
    staff.told("每日巡查记录已建立")
    staff.looks("ticket-reported")
    staff.go("/accounts/contacts/?contact=has")
    staff.told("钱校长")
    staff.looks("contacts-claimed")
    with as_owner():
        member = Membership.objects.get(user__phone=PHONE)
        assert (member.organization, member.role) == (school, Role.UNIT_CONTACT)
        ticket.refresh_from_db()
        assert ticket.state == "reported" and ticket.answered_by == member.user


# --- a leaver's hand-over -------------------------------------------------------------------------------------------


LEFT = ("督学责任区", "待核查的整改单", "未到校的督导计划", "未签发的公文", "指定核稿的文种", "待会签的公文",
        "未提交的督导记录", "授权代签")  # fmt: skip


def leave_work(county: County) -> dict[str, Any]:
    """郑督学, who also works at the desk, holds something of every kind."""
    leaver, successor, head = (county.people[who] for who in ("verifier", "inspector", "head"))
    office, school, now = leaver.organization, county.school.organization, clock.now()
    for member in (leaver, successor):
        f.member(office, Role.OFFICE_STAFF, user=member.user)
    drafter = county.people["staff"].user
    ticket = make(Ticket, office, school, filed_at=now, served_at=now)
    Ticket.objects.filter(pk=ticket.pk).update(verifier=leaver.user, title="实验室危化品未双人双锁", created_by=drafter)
    plan = make(PlannedVisit, office, school, filed_at=now)
    PlannedVisit.objects.filter(pk=plan.pk).update(inspector=leaver.user, inspector_name=str(leaver.user))
    visit = make(RoutineVisit, office, school)
    RoutineVisit.objects.filter(pk=visit.pk).update(inspector=leaver.user)
    papers = {}
    for title, state, by in (("关于开学检查的函", "drafted", leaver.user), ("关于校车安全的函", "checking", drafter),
                             ("关于食堂管理的函", "countersigning", drafter)):  # fmt: skip
        row = make(Document, office, school, filed_at=now)
        Document.objects.filter(pk=row.pk).update(title=title, state=state, drafted_by=by, kind_of="letter")
        papers[state] = Document.objects.get(pk=row.pk)
    PaperSteps.objects.create(owner_code=CODE, kind="letter", check_required=True, checker=leaver.user)
    Countersigner.objects.create(document=papers["countersigning"], position=1, organization=office, person=leaver.user,
                                 person_name=leaver.user.full_name)  # fmt: skip
    Delegation.objects.create(
        organization=office, giver=head, receiver=Membership.objects.get(user=leaver.user, role=Role.OFFICE_STAFF),
        words=["records.approve_documents"], reason="出差", valid_from=clock.today(),
        valid_until=clock.today() + timedelta(days=9), given_at=now, given_by=head.user,
    )  # fmt: skip
    return {"ticket": ticket, "plan": plan, **papers}


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_leavers_hand_over(visitors: Arrive, county: County, phone: bool) -> None:
    """Preview of everything open, a successor who cannot take it, one act, his workbench, the trail."""
    with as_owner():
        left = leave_work(county)
        county.people["newcomer"] = f.member(county.people["head"].organization, Role.INSPECTOR, user=f.person("何新"))
    head = arrive(visitors, county, "head", phone=phone)
    page = head.go("/records/handovers/")
    head.looks("handovers")
    page.get_by_role("link", name="移交郑督学（督学）的工作").click()
    for label in LEFT:
        expect(page.get_by_role("main").get_by_text(label, exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="移交并终止身份")).to_have_count(0)
    head.looks("handover-preview")
    page.get_by_label("接任人员").select_option(label="何新")
    head.press("核对移交清单")
    head.told("何新不是本级聘任的督学")
    expect(page.get_by_role("button", name="移交并终止身份")).to_have_count(0)
    head.looks("handover-hindered")
    page.get_by_label("接任人员").select_option(label="吴督学")
    head.press("核对移交清单")
    head.looks("handover-chosen")
    page.get_by_label("事由").fill("调任区教育体育局")
    head.press("移交并终止身份", confirm="移交并终止身份")
    head.told("移交已完成，接任人员已收到通知")
    head.told("调任区教育体育局")
    head.looks("handover-done")
    see_what_came(visitors, county, left, phone=phone)
    leaver = arrive(visitors, county, "verifier", phone=phone)
    leaver.looks("leaver-last-day")
    with as_owner():
        ends = Membership.objects.filter(user=county.people["verifier"].user)
        assert {m.valid_until for m in ends} == {clock.today()}
        assert Handover.objects.get().total == 6


def see_what_came(visitors: Arrive, county: County, left: dict[str, Any], *, phone: bool) -> None:
    successor = arrive(visitors, county, "inspector", phone=phone)
    successor.page.wait_for_load_state("load")
    successor.told("郑督学的工作已移交给您")
    successor.looks("workbench-successor")
    page = successor.go(left["ticket"].get_absolute_url())
    successor.told("移交核查")
    successor.told("郑督学离岗，改由吴督学核查")
    successor.looks("ticket-successor")
    with as_owner():
        desk = Membership.objects.get(user=county.people["inspector"].user, role=Role.OFFICE_STAFF)
    switch(successor, desk)
    page = successor.go("/")
    for title in ("关于校车安全的函", "关于食堂管理的函"):
        successor.told(title)
    successor.looks("workbench-successor-desk")
    for state, sentence in (
        ("drafted", "由吴督学接办"),
        ("checking", "由吴督学核稿"),
        ("countersigning", "由吴督学会签"),
    ):
        page = successor.go(left[state].get_absolute_url())
        successor.told(f"郑督学离岗，{sentence}")
    expect(page.get_by_text("请会签").first).to_be_visible()
    successor.go(left["checking"].get_absolute_url())
    successor.press("核稿通过")
    successor.told("核稿通过，已送签发")


def switch(visitor: Visitor, to: Membership) -> None:
    page = visitor.go("/accounts/me/")
    page.get_by_role("main").locator(f"button[value='{to.pk}']").click()
    page.wait_for_load_state("load")


def test_the_offices_pages_on_a_phone(visitors: Arrive, county: County) -> None:
    """What the journeys show wide: stewards, contacts, the sheet, a successor, a person's page and the reset."""
    with as_owner():
        school = f.school(CODE, "五华区莲华小学").organization
        county.people["guard"] = f.member(f.office(CODE), Role.SECURITY_ADMIN)
        Authenticator.objects.create(user=county.people["head"].user, type="totp", data={"secret": "x"})
        f.steward(county.people["staff"])
    staff = arrive(visitors, county, "staff", phone=True)
    page = staff.go("/accounts/contacts/")
    staff.looks("contacts")
    page.get_by_role("checkbox", name=f"选择{school.name}").check()
    page.get_by_label("咨询电话").fill("0871-65123456")
    staff.press("为勾选的单位生成邀请单")
    staff.told(school.name)
    staff.looks("invitation-sheet")
    staff.go("/accounts/invitations/")
    staff.looks("invitations")
    staff.go(f"/records/contacts/{county.people['school'].pk}/successor/")
    staff.looks("contact-successor")
    guard = arrive(visitors, county, "guard", phone=True)
    page = guard.go(f"/accounts/people/{county.people['head'].user_id}/")
    guard.looks("person")
    page.get_by_role("link", name="重置两步验证").click()
    guard.looks("factor-reset")
    head = visitors("head", phone=True)
    with as_owner():
        Authenticator.objects.all().delete()
    head.sign_in(county.username("head"), PASSWORD)
    for address, name in (("/accounts/stewards/", "stewards"), ("/accounts/me/", "me")):
        head.go(address)
        head.looks(name)
