"""A person makes a token for a program, which then asks as him; looked at wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import PASSWORD, County, build

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
NAME = "市级教育督导数据平台每日同步整改单和督导检查记录（由信息中心统一部署，每季度更换一次）"


@pytest.fixture
def county(transactional_db: None) -> County:
    cache.clear()
    with as_owner():
        return build()


@pytest.mark.parametrize("phone", [False, True], ids=["wide", "phone"])
def test_a_token_is_made_used_and_revoked(county: County, visitors: Arrive, phone: bool) -> None:
    who = visitors("staff", phone=phone)
    page = who.sign_in(county.people["staff"].user.username, PASSWORD)
    who.go("/accounts/tokens/")
    who.looks("tokens-empty")
    page.get_by_role("link", name="新建令牌").click()
    who.looks("tokens-prove")
    page.locator("input[name=password]").fill(PASSWORD)
    who.press("确认")
    expect(page.get_by_role("heading", name="新建接口令牌")).to_be_visible()
    who.looks("tokens-form")
    page.get_by_label("用途").fill(NAME)
    for room, reach in (("问题与整改", "读取和办理"), ("公文与档案", "只读取"), ("督导检查与举报", "读取和办理")):
        page.get_by_role("group", name=room).get_by_label(reach, exact=True).check()
    who.press("创建令牌")
    expect(page.locator(".token-text")).to_be_visible()
    who.looks("tokens-made")
    token = page.locator(".token-text").inner_text()
    called = who.context.request.get(f"{who.base}/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    assert called.json()["by_token"] is True
    page.get_by_role("link", name="已保存，返回").click()
    expect(page.get_by_text(NAME)).to_be_visible()
    who.looks("tokens-list")
    who.press(f"撤销{NAME}（{token[:10]}）", confirm="撤销")
    who.told("不能再调用")
    who.looks("tokens-revoked")
    again = who.context.request.get(f"{who.base}/api/v1/me/", headers={"Authorization": f"Bearer {token}"})
    assert again.status == 401
