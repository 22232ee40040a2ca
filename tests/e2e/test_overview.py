"""The overview in a real browser: from the province down to a unit, picture and Excel, one printed page, no JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from accounts.actors import Role
from accounts.models import Division, Membership
from inspections.models import RoutineVisit
from records import clock
from records.models import Deadline, Document
from rectification.models import Problem, Ticket
from tests import excel
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import SHOTS, Visitor
from tests.roots import make, served_paper, tenancy

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
Arrive = Callable[..., Visitor]
PASSWORD = "Correct-horse-9"
LONG = "云南省昆明市五华区" + "长" * 150 + "实验学校"
# As many prefectures and counties as a province has.
PREFECTURES = {530400: "玉溪市", 530500: "保山市", 530600: "昭通市", 530700: "丽江市", 530800: "普洱市", 530900: "临沧市",
               532300: "楚雄彝族自治州", 532500: "红河哈尼族彝族自治州", 532600: "文山壮族苗族自治州", 532800: "西双版纳傣族自治州",
               532900: "大理白族自治州", 533100: "德宏傣族景颇族自治州", 533300: "怒江傈僳族自治州", 533400: "迪庆藏族自治州"}  # fmt: skip


@pytest.fixture
def leader(transactional_db: None) -> Membership:
    """The province's leader; two counties with business of the last months."""
    cache.clear()
    with as_owner():
        for code, name in PREFECTURES.items():
            Division.objects.get_or_create(code=code, defaults={"name": name, "level": "prefecture", "parent": f.division(530000)})  # fmt: skip
        for code, visits, late in ((530102, 5, 2), (530103, 2, 0), (530302, 3, 1)):
            work(code, visits, late)
        f.school(530102, LONG)
        return f.member(f.office(530000), Role.LEADER, user=f.person("钱副省长"))


def work(code: int, visits: int, late: int) -> None:
    office, now = f.office(code), clock.now()
    for n in range(2):
        school = f.school(code, f"{f.division(code).name}第{'一二'[n]}小学").organization
        shown = {"filed_at": now, "served_at": now}
        for back in range(visits):
            made = make(RoutineVisit, office, school, **shown)
            RoutineVisit.objects.filter(pk=made.pk).update(visited_on=clock.today() - timedelta(days=31 * back))
            make(Problem, office, school, **shown)
        paper = served_paper(tenancy(office, school, shown), "rectification_notice")
        Document.objects.filter(pk=paper.pk).update(title=f"关于{school.name}消防整改的通知")
    for _ in range(late):
        ticket = make(Ticket, office, school, **shown)
        Ticket.objects.filter(pk=ticket.pk).update(due_at=now - timedelta(days=2))
        Deadline.objects.create(
            root_kind=ticket.kind, root_id=ticket.pk, owner_code=code, subject_code=code, act="report", title="报送",
            party="unit", party_org=school, rule_label="10日", basis="条例", basis_kind="law", met_at=now, verdict="on_time",
            started_at=now - timedelta(days=90), due_at=now - timedelta(days=62),
        )  # fmt: skip


def arrive(visitors: Arrive, leader: Membership, *, phone: bool = False) -> Visitor:
    visitor = visitors("leader", phone=phone)
    visitor.sign_in(str(leader.user.username), PASSWORD)
    return visitor


def test_from_the_province_down_to_a_unit(visitors: Arrive, leader: Membership) -> None:
    visitor = arrive(visitors, leader)
    page = visitor.page
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="数据", exact=True).click()
    expect(page.get_by_role("heading", name="云南省数据总览")).to_be_visible()
    visitor.told("逾期最多的是昆明市")
    assert page.locator(".tile").count() == 16
    visitor.looks("overview-province")
    page.get_by_label("指标").select_option(label="督导完成率")
    page.get_by_label("时间").select_option(label="近12个月")
    page.get_by_role("button", name="查看").click()
    page.wait_for_url(re.compile("figure=visits&period=12"))
    page.locator(".tile", has_text="昆明市").click()
    expect(page.get_by_role("heading", name="昆明市数据总览")).to_be_visible()
    assert "figure=visits" in page.url and "period=12" in page.url
    page.get_by_role("table").get_by_role("link", name="五华区").click()
    expect(page.get_by_role("heading", name="五华区数据总览")).to_be_visible()
    visitor.looks("overview-county")
    page.get_by_role("link", name=LONG).wait_for()
    page.get_by_role("link", name="五华区第二小学", exact=True).click()
    page.wait_for_url(re.compile("/supervision/schools/"))
    page.wait_for_load_state("networkidle")
    page.go_back(wait_until="commit")
    expect(page.get_by_role("heading", name="五华区数据总览")).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.go_back(wait_until="commit")
    expect(page.get_by_role("heading", name="昆明市数据总览")).to_be_visible()
    page.get_by_role("navigation", name="上级区划").get_by_role("link", name="云南省").click()
    expect(page.get_by_label("指标")).to_have_value("visits")


