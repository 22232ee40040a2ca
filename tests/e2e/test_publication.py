"""A publication in a real browser: proposed, redacted by keyboard, approved by another, objected to by the public, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from records.models import Publication, PublicObjection, PublishedCopy
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.e2e.county import PASSWORD, County, build, photo

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
BODY = """经推荐、审核，拟聘王建国为责任督学，现予公示。
一、公示期限
公示期为七日。对公示内容有异议的，请在公示期内向我办反映。
二、基本情况
王建国，现任教研员，联系电话138 0013 8000，曾在五华区云津小学三年级2班任教，学生反映良好。
| 姓名 | 单位 |
| 王建国 | 五华区教师发展中心 |"""


@pytest.fixture
def county(transactional_db: None) -> County:
    with as_owner():
        return build()


def propose(visitor: Visitor) -> str:
    page = visitor.go("/records/publications/")
    visitor.looks("publication-list-empty")
    page.get_by_role("link", name="提出公开").click()
    visitor.looks("publication-choice")
    page.get_by_role("link", name="自行拟写").click()
    page.get_by_label("标题").fill("拟聘责任督学公示")
    page.get_by_label("正文").fill(BODY)
    visitor.looks("publication-form")
    visitor.press("提出公开")
    visitor.told("已提出公开")
    visitor.looks("publication-redaction")
    return page.url


def redact(visitor: Visitor, tmp: Path) -> None:
    """The first flags by keyboard, the names kept with a reason, a photo with a drawn box; then it goes on."""
    page = visitor.page
    expect(page.get_by_role("button", name="完成脱敏，送批")).to_have_count(0)
    page.set_input_files("#new-photos", photo(tmp, "school.jpg", "#446688"))
    visitor.press("上传")
    page.locator("h1").first.click()
    page.keyboard.press("n")
    for _ in range(page.locator(".flag-line.is-open").count()):
        if not page.locator(".flag-line.is-open").count():
            break
        line = page.locator(".flag-line.is-open").first
        with page.expect_navigation():
            if "王建国" in (line.locator("b").text_content() or ""):
                line.get_by_text("保留原文").click()
                line.get_by_label("的理由").fill("公示对象本人，依规公布姓名")
                line.get_by_role("button", name="保留").click()
            else:
                line.get_by_role("button", name="遮盖").click()
    cover_photo(visitor)
    visitor.looks("publication-redacted")
    visitor.press("完成脱敏，送批")
    visitor.told("已送批")


def cover_photo(visitor: Visitor) -> None:
    page = visitor.page
    frame = page.locator("[data-boxes-for]").first
    frame.scroll_into_view_if_needed()
    area = frame.bounding_box()
    assert area is not None
    page.mouse.move(area["x"] + area["width"] * 0.2, area["y"] + area["height"] * 0.2)
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] * 0.6, area["y"] + area["height"] * 0.6)
    page.mouse.up()
    expect(page.get_by_label("遮盖区域")).to_have_value("20,20,40,40")
    page.get_by_label("图片说明").fill("教师发展中心")
    with page.expect_navigation():
        page.get_by_role("button", name="遮盖后公开").click()


def test_publication(visitors: Arrive, county: County, tmp_path: Path) -> None:
    staff = visitors("staff")
    staff.sign_in(county.username("staff"), PASSWORD)
    address = propose(staff)
    redact(staff, tmp_path)
    head = visitors("head")
    head.sign_in(county.username("head"), PASSWORD)
    head.page.goto(address)
    head.looks("publication-to-approve")
    head.press("批准公开", confirm="批准公开")
    head.told("已批准")
    with as_owner():
        copy = PublishedCopy.objects.get()
    read_and_object(visitors("public"), copy.pk, phone=False)
    read_and_object(visitors("public-phone", phone=True), copy.pk, phone=True)
    answer(staff)
    ask_after(visitors("public-later", phone=True))
    staff.page.goto(address)
    staff.page.locator("summary", has_text="撤下").click()
    staff.page.get_by_label("理由").fill("公示信息有误，更正后重新公示")
    staff.press("确认撤下", confirm="撤下")
    staff.told("已从公众网站撤下")
    staff.looks("publication-withdrawn")
    reader = visitors("later")
    assert (response := reader.page.goto(f"{reader.base}/public/items/{copy.pk}/")) and response.status == 410
    reader.told("公示信息有误，更正后重新公示")
    reader.complaints.clear()  # Chromium notes the 410 itself
    reader.looks("public-withdrawn")
    with as_owner():
        assert Publication.objects.get().state == "withdrawn"


def read_and_object(reader: Visitor, pk: int, *, phone: bool) -> None:
    page = reader.go("/public/")
    reader.looks("public-home")
    page.get_by_role("link", name="拟聘责任督学公示").click()
    reader.told("王建国")
    expect(page.get_by_text("138 0013 8000")).to_have_count(0)
    expect(page.get_by_role("img", name="教师发展中心")).to_be_visible()
    reader.looks("public-item")
    reader.go("/public/list/notice/?place=530100")
    reader.looks("public-list")
    reader.go("/public/search/?q=督学")
    reader.looks("public-search")
    reader.go("/public/verify/")
    reader.looks("public-verify")
    reader.go(f"/public/items/{pk}/")
    page.get_by_label("异议内容（必填）").fill("与我了解的情况不一致，请核实任职年限。")
    page.get_by_label("联系方式（可不填）").fill("13500000000")
    reader.press("提交异议")
    reader.told("异议已收到")
    reader.looks("public-received")
    assert reader.context.cookies() == []


def answer(staff: Visitor) -> None:
    staff.go("/records/objections/")
    staff.looks("objection-list")
    staff.page.locator(".main-link").first.click()
    staff.told("请核实任职年限")
    staff.page.get_by_label("处理结果").fill("经核实，任职年限符合规定，已电话告知。")
    staff.looks("objection")
    staff.press("保存处理结果")
    staff.told("处理结果已保存")
    with as_owner():
        assert PublicObjection.objects.filter(answered_at__isnull=False).count() == 1


def ask_after(sender: Visitor) -> None:
    """Who objected reads with his receipt what became of it."""
    with as_owner():
        answered = PublicObjection.objects.get(answered_at__isnull=False)
    page = sender.go(f"/public/objections/query/?receipt={answered.receipt}")
    sender.looks("objection-query")
    sender.press("查询")
    sender.told("经核实，任职年限符合规定")
    sender.looks("objection-answered")
    page.get_by_label("回执编号").fill("AAAAAAAAAA")
    sender.press("查询")
    sender.told("没有查到")


def test_the_public_site_without_javascript(browser: object, live_server: object, transactional_db: None) -> None:
    """Every page of the site is the same with scripts switched off: there are none."""
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    for address in ("/public/", "/public/list/report/", "/public/search/?q=督导", "/public/verify/"):
        page.goto(live_server.url + address)  # type: ignore[attr-defined]
        assert page.locator("script").count() == 0 and page.locator("main h1").count() == 1
    context.close()
