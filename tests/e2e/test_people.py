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
from django.core.cache import cache
from PIL import Image
from playwright.sync_api import expect

from accounts.actors import Role
from accounts.models import Membership, Organization
from accounts.scope import scope
from records import clock
from records.actions import documents
from records.models import AuditEntry, Document, Notification
from rectification import actions
from rectification.models import Ticket
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import CODE, PASSWORD, County, build
from tests.e2e.test_journeys import report, sign_and_measure
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
    contact.told(f"截止 {zh_day(clock.today() + timedelta(days=3))}")
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