def test_picture_excel_and_the_table_beside_each_chart(visitors: Arrive, leader: Membership, tmp_path: Path) -> None:
    visitor = arrive(visitors, leader)
    page = visitor.go("/overview/530100/")
    for chart in page.locator("figure[data-overview]").all():
        expect(chart.locator("canvas")).to_be_visible()
    with page.expect_download() as picture:
        page.get_by_role("button", name="存为图片").first.click()
    picture.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes()[:4] == b"\x89PNG"
    assert picture.value.suggested_filename == "昆明市近24个月督导次数与应督导次数.png"
    with page.expect_download() as book:
        page.get_by_role("link", name="导出 Excel").click()
    book.value.save_as(tmp_path / "places.xlsx")
    cells = [str(cell) for row in excel.read((tmp_path / "places.xlsx").read_bytes()) for cell in row]
    assert "五华区" in cells and "逾期整改单" in cells
    details = page.locator(".figures").first
    details.locator("summary").click()
    assert details.get_by_role("table").get_by_role("row").count() == 25
    page.get_by_role("columnheader", name="逾期").get_by_role("link").click()
    page.wait_for_url(re.compile("sort=overdue"))
    expect(page.locator("#places tbody tr").first).to_contain_text("盘龙区")
    visitor.looks("overview-prefecture")


@pytest.mark.parametrize("address", ["/overview/", "/overview/530102/?period=12", "/overview/530400/"])
def test_print_is_one_page(visitors: Arrive, leader: Membership, tmp_path: Path, address: str) -> None:
    """The province with sixteen prefectures, a county with fifty units, and a place with nothing: one sheet of A4 each."""
    with as_owner():
        for n in range(50):
            f.school(530102, f"五华区第{n}中学" + "名" * (n % 7) * 12)
    page = arrive(visitors, leader).go(address)
    page.wait_for_load_state("networkidle")
    page.emulate_media(media="print")
    file = tmp_path / "overview.pdf"
    page.pdf(path=str(file), prefer_css_page_size=True, print_background=True)
    keep(page, file, address)
    with pypdfium2.PdfDocument(file) as paper:
        assert len(paper) == 1
        width, height = paper[0].get_size()
        assert (round(width), round(height)) == (595, 842)
        words = paper[0].get_textpage().get_text_range()
    assert "数据总览" in words and "督导次数" in words


def keep(page: Page, file: Path, address: str) -> None:
    """A picture of the sheet where SCREENSHOTS names a folder."""
    if SHOTS:
        name = address.strip("/").replace("/", "-").split("?")[0] or "overview"
        with pypdfium2.PdfDocument(file) as paper:
            for n in range(len(paper)):
                paper[n].render(scale=1.6).to_pil().save(f"{SHOTS}/print-{name}-{n}.png")


def test_without_javascript(browser: Browser, live_server: Any, leader: Membership) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in/login/")
    page.get_by_label("用户名或手机号码").fill(str(leader.user.username))
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{live_server.url}/overview/")
    expect(page.get_by_text("逾期最多的是昆明市")).to_be_visible()
    page.get_by_label("指标").select_option("on_time_unit")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_role("heading", name="各地责任单位按时率")).to_be_visible()
    page.locator(".figures summary").first.click()
    expect(page.locator(".figures").first.get_by_role("table")).to_be_visible()
    assert not page.get_by_role("button", name="存为图片").first.is_visible()
    page.locator(".tile", has_text="曲靖市").click()
    expect(page.get_by_role("heading", name="曲靖市数据总览")).to_be_visible()
    context.close()


def test_on_a_phone(visitors: Arrive, leader: Membership) -> None:
    visitor = arrive(visitors, leader, phone=True)
    page = visitor.go("/overview/")
    visitor.looks("overview-province")
    page.locator(".tile", has_text="昆明市").click()
    visitor.looks("overview-prefecture")
    page.locator(".tile", has_text="五华区").click()
    expect(page.get_by_role("link", name=LONG)).to_be_visible()
    visitor.looks("overview-county")
