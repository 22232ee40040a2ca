"""From a spreadsheet of people to somebody's first sign-in: faults, the second try, the printed slip, his own password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.actors import Role
from accounts.models import Membership, Organization, User
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.test_sheets import fill

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
CODE, PASSWORD, OWN_PASSWORD = 530102, "Wuhua-2026-ok", "Zhangsan-xuexi-7"
OFFICE, PHONE = "五华区教育督导委员会办公室", "13887100031"
GOOD = ["zhangsan", "张三", OFFICE, "督导办工作人员", PHONE, "", "科员"]


@pytest.fixture
def guard(visitors: Callable[..., Visitor], transactional_db: None) -> Visitor:
    cache.clear()
    with as_owner():
        Organization.objects.filter(pk=f.office(CODE).pk).update(name=OFFICE)
        member = f.member(f.office(CODE), Role.SECURITY_ADMIN)
        member.user.set_password(PASSWORD)
        member.user.save()
    visitor = visitors("guard")
    visitor.sign_in(member.user.username, PASSWORD)
    return visitor


def send(guard: Visitor, file: Path) -> None:
    guard.page.get_by_label("填好的表格").set_input_files(file)
    guard.press("上传并检查")


def bring(guard: Visitor, folder: Path) -> None:
    page = guard.go("/accounts/people/")
    guard.looks("people")
    page.get_by_role("link", name="从表格导入").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    template = folder / "模板.xlsx"
    download.value.save_as(template)
    guard.looks("people-import")
    send(guard, fill(template, [GOOD, ["lisi", "李四", OFFICE, "督查员", "1.39E+10"]], folder / "人员.xlsx"))
    expect(page.get_by_role("row", name="第3行 角色")).to_contain_text("请填写以下之一：督导办工作人员")
    expect(page.get_by_role("row", name="第3行 手机号码")).to_contain_text("科学计数法")
    guard.looks("people-import-faults")
    page.get_by_role("link", name="上传改好的表格").click()
    send(guard, fill(template, [GOOD, ["lisi", "李四", OFFICE, "督学"]], folder / "人员2.xlsx"))
    guard.told("检查完毕，没有问题")
    guard.press("导入2行")
    guard.told("已全部导入")
    guard.looks("people-import-done")


def print_slip(guard: Visitor) -> str:
    """What the QR code of the printed slip says."""
    page = guard.page
    page.get_by_role("link", name="打印账号领取单").click()
    expect(page.get_by_role("heading", name="账号领取单")).to_be_visible()
    expect(page.get_by_role("checkbox", name="选择李四（lisi）")).to_be_visible()
    guard.looks("people-slips")
    page.set_viewport_size({"width": 390, "height": 844})
    guard.looks("people-slips")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("checkbox", name="选择张三（zhangsan）").check()
    page.get_by_label("咨询电话").fill("0871-65123456")
    guard.press("为勾选的人员生成领取单")
    guard.looks("people-slip")
    paper = pypdfium2.PdfDocument(page.pdf(format="A4", print_background=True))
    text = paper[0].get_textpage().get_text_range()
    assert len(paper) == 1 and "张三" in text and "zhangsan" in text and OFFICE in text
    found = zxingcpp.read_barcodes(paper[0].render(scale=200 / 72).to_pil())
    assert len(found) == 1
    return str(found[0].text)


def open_account(person: Visitor, address: str) -> None:
    page = person.page
    page.goto(address)
    page.get_by_label("手机号码").fill("13887100099")
    person.press("下一步")
    person.told("手机号码或邀请码不正确")
    page.get_by_label("手机号码").fill(PHONE)
    person.press("下一步")
    expect(page.get_by_role("heading", name="张三")).to_be_visible()
    expect(page.get_by_label("姓名")).to_have_count(0)
    person.looks("people-claim")
    for field in ("设置密码", "再输一次密码"):
        page.get_by_label(field).fill(OWN_PASSWORD)
    person.press("设置密码并登录")
    page.wait_for_url(f"{person.base}/")
    person.looks("people-first-page")
    page.context.clear_cookies()
    person.sign_in("zhangsan", OWN_PASSWORD)


def test_from_the_spreadsheet_to_the_first_sign_in(
    guard: Visitor, visitors: Callable[..., Visitor], tmp_path: Path, settings: Any, live_server: Any
) -> None:
    settings.SITE_URL = live_server.url
    bring(guard, tmp_path)
    address = print_slip(guard)
    person = visitors("zhangsan", phone=True)
    open_account(person, address)
    stranger = visitors("stranger", phone=True)
    stranger.page.goto(address)
    stranger.page.get_by_label("手机号码").fill(PHONE)
    stranger.press("下一步")
    stranger.told("这个邀请码已经领取过")
    page = guard.go("/accounts/people/slips/")
    expect(page.get_by_text("zhangsan")).to_have_count(0)
    with as_owner():
        member = Membership.objects.get(user__username="zhangsan")
        assert (member.role, member.organization.name, member.user.phone) == (Role.OFFICE_STAFF, OFFICE, PHONE)
        assert not User.objects.get(username="lisi").has_usable_password()
