"""The box in the frame: two characters, suggestions by the keyboard, a number typed without brackets, initials, a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from accounts.actors import Role
from accounts.models import Membership
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.world import MARK, World, build

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "Wuhua-2026-ok"


@pytest.fixture
def world(transactional_db: None) -> World:
    with as_owner():
        made = build()
        member: Membership = made.people[Role.OFFICE_STAFF, 530102]
        member.user.set_password(PASSWORD)
        member.user.password_is_initial = False
        member.user.save()
        f.school(530103, f"盘龙区{MARK}小学")
    return made


def arrive(visitor: Visitor, world: World) -> Visitor:
    visitor.sign_in(world.people[Role.OFFICE_STAFF, 530102].user.username, PASSWORD)
    return visitor


def test_suggestions_by_the_keyboard_and_the_page(visitors: Callable[..., Visitor], world: World) -> None:
    staff = arrive(visitors("staff"), world)
    page = staff.page
    box = page.get_by_role("combobox", name="全站搜索")
    box.press_sequentially(MARK, delay=30)
    expect(page.get_by_role("option").first).to_be_visible()
    staff.looks("search-suggestions")
    assert not any("盘龙" in text for text in page.get_by_role("option").all_inner_texts())
    box.press("ArrowDown")
    target = page.get_by_role("option", selected=True).get_attribute("data-url")
    box.press("Enter")
    page.wait_for_url(f"**{target}")
    box.press_sequentially(MARK, delay=30)
    box.press("Enter")  # nothing chosen: the page with everything
    page.wait_for_url("**/search/?q=*")
    expect(page.get_by_role("heading", name="搜索", exact=True)).to_be_visible()
    expect(page.locator("mark").first).to_have_text(MARK)
    assert "盘龙" not in page.locator("main").inner_text()
    staff.looks("search")
    page.get_by_label("搜索单位").or_(page.locator("#search-q")).first.fill("不存在的词")
    staff.press("搜索")
    staff.looks("search-nothing")


def test_initials_and_numbers_on_a_phone(visitors: Callable[..., Visitor], world: World) -> None:
    staff = arrive(visitors("staff", phone=True), world)
    page = staff.page
    page.get_by_role("link", name="搜索", exact=True).click()
    page.locator("#search-q").fill("whqmdxx")
    staff.press("搜索")
    expect(page.locator("main")).to_contain_text(f"五华区{MARK}小学")
    staff.looks("search-initials")
    number = world.paper.number
    page.locator("#search-q").fill(number[number.index("〔") :].replace("〔", "").replace("〕", "-"))
    staff.press("搜索")
    expect(page.locator("main")).to_contain_text(number)
    staff.looks("search-number")


def test_without_javascript_it_is_a_form(browser: Browser, live_server: object, world: World) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    base = live_server.url  # type: ignore[attr-defined]
    page.goto(f"{base}/sign-in/login/")
    page.get_by_label("用户名或手机号码").fill(world.people[Role.OFFICE_STAFF, 530102].user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    box = page.locator(".topsearch input[name=q]")
    box.fill(MARK)
    box.press("Enter")
    expect(page.locator("main")).to_contain_text(MARK)
    context.close()
