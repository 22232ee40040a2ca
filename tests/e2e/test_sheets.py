"""A register from a spreadsheet, with its faults and without; a long export that is left and found again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.actors import Role
from records import clock
from records.exports import MOST_AT_ONCE
from rectification.models import Problem
from supervision.models import School
from tests import factories as f
from tests.conftest import as_owner
from tests.e2e.conftest import Visitor
from tests.excel import read
from tests.records.imports.books import workbook
from tests.roots import tenancy

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CODE, PASSWORD = 530102, "Wuhua-2026-ok"
GOOD = ["2153000001", "五华区示例小学", "530102", "小学", "公办"]


@pytest.fixture
def staff(visitors: Callable[..., Visitor], transactional_db: None) -> Visitor:
    with as_owner():
        member = f.member(f.office(CODE), Role.OFFICE_STAFF)
        member.user.set_password(PASSWORD)
        member.user.password_is_initial = False
        member.user.save()
    visitor = visitors("staff")
    visitor.sign_in(member.user.username, PASSWORD)
    return visitor


def fill(template: Path, rows: list[list[Any]], to: Path) -> Path:
    """The template as somebody fills it in."""
    to.write_bytes(workbook([read(template.read_bytes())[0], *rows]))
    return to


def send(staff: Visitor, file: Path) -> None:
    staff.page.get_by_label("填好的表格").set_input_files(file)
    staff.press("上传并检查")


def test_an_import_with_faults_then_without(staff: Visitor, tmp_path: Path) -> None:
    page = staff.go("/supervision/schools/")
    page.get_by_role("link", name="从表格导入").click()
    staff.looks("import-form")
    with page.expect_download() as download:
        page.get_by_role("link", name="下载模板").click()
    template = tmp_path / "模板.xlsx"
    download.value.save_as(template)
    bad = ["2153000002", "五华区另一小学", "530103", "大学堂", "公办"]
    send(staff, fill(template, [GOOD, bad, GOOD], tmp_path / "名册.xlsx"))
    expect(page.get_by_role("row", name="第3行 学段类别")).to_contain_text("请填写以下之一")
    expect(page.get_by_role("row", name="第4行")).to_contain_text("与第2行重复")
    staff.told("改正以前一行也不会导入")
    expect(page.get_by_role("button", name="导入")).to_have_count(0)
    staff.looks("import-faults")
    page.set_viewport_size({"width": 390, "height": 844})
    staff.looks("import-faults")
    page.set_viewport_size({"width": 1440, "height": 900})
    with page.expect_download() as download:
        page.get_by_role("link", name="下载问题清单").click()
    assert len(read(download.value.path().read_bytes())) == 5 + 2
    page.get_by_role("link", name="上传改好的表格").click()
    send(
        staff,
        fill(template, [GOOD, ["2153000002", "五华区另一小学", "530102", "小学", "公办"]], tmp_path / "名册2.xlsx"),
    )
    staff.told("检查完毕，没有问题")
    staff.looks("import-ready")
    # He goes away before he decides, and finds it again.
    staff.go("/")
    page.goto(f"{staff.base}/records/imports/")
    staff.looks("imports")
    page.get_by_role("link", name="名册2.xlsx").click()
    staff.press("导入2行")
    staff.told("已全部导入")
    staff.looks("import-done")
    with as_owner():
        assert School.objects.filter(organization__code__in=["2153000001", "2153000002"]).count() == 2


def test_an_export_is_left_and_found_again(staff: Visitor, tmp_path: Path) -> None:
    with as_owner():
        columns = tenancy(f.office(CODE), f.school(CODE).organization, {"filed_at": clock.now()})
        many = range(MOST_AT_ONCE + 1)
        Problem.objects.bulk_create(Problem(title=f"第{n}处", found_on=clock.today(), **columns) for n in many)
    page = staff.go("/rectification/problems/")
    page.get_by_role("link", name="导出 Excel").click()
    page.wait_for_url("**/records/jobs/*/")
    staff.go("/")
    page.get_by_role("link", name="收件箱").first.click()
    page.get_by_role("link", name="导出问题").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载").click()
    assert len(read(download.value.path().read_bytes())) == 5 + MOST_AT_ONCE + 1
    staff.looks("export-found")
