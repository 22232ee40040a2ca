"""The corps from a spreadsheet: one's own office, persons who have the identity, the rules of the form."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from accounts.actors import Role
from accounts.scope import scope
from inspectors.models import Inspector
from records.imports.importers import Fault, Found, go_through, importer_of
from tests import factories as f
from tests.conftest import as_owner
from tests.records.imports.books import workbook

pytestmark = pytest.mark.django_db
HEADS = ["督学证号", "用户名", "类别", "公示电话", "聘任日期", "聘期届满"]


@pytest.fixture
def county() -> dict[str, Any]:
    with as_owner():
        office = f.office(530102)
        found = {"staff": f.member(office, Role.OFFICE_STAFF), "first": f.member(office, Role.INSPECTOR)}
        return found | {"second": f.member(office, Role.INSPECTOR), "other": f.member(f.office(530103), Role.INSPECTOR)}


def brought(county: dict[str, Any], *rows: list[Any]) -> tuple[Found, list[Fault]]:
    importer, faults, actor = importer_of("inspectors"), [], f.actor(county["staff"])
    assert importer is not None
    content = workbook([HEADS, *rows])
    with scope(actor):
        found = go_through(
            importer, content, actor=actor, fault=faults.append, step=lambda n: None, expect=lambda n: None
        )
    return found, faults


def row(county: dict[str, Any], number: str, who: str, *more: Any) -> list[Any]:
    return [number, county[who].user.username, *(more or ("专职督学", "", "2026-1-1"))]


def test_new_ones_are_registered_and_known_ones_changed(county: dict[str, Any]) -> None:
    found, faults = brought(county, row(county, "督1", "first"), row(county, "督2", "second"))
    assert not faults and found.counts["new"] == 2
    later = row(county, "督1", "first", "兼职督学", "0871-1", "2026年2月1日", "2028-12-31")
    found, faults = brought(county, later, row(county, "督2", "second"))
    assert not faults and (found.counts["changed"], found.counts["same"]) == (1, 1)
    with as_owner():
        changed = Inspector.objects.get(certificate_number="督1")
    assert (changed.kind, changed.valid_from, changed.division_code) == ("part_time", date(2026, 2, 1), 530102)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("督1", "other")], "没有找到有本督导办督学身份"),
        ([("督1", "staff")], "没有找到有本督导办督学身份"),
        ([("督1", "first"), ("督2", "first")], "另一督学证号"),
        ([("督1", "first", "兼职督学", "", "2026-1-1")], "每届任期3年"),
        ([("督1", "first", "专职督学", "", "2026-1-1", "2025-1-1")], "不能早于聘任日期"),
        ([("督1", "first", "顾问", "", "2026-1-1")], "请填写以下之一"),
        ([("督1", "first"), ("督1", "second")], "重复"),
    ],
)  # fmt: skip
def test_what_the_form_refuses_is_refused(county: dict[str, Any], rows: list[Any], words: str) -> None:
    _, faults = brought(county, *[row(county, *each) for each in rows])
    assert len(faults) == 1 and words in faults[0].cure


def test_a_number_stays_its_persons(county: dict[str, Any]) -> None:
    brought(county, row(county, "督1", "first"))
    _, faults = brought(county, row(county, "督1", "second"))
    assert [fault.cure for fault in faults] == ["该督学证号已登记给另一人，请核对。"]
